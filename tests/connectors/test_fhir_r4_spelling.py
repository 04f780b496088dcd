"""Nothing is called empty by fhir_r4 because a server reads only the other spelling of a reference."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import ClassVar

import pytest

from broker.domain.outcome import Cause, OutcomeLabel
from broker.ports.connector import Answer, Ending, HttpRequest, TransportFault
from connectors.fhir_r4 import PLUGIN
from connectors.simulation import raw_bytes
from tests.connectors.conformance_records import RecordsConformance
from tests.connectors.test_fhir_r4 import RESOURCES
from tests.support.fhir_server import BEN_THERE, COMPLETE, LOCAL, bundle, fetch, flag, outcome
from tests.support.patients import ASHA, BEN
from tests.support.sender import Heard, said

TYPES = ["Flag", "Goal", "Observation"]
BARE: dict[str, object] = {"ask": "by-type", "search_by": "get", "types": TYPES}
TYPED: dict[str, object] = {**BARE, "reference": "typed"}


def asked(respond: Callable[[HttpRequest], Answer], settings: dict[str, object]) -> tuple[Ending, Heard]:
    """One ask of Asha, whose local id is known, for alerts and observations alone."""
    return fetch(respond, settings, local=LOCAL, resource_types=frozenset(TYPES))


def spelling(request: HttpRequest) -> str:
    """How a search spells the person; empty for a later page."""
    return dict(request.query).get("patient", "")


@pytest.mark.parametrize(("settings", "other"), [(BARE, "Patient/a1"), (TYPED, "a1")])
def test_what_the_other_spelling_finds_is_shown_to_its_last_page_and_is_not_whole(
    settings: dict[str, object], other: str
) -> None:
    """Registered either way, with a server that reads only the other: partial, with all that it holds."""

    def respond(request: HttpRequest) -> Answer:
        if request.link:
            return said(bundle(flag("f2"), total=2))
        finds = request.path == "Flag" and spelling(request) == other
        return said(bundle(flag("f1"), next_link="?p=2", total=2) if finds else bundle(total=0))

    ending, heard = asked(respond, settings)
    assert ending == Ending(OutcomeLabel.PARTIAL, Cause.REFERENCE_SPELLING, 2)
    assert len(heard.entries) == 3  # the Patient of the look-up, and both Flags


def test_nothing_under_either_spelling_is_nothing() -> None:
    """Each type is asked for once in each spelling, the other one all at once, and then believed."""
    ending, heard = asked(lambda _: said(bundle()), BARE)
    assert ending == Ending(OutcomeLabel.COMPLETE, Cause.NONE, None)
    assert [(request.path, spelling(request)) for request in heard.requests] == [
        *((name, "a1") for name in TYPES),
        *((name, "Patient/a1") for name in TYPES),
    ]


def test_one_entry_of_one_type_spares_the_second_question() -> None:
    """The usual record costs no call more, though two of its types are empty."""
    ending, heard = asked(lambda request: said(bundle(*[flag("f1")][: request.path == "Flag"])), BARE)
    assert (ending, len(heard.requests)) == (COMPLETE, len(TYPES))


def test_an_empty_first_page_is_read_on_before_anything_is_doubted() -> None:
    """A server that begins with an empty page and a `next` has found what stands on the second."""

    def respond(request: HttpRequest) -> Answer:
        if request.link:
            return said(bundle(flag("f1")))
        return said(bundle(next_link="?p=2") if request.path == "Flag" else bundle())

    ending, heard = asked(respond, BARE)
    assert (ending, len(heard.requests), len(heard.entries)) == (COMPLETE, len(TYPES) + 1, 2)


@pytest.mark.parametrize("status", [400, 404, 422])
def test_a_server_that_refuses_the_other_spelling_is_believed(status: int) -> None:
    """It read the reference and knows it for another, so its emptiness under the registered one stands."""
    ending, _ = asked(lambda one: said(bundle()) if spelling(one) == "a1" else said(b"", status), BARE)
    assert ending == COMPLETE


@pytest.mark.parametrize(
    ("answer", "cause"),
    [
        (TransportFault(OutcomeLabel.TIMED_OUT, Cause.DEADLINE), Cause.DEADLINE),
        (said(b"", 500), Cause.STATUS),
        (said(b"", 429), Cause.THROTTLED),
        (said(b"", 403), Cause.CREDENTIALS),
        (said(b"<html>"), Cause.MALFORMED),
        (said(bundle(outcome("incomplete"))), Cause.PARTNER_WARNING),
        (said(bundle(total=4)), Cause.FEWER_THAN_TOTAL),
    ],
)
def test_an_emptiness_that_could_not_be_put_to_the_test_is_not_believed(answer: Answer, cause: Cause) -> None:
    """One type's second answer is missing: partial, for that reason, and not whole with nothing in it."""

    def respond(request: HttpRequest) -> Answer:
        return answer if (request.path, spelling(request)) == ("Goal", "Patient/a1") else said(bundle())

    ending, heard = asked(respond, BARE)
    assert (ending.label, ending.cause, len(heard.entries)) == (OutcomeLabel.PARTIAL, cause, 1)


