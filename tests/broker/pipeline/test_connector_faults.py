"""The whole pipeline over connectors that misbehave: each fault is that partner's alone."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from broker.domain.limits import BrokerLimits, PartnerLimits
from broker.domain.outcome import Cause, OutcomeLabel
from broker.domain.query import LocalIdentity
from broker.ports.connector import Ending, Entry, HttpRequest, Learned, Page, Pause, TransportFault
from tests.support.connector_scripts import WHOLE, for_ever, raising, sources, stubborn, well, yielding
from tests.support.network import labels, resources
from tests.support.pipeline_alone import Script, pipeline_over
from tests.support.records import entry, item, patient

QUICK = BrokerLimits(deadline_s=0.5, reserve_s=0.3)

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


def call(_ask: object) -> Iterator[Any]:
    """A script that calls a transport which has nothing to say."""
    yield HttpRequest(method="GET", path="metadata")
    return Ending(OutcomeLabel.COMPLETE)


async def test_a_transports_bug_is_its_partners_outcome_too(tmp_path: Path) -> None:
    """Whatever breaks in one conversation stays in it."""
    async with pipeline_over(tmp_path, {"alder": Script(well), "beech": Script(call)}) as alone:
        assert labels(await alone.record()) == {"alder": "complete", "beech": "invalid"}


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
