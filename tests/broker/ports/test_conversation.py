"""The loop that drives a connector's generator."""

from __future__ import annotations

import asyncio
from collections.abc import Generator
from typing import Any

import pytest

from broker.domain.outcome import Cause, OutcomeLabel
from broker.domain.query import LocalIdentity
from broker.ports.connector import (
    Ending,
    Entry,
    HttpRequest,
    HttpResponse,
    Learned,
    Page,
    Pause,
    Step,
    TransportFault,
)
from broker.ports.conversation import converse

DONE = Ending(OutcomeLabel.COMPLETE)
BROKEN = TransportFault(OutcomeLabel.UNREACHABLE, Cause.CONNECT)


def get(path: str) -> HttpRequest:
    """One read."""
    return HttpRequest(method="GET", path=path)


async def echo(request: HttpRequest) -> HttpResponse:
    """Answers with the path; `broken` is a fault, `fatal` an error of our own."""
    await asyncio.sleep(0)
    if request.path == "broken":
        raise BROKEN
    if request.path == "fatal":
        raise LookupError
    return HttpResponse(status=200, headers={}, body=request.path.encode())


async def test_each_request_is_answered_and_the_ending_returned() -> None:
    """The generator is given what came back, and its return value is the result."""
    seen = []

    def talk() -> Generator[Step, Any, Ending]:
        seen.append((yield get("a")).body)
        seen.append((yield get("b")).body)
        return DONE

    assert await converse(talk(), echo) is DONE
    assert seen == [b"a", b"b"]


async def test_a_fault_is_raised_inside_and_may_be_handled_there() -> None:
    """The connector goes on with another request."""

    def talk() -> Generator[Step, Any, str]:
        try:
            yield get("broken")
        except TransportFault as fault:
            answer = yield get(fault.cause.value)
        return str(answer.body.decode())

    assert await converse(talk(), echo) == "connect"


async def test_a_fault_that_the_connector_lets_pass_reaches_the_caller() -> None:
    """With its label and cause."""

    def talk() -> Generator[Step, Any, Ending]:
        yield get("broken")
        return DONE

    with pytest.raises(TransportFault) as caught:
        await converse(talk(), echo)
    assert caught.value is BROKEN


async def test_several_requests_go_out_at_once_and_faults_are_values() -> None:
    """In the order of the requests, whichever was quicker."""
    together = asyncio.Barrier(3)

    async def send(request: HttpRequest) -> HttpResponse:
        await together.wait()
        return await echo(request)

    def talk() -> Generator[Step, Any, tuple[Any, ...]]:
        return (yield (get("a"), get("broken"), get("c")))

    first, second, third = await converse(talk(), send)
    assert (first.body, third.body) == (b"a", b"c")
    assert second is BROKEN


@pytest.mark.parametrize("paths", [(), ("a",)])
async def test_a_tuple_of_none_or_one_is_answered_with_a_tuple(paths: tuple[str, ...]) -> None:
    """The shape of the answer follows the shape of the question."""

    def talk() -> Generator[Step, Any, tuple[Any, ...]]:
        return (yield tuple(get(path) for path in paths))

    answers = await converse(talk(), echo)
    assert [answer.body.decode() for answer in answers] == list(paths)


async def test_pages_and_what_was_learned_are_handed_over_in_order() -> None:
    """To plain and to async callbacks; a pause lets others run."""
    seen: list[object] = []
    page, learned = Page(entries=(Entry(raw=b"{}"),)), Learned(LocalIdentity(local_id="a", patient=b"{}"))

    async def on_page(handed: Page) -> None:
        await asyncio.sleep(0)
        seen.append(handed)

    def talk() -> Generator[Step, Any, Ending]:
        assert (yield page) is None
        assert (yield Pause()) is None
        assert (yield learned) is None
        return DONE

    await converse(talk(), echo, on_page=on_page, on_learned=seen.append)
    assert seen == [page, learned]
    assert await converse(talk(), echo) is DONE


async def test_cancellation_ends_every_call_and_closes_the_generator() -> None:
    """When it returns, nothing of the conversation is left."""
    started, ended, closed = 0, 0, False
    all_started = asyncio.Event()

    async def hang(_: HttpRequest) -> HttpResponse:
        nonlocal started, ended
        started += 1
        if started == 3:
            all_started.set()
        try:
            await asyncio.Event().wait()
        finally:
            await asyncio.sleep(0)
            ended += 1
        raise AssertionError

    def talk() -> Generator[Step, Any, Ending]:
        nonlocal closed
        try:
            yield (get("a"), get("b"), get("c"))
        finally:
            closed = True
        return DONE

    call = asyncio.create_task(converse(talk(), hang))
    await all_started.wait()
    call.cancel()
    with pytest.raises(asyncio.CancelledError):
        await call
    assert (ended, closed) == (3, True)


async def test_an_error_of_one_call_ends_its_neighbours() -> None:
    """An error that is no fault of a partner is not hidden, and leaves no call behind."""
    ended = asyncio.Event()

    async def send(request: HttpRequest) -> HttpResponse:
        try:
            if request.path == "hang":
                await asyncio.Event().wait()
        finally:
            if request.path == "hang":
                ended.set()
        return await echo(request)

    def talk() -> Generator[Step, Any, Ending]:
        yield (get("hang"), get("fatal"))
        return DONE

    with pytest.raises(LookupError):
        await converse(talk(), send)
    assert ended.is_set()


async def test_what_is_no_step_is_refused_by_its_type_alone() -> None:
    """A connector that yields a number learns which; nothing of the value is said."""

    def talk() -> Generator[Any, Any, Ending]:
        yield 9990000018
        return DONE

    with pytest.raises(TypeError, match="yielded int,") as caught:
        await converse(talk(), echo)
    assert "999" not in str(caught.value)


async def test_a_connector_that_will_not_close_hides_nothing() -> None:
    """A fault while it is closed does not replace how the conversation ended."""

    def talk() -> Generator[Step, Any, Ending]:
        try:
            yield Page(entries=())
        finally:
            yield Pause()
        return DONE

    def refuse(_: Page) -> None:
        raise LookupError

    with pytest.raises(LookupError) as caught:
        await converse(talk(), echo, on_page=refuse)
    assert caught.value.__notes__ == ["The connector raised RuntimeError as it was closed."]
