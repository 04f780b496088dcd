"""The whole pipeline over connectors that misbehave: each fault is that partner's alone."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import orjson
import pytest

from broker.domain.errors import BrokerFault, ServiceDown, Unauthenticated
from broker.domain.limits import BrokerLimits, PartnerLimits
from broker.domain.objection_life import Actor
from broker.domain.outcome import Cause, OutcomeLabel
from broker.domain.query import Interaction, LocalIdentity
from broker.ports.connector import Ending, Entry, HttpRequest, Learned, Page, Pause, TransportFault
from tests.support.network import labels, resources
from tests.support.pipeline_alone import Alone, OneUser, Script, pipeline_over
from tests.support.records import NUMBER, entry, item, patient

QUICK = BrokerLimits(deadline_s=0.5, reserve_s=0.3)
WHOLE = Page((entry(patient()), entry(item("Condition", "c1"))))


def well(_ask: object) -> Iterator[Any]:
    """One Condition and its Patient."""
    yield WHOLE
    return Ending(OutcomeLabel.COMPLETE)


def raising(error: BaseException) -> Callable[[object], Iterator[Any]]:
    """A script that gives a page and then fails."""

    def play(_ask: object) -> Iterator[Any]:
        yield WHOLE
        raise error

    return play


def yielding(*steps: object, ending: object = None) -> Callable[[object], Iterator[Any]]:
    """A script of steps that ends with `ending`."""

    def play(_ask: object) -> Iterator[Any]:
        yield from steps
        return ending or Ending(OutcomeLabel.COMPLETE)

    return play


def for_ever(step: object) -> Callable[[object], Iterator[Any]]:
    """A script that never ends."""

    def play(_ask: object) -> Iterator[Any]:
        while True:
            yield step

    return play


def stubborn(_ask: object) -> Iterator[Any]:
    """A script that will not be closed."""
    while True:
        try:
            yield Pause()
        except GeneratorExit:
            yield Pause()


BUGS = {
    "an error before the first step": lambda _ask: 1 / 0,
    "an error after a page": raising(ValueError("9990000018")),
    "a cancellation of its own": raising(asyncio.CancelledError()),
    "an exit": raising(SystemExit(3)),
    "the end of an iteration": raising(StopIteration()),
    "a base error": raising(RecursionError()),
    "no generator": lambda _ask: 7,
    "a step of no kind": yielding("more"),
    "a page of no entries": yielding(Page(5)),  # type: ignore[arg-type] # nonsense is what is tested
    "an entry of no kind": yielding(Page((None,))),  # type: ignore[arg-type] # as above
    "an entry of text": yielding(Page((Entry(raw="{}"),))),  # type: ignore[arg-type] # as above
    "a local id of no kind": yielding(Learned("7")),  # type: ignore[arg-type] # as above
    "an ending of no kind": yielding(WHOLE, ending="complete"),
    "a label of no kind": yielding(WHOLE, ending=Ending("complete")),  # type: ignore[arg-type] # as above
    "a request of no kind": yielding((None, None)),
}


@pytest.mark.parametrize("script", BUGS.values(), ids=BUGS.keys())
async def test_a_connectors_bug_is_its_partners_outcome_alone(
    script: Callable[[object], Any], tmp_path: Path
) -> None:
    """Nothing of that partner is shown, its line says invalid, and the other is whole."""
    async with pipeline_over(tmp_path, {"alder": Script(well), "beech": Script(script)}) as alone:
        record = await alone.record()
    assert labels(record) == {"alder": "complete", "beech": "invalid"}
    assert sources(record) == {"urn:watersmeet:partner:alder"}


def sources(record: dict[str, Any]) -> set[str]:
    """Where the Conditions came from."""
    return {one["meta"]["source"] for one in resources(record) if one["resourceType"] == "Condition"}


ENDLESS = {
    "pauses": for_ever(Pause()),
    "empty pages": for_ever(Page(())),
    "no requests": for_ever(()),
    "the same local id": for_ever(Learned(LocalIdentity(local_id="p1", patient=b"{}"))),
    "pauses, and will not be closed": stubborn,
}


@pytest.mark.parametrize("script", ENDLESS.values(), ids=ENDLESS.keys())
async def test_a_connector_that_never_ends_is_ended_by_the_deadline(
    script: Callable[[object], Any], tmp_path: Path
) -> None:
    """It times out alone, and the loop was everybody's all the while."""
    async with pipeline_over(
        tmp_path, {"alder": Script(well), "beech": Script(script)}, limits=QUICK
    ) as alone:
        async with asyncio.timeout(5):
            record = await alone.record()
    assert labels(record) == {"alder": "complete", "beech": "timed-out"}
    assert sources(record) == {"urn:watersmeet:partner:alder"}


