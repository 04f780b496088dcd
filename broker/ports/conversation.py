"""Drives a connector's generator: what it yields is sent, what comes back is given to it.

One loop serves the fan-out, the patient index, the conformance kit and every connector's own tests; only
`send` differs. There is no socket here.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Generator
from typing import Any, TypeAlias, TypeVar

from broker.ports.connector import (
    HttpRequest,
    Learned,
    MllpRequest,
    Page,
    Pause,
    Request,
    Requests,
    Response,
    Settled,
    Step,
    TransportFault,
)

Ended = TypeVar("Ended")
Send: TypeAlias = Callable[[Request], Awaitable[Response]]
OnPage: TypeAlias = Callable[[Page], Awaitable[None] | None]
OnLearned: TypeAlias = Callable[[Learned], Awaitable[None] | None]


async def converse(
    generator: Generator[Step, Any, Ended],
    send: Send,
    *,
    on_page: OnPage | None = None,
    on_learned: OnLearned | None = None,
) -> Ended:
    """Run one conversation to its end and return what the generator returns.

    A single request's TransportFault is raised inside the generator; in a tuple of requests it is a value
    in the answer. The callbacks may be plain or async. Whatever the connector raises passes, and so does
    CancelledError; the generator is closed and every call in flight is ended before this returns.
    """
    try:
        return await _drive(generator, send, on_page, on_learned)
    except BaseException as ended:
        try:
            generator.close()
        except Exception as fault:  # noqa: BLE001 - it must not hide how the conversation really ended
            ended.add_note(f"The connector raised {type(fault).__name__} as it was closed.")
        raise


async def _drive(
    generator: Generator[Step, Any, Ended], send: Send, on_page: OnPage | None, on_learned: OnLearned | None
) -> Ended:
    answer: object = None
    fault: TransportFault | None = None
    while True:
        try:
            step = generator.send(answer) if fault is None else generator.throw(fault)
        except StopIteration as end:
            return end.value  # type: ignore[no-any-return] # a generator's return value is untyped here
        answer, fault = None, None
        if isinstance(step, (HttpRequest, MllpRequest)):
            try:
                answer = await send(step)
            except TransportFault as failed:
                fault = failed
        elif isinstance(step, tuple):
            answer = await _send_at_once(step, send)
        else:
            await _hand_over(step, on_page, on_learned)


async def _hand_over(
    step: Page | Learned | Pause, on_page: OnPage | None, on_learned: OnLearned | None
) -> None:
    """A step that sends nothing lets others run: a connector may yield such steps for ever."""
    handled: Awaitable[None] | None = None
    if isinstance(step, Page):
        handled = on_page(step) if on_page else None
    elif isinstance(step, Learned):
        handled = on_learned(step) if on_learned else None
    elif not isinstance(step, Pause):
        raise TypeError(f"a connector yielded {type(step).__name__}, which is no step of a conversation")
    if handled is not None:
        await handled
    await asyncio.sleep(0)


async def _send_at_once(requests: Requests, send: Send) -> tuple[Settled, ...]:
    """All answers in the order of the requests. No call outlives this one, however it ends."""
    if len(requests) < 2:  # noqa: PLR2004 - one call needs no task of its own
        if not requests:
            await asyncio.sleep(0)
        return tuple([await _settled(request, send) for request in requests])
    calls = [asyncio.ensure_future(_settled(request, send)) for request in requests]
    try:
        await asyncio.wait(calls, return_when=asyncio.FIRST_EXCEPTION)
        return tuple([call.result() for call in calls if call.done()])
    finally:
        for call in calls:
            call.cancel()
        await asyncio.gather(*calls, return_exceptions=True)


async def _settled(request: Request, send: Send) -> Settled:
    try:
        return await send(request)
    except TransportFault as fault:
        return fault