def test_a_search_that_failed_is_not_sent_again() -> None:
    """The others are, in the other spelling; the failure keeps its name."""

    def respond(request: HttpRequest) -> Answer:
        return said(b"", 400) if request.path == "Goal" else said(bundle())

    ending, heard = asked(respond, BARE)
    assert (ending.label, ending.cause) == (OutcomeLabel.PARTIAL, Cause.STATUS)
    assert [one.path for one in heard.requests] == [*TYPES, "Flag", "Observation"]


def test_what_is_missing_is_named_before_the_spelling() -> None:
    """A page that failed under the spelling that finds is a gap; the spelling alone is none."""

    def respond(request: HttpRequest) -> Answer:
        if request.link:
            return said(b"", 500)
        return said(bundle() if spelling(request) == "a1" else bundle(flag("f1"), next_link="?p=2"))

    ending, heard = asked(respond, BARE)
    assert (ending.label, ending.cause) == (OutcomeLabel.PARTIAL, Cause.PAGE_FAILED)
    assert len(heard.entries) == 1 + len(TYPES)


def test_a_refusal_beside_what_the_other_spelling_found_is_a_gap() -> None:
    """Where that spelling is the one that finds, a type refused under it may hold something."""

    def respond(request: HttpRequest) -> Answer:
        if spelling(request) == "a1":
            return said(bundle())
        return said(b"", 400) if request.path == "Goal" else said(bundle(flag("f1")))

    ending, _ = asked(respond, BARE)
    assert (ending.label, ending.cause) == (OutcomeLabel.PARTIAL, Cause.STATUS)


def test_somebody_elses_patient_in_the_second_answer_is_not_hidden() -> None:
    """The Patient of the look-up is not put beside it, so that the proof of identity fails."""

    def respond(request: HttpRequest) -> Answer:
        return said(bundle() if spelling(request) == "a1" else bundle(BEN_THERE))

    ending, heard = asked(respond, BARE)
    assert ending.label is OutcomeLabel.PARTIAL
    assert LOCAL.patient not in {entry.raw for entry in heard.entries}


def test_everything_at_once_has_no_reference_to_misspell() -> None:
    """The person's id stands in the path; one call that brings nothing is believed."""
    ending, heard = fetch(lambda _: said(bundle()), local=LOCAL)
    assert (ending, len(heard.requests)) == (COMPLETE, 1)


class TestMisspelt(RecordsConformance):
    """A whole suite over a server that reads one spelling and is registered with the other."""

    plugin = PLUGIN
    resources = RESOURCES
    settings: ClassVar[Mapping[str, object]] = {"ask": "by-type", "search_by": "get"}
    manners: ClassVar[Mapping[str, object]] = {"reference": "typed"}

    @pytest.mark.parametrize("page_size", [1, 2, 100])
    async def test_every_resource_comes_once_as_written(self, page_size: int) -> None:
        """Registered with the wrong spelling, each resource still arrives byte for byte, and is not whole."""
        async with self.endpoint(page_size=page_size) as origin:
            result = await self.asked(origin)
        assert (result.label, result.cause) == (OutcomeLabel.PARTIAL, Cause.REFERENCE_SPELLING)
        given = sorted(raw_bytes(one) for one in self.world()[ASHA.digits])
        assert sorted(entry.raw for entry in result.heard.entries) == given

    async def test_a_person_with_nothing_there_is_told_from_a_person_misspelt(self) -> None:
        """Ben has nothing under either spelling: complete; Asha has, and is never complete."""
        async with self.endpoint() as origin:
            ben, asha = await self.asked(origin, BEN), await self.asked(origin)
        assert (ben.label, asha.label) == (OutcomeLabel.COMPLETE, OutcomeLabel.PARTIAL)
        assert len(ben.heard.entries) == 1