async def test_pages_before_the_deadline_are_kept_and_called_partial(tmp_path: Path) -> None:
    """What came whole is shown; what did not come is said."""

    def slow(_ask: object) -> Iterator[Any]:
        yield WHOLE
        while True:
            yield Pause()

    async with pipeline_over(tmp_path, {"alder": Script(slow)}, limits=QUICK) as alone:
        record = await alone.record()
    assert labels(record) == {"alder": "partial"}
    assert sources(record) == {"urn:watersmeet:partner:alder"}


async def test_a_fault_that_a_connector_lets_pass_labels_its_partner(tmp_path: Path) -> None:
    """The transport's own label and cause."""

    def cut(_ask: object) -> Iterator[Any]:
        yield Pause()
        raise TransportFault(OutcomeLabel.TOO_LARGE, Cause.WIRE_BYTES)

    async with pipeline_over(tmp_path, {"alder": Script(well), "beech": Script(cut)}) as alone:
        assert labels(await alone.record()) == {"alder": "complete", "beech": "too-large"}


async def test_more_entries_than_the_limit_are_cut_and_called_partial(tmp_path: Path) -> None:
    """The first are shown; the limit is the partner's own."""
    many = Page((entry(patient()), *(entry(item("Condition", f"c{n}")) for n in range(30))))
    scripts = {"alder": Script(well), "beech": Script(yielding(many))}
    async with pipeline_over(tmp_path, scripts, partner_limits=PartnerLimits(entries_max=11)) as alone:
        record = await alone.record()
    assert labels(record) == {"alder": "complete", "beech": "partial"}
    assert sum(1 for one in resources(record) if one["resourceType"] == "Condition") == 11


async def test_each_partner_is_in_the_answer_once_in_the_order_of_registration(tmp_path: Path) -> None:
    """Whoever answers first."""

    def late(_ask: object) -> Iterator[Any]:
        for _ in range(50):
            yield Pause()
        yield WHOLE
        return Ending(OutcomeLabel.COMPLETE)

    scripts = {"alder": Script(late), "beech": Script(well), "cedar": Script(late)}
    async with pipeline_over(tmp_path, scripts) as alone:
        record = await alone.record()
    assert list(labels(record)) == ["alder", "beech", "cedar"]


async def test_without_a_token_nobody_is_asked(tmp_path: Path) -> None:
    """Not the index, and no partner."""
    async with pipeline_over(tmp_path, {"alder": Script(raising(AssertionError()))}) as alone:
        with pytest.raises(Unauthenticated):
            await alone.ask(authorization=None)
        assert alone.services.index.asked == []  # type: ignore[attr-defined] # OnePerson remembers


async def test_a_fault_that_nothing_foresaw_is_ours_and_names_the_contact_routes(tmp_path: Path) -> None:
    """A fixed sentence; the cause is not in it."""

    class Broken(OneUser):
        async def authenticate(self, authorization: str | None, /) -> Any:
            raise LookupError(authorization)

    async with pipeline_over(tmp_path, {"alder": Script(well)}, user=Broken()) as alone:
        with pytest.raises(BrokerFault) as caught:
            await alone.ask()
    assert caught.value.contact == ("The test",)
    assert caught.value.__cause__ is None
    assert "a.b.c" not in caught.value.message


async def test_a_store_that_is_closed_refuses_and_names_itself(tmp_path: Path) -> None:
    """Not knowing is a no, and the connector is never started."""
    started: list[object] = []

    def note(ask: object) -> Iterator[Any]:
        started.append(ask)
        return well(ask)

    async with pipeline_over(tmp_path, {"alder": Script(note)}) as alone:
        await alone.store.aclose()
        with pytest.raises(ServiceDown) as caught:
            await alone.record()
    assert (caught.value.service, caught.value.contact, started) == ("release-store", ("The test",), [])


async def test_a_patient_question_asks_the_index_alone(tmp_path: Path) -> None:
    """No partner is needed to name a person."""
    async with pipeline_over(tmp_path, {"alder": Script(raising(AssertionError()))}) as alone:
        reply = await alone.ask(interaction=Interaction.FIND_PATIENT)
    assert orjson.loads(b"".join(reply.body))["total"] == 1


async def test_a_type_is_asked_for_alone(tmp_path: Path) -> None:
    """The ask names the type and its categories; nothing else of the answer is shown."""
    asks: list[Any] = []

    def note(ask: Any) -> Iterator[Any]:
        asks.append(ask)
        yield Page((entry(patient()), entry(item("Condition", "c1")), entry(item("Observation", "o1"))))
        return Ending(OutcomeLabel.COMPLETE)

    async with pipeline_over(tmp_path, {"alder": Script(note)}) as alone:
        record = orjson.loads(b"".join((await alone.ask(resource_types=frozenset({"Condition"}))).body))
    [ask] = asks
    assert (ask.resource_types, {one.value for one in ask.categories}) == ({"Condition"}, {"problems"})
    assert {one["resourceType"] for one in resources(record)} == {"OperationOutcome", "Condition"}


async def test_a_local_id_is_learned_once_and_given_to_the_next_ask(tmp_path: Path) -> None:
    """For the life of the trace; forgotten when the answer turns out to be somebody else's."""
    asks: list[Any] = []
    other = {"now": patient()}

    def note(ask: Any) -> Iterator[Any]:
        asks.append(ask.local)
        if ask.local is None:
            yield Learned(LocalIdentity(local_id="p1", patient=orjson.dumps(patient())))
        yield Page((entry(other["now"]), entry(item("Condition", "c1"))))
        return Ending(OutcomeLabel.COMPLETE)

    async with pipeline_over(tmp_path, {"alder": Script(note), "beech": Script(well)}) as alone:
        alone.services.locals.begin(NUMBER)  # type: ignore[attr-defined] # a trace was kept
        await alone.record()
        await alone.record()
        other["now"] = patient("9990000026")
        await alone.record()
        await alone.record()
    assert [one and one.local_id for one in asks] == [None, "p1", "p1", None]


async def test_a_call_that_is_cancelled_leaves_no_task(tmp_path: Path) -> None:
    """The client left: the conversation is closed, and the intent has its ending."""
    held, closed = asyncio.Event(), asyncio.Event()

    def hold(_ask: object) -> Iterator[Any]:
        try:
            while True:
                held.set()
                yield Pause()
        finally:
            closed.set()

    async with pipeline_over(tmp_path, {"alder": Script(hold)}) as alone:
        asking = asyncio.create_task(alone.record())
        await held.wait()
        asking.cancel()
        await asyncio.gather(asking, return_exceptions=True)
        assert asking.cancelled()
        assert closed.is_set()
        await finished(alone)
        assert await endings(alone) == [("client-left", "nothing-released")]


async def finished(alone: Alone) -> None:
    """Wait for what is owed to the trail."""
    await asyncio.gather(*alone.services.background)


async def endings(alone: Alone) -> list[tuple[str, str]]:
    """How every request on file ended."""
    accesses = await alone.store.accesses(frozenset({NUMBER}), reader=Actor(role="test", name="test"))
    return [(one.ended, one.outcome) for one in accesses if one.outcome != "audit-read"]


async def test_whenever_the_client_leaves_an_intent_has_its_end(tmp_path: Path) -> None:
    """Also when it leaves while the intent itself, or the release, is being written."""

    def unhurried(_ask: object) -> Iterator[Any]:
        yield Pause()
        yield WHOLE
        return Ending(OutcomeLabel.COMPLETE)

    async with pipeline_over(tmp_path, {"alder": Script(unhurried)}) as alone:
        left = 0
        for tenths_ms in range(0, 200, 2):
            asking = asyncio.create_task(alone.record())
            asyncio.get_running_loop().call_later(tenths_ms / 10_000, asking.cancel)
            await asyncio.wait([asking])
            left += asking.cancelled()
        await finished(alone)
        ends = await endings(alone)
    assert left > 5
    assert {end for end in ends if end != ("", "released")} <= {
        ("client-left", "nothing-released"),
        ("client-left", "released"),
    }


def call(_ask: object) -> Iterator[Any]:
    """A script that calls a transport which has nothing to say."""
    yield HttpRequest(method="GET", path="metadata")
    return Ending(OutcomeLabel.COMPLETE)


async def test_a_transports_bug_is_its_partners_outcome_too(tmp_path: Path) -> None:
    """Whatever breaks in one conversation stays in it."""
    async with pipeline_over(tmp_path, {"alder": Script(well), "beech": Script(call)}) as alone:
        assert labels(await alone.record()) == {"alder": "complete", "beech": "invalid"}
