"""A record that is asked for in two calls at once is one answer, whatever becomes of either."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import orjson
import pytest

from broker.domain.outcome import Cause, OutcomeLabel
from broker.domain.query import AskLimits
from broker.pipeline.normalisation import Normalised, normalise
from broker.ports.connector import Answer, Ending, HttpRequest, TransportFault
from connectors.gpconnect.areas import AREAS, IMMUNISATIONS, Area
from connectors.gpconnect_structured import PLUGIN
from tests.connectors.gpconnect.spine import DIRECT, practice_ask, told
from tests.support.patients import ASHA, BEN, patient
from tests.support.records import finished
from tests.support.sender import Heard, said

DISSENT = (OutcomeLabel.REFUSED, Cause.DISSENT_AT_SOURCE)
RECORD = tuple(area for area in AREAS if area is not IMMUNISATIONS)
VACCINATIONS = (IMMUNISATIONS,)
BOTH_WAYS = pytest.mark.parametrize("failing", ["record", "vaccinations"])


def bundle(areas: tuple[Area, ...], person: Mapping[str, Any] | None = None, **frame: Any) -> bytes:
    """An answer that holds a person and an empty list for each of these areas."""
    held = person or patient(ASHA.digits, "a1")
    lists = [
        {
            "resourceType": "List",
            "code": {"coding": [{"code": code}]},
            "subject": {"reference": f"Patient/{held['id']}"},
            "emptyReason": {"coding": [{"code": "no-content-recorded"}]},
        }
        for area in areas
        for code in area.lists
    ]
    entries = [{"resource": one} for one in (held, *lists)]
    return orjson.dumps({"resourceType": "Bundle", "type": "collection", "entry": entries, **frame})


def outcome(code: str) -> bytes:
    """A practice's word."""
    issue = {"severity": "error", "code": "processing", "details": {"coding": [{"code": code}]}}
    return orjson.dumps({"resourceType": "OperationOutcome", "issue": [issue]})


def asked(
    record: Answer, vaccinations: Answer, entries_max: int = 2_000, **settings: object
) -> tuple[Ending, Heard]:
    """A question for everything, and what each of its calls is answered."""

    def respond(request: HttpRequest) -> Answer:
        return vaccinations if b"includeImmunisations" in (request.body or b"") else record

    limits = AskLimits(pages_max=20, entries_max=entries_max)
    connector = PLUGIN.create({**DIRECT, **settings})
    return told(connector.fetch(practice_ask(limits=limits)), respond)


def asked_with(failing: str, failure: Answer, **settings: object) -> tuple[Ending, Heard]:
    """A question of which one call is answered well, and the other one so."""
    if failing == "record":
        return asked(failure, said(bundle(VACCINATIONS)), **settings)
    return asked(said(bundle(RECORD)), failure, **settings)


def shown(ending: Ending, heard: Heard) -> Normalised:
    """What the broker makes of it."""
    return finished(
        normalise(
            "gp",
            heard.entries,
            ending,
            proof="demographics",
            patient=practice_ask().patient,
            endpoint="https://gp.example",
        )
    )


def test_both_answers_are_read_and_the_person_is_one() -> None:
    """The Patient comes in each, byte for byte: the second is counted as repeated."""
    ending, heard = asked(said(bundle(RECORD)), said(bundle(VACCINATIONS)))
    assert ending == Ending(OutcomeLabel.COMPLETE)
    normalised = shown(ending, heard)
    assert (len(heard.pages), normalised.repeated, normalised.quarantined) == (2, 1, 0)
    assert normalised.ending == ending


@BOTH_WAYS
@pytest.mark.parametrize(
    ("failure", "cause"),
    [
        (TransportFault(OutcomeLabel.TIMED_OUT, Cause.DEADLINE), Cause.DEADLINE),
        (said(b"", 503), Cause.STATUS),
        (said(b"", 429), Cause.THROTTLED),
        (said(b"{}"), Cause.MALFORMED),
        (said(outcome("NOT_IMPLEMENTED"), 501), Cause.NOT_OFFERED),
        (said(outcome("PATIENT_NOT_FOUND"), 404), Cause.PARTNER_WARNING),
    ],
    ids=["late", "down", "throttled", "malformed", "not offered", "not found"],
)
def test_one_call_that_fails_leaves_the_answer_partial_for_that(
    failing: str, failure: Answer, cause: Cause
) -> None:
    """What came is shown, and the part that did not come never reads as an empty one."""
    ending, heard = asked_with(failing, failure)
    assert (ending.label, ending.cause) == (OutcomeLabel.PARTIAL, cause)
    assert len(heard.pages) == 1


@BOTH_WAYS
@pytest.mark.parametrize("status", [200, 403, 500])
def test_a_dissent_in_either_call_is_the_whole_records(failing: str, status: int) -> None:
    """Nothing of the other answer is shown."""
    ending, heard = asked_with(failing, said(outcome("NO_PATIENT_CONSENT"), status))
    assert (ending.label, ending.cause, heard.pages) == (*DISSENT, [])


@BOTH_WAYS
def test_a_dissent_is_heard_though_the_other_call_has_no_answer(failing: str) -> None:
    """A broken connection does not hide that the person has said no."""
    fault = TransportFault(OutcomeLabel.UNREACHABLE, Cause.CONNECT)
    answers: list[Answer] = [said(outcome("NO_PATIENT_CONSENT"), 403), fault]
    ending, _ = asked(*(answers if failing == "vaccinations" else answers[::-1]))
    assert (ending.label, ending.cause) == DISSENT


def test_of_two_failures_the_stricter_word_is_told() -> None:
    """No right to ask says more than a server that is down."""
    ending, heard = asked(said(b"", 503), said(b"", 403))
    assert (ending.label, ending.cause) == (OutcomeLabel.REFUSED, Cause.CREDENTIALS)
    assert heard.pages == []


@pytest.mark.parametrize("missing", ["record", "vaccinations"])
def test_the_lists_of_each_call_are_looked_for_in_its_own_answer(missing: str) -> None:
    """A list that the other answer happens to hold says nothing of the call that asked for it."""
    record, vaccinations = (
        (bundle(AREAS[1:]), bundle(AREAS)) if missing == "record" else (bundle(AREAS), bundle(AREAS[:1]))
    )
    ending, _ = asked(said(record), said(vaccinations))
    assert (ending.label, ending.cause) == (OutcomeLabel.PARTIAL, Cause.NOT_OFFERED)


def test_both_answers_share_the_entries_that_are_taken() -> None:
    """Two answers of which each would do are too many together."""
    held = len(orjson.loads(bundle(RECORD))["entry"])
    ending, heard = asked(said(bundle(RECORD)), said(bundle(VACCINATIONS)), entries_max=held + 1)
    assert (ending.label, ending.cause) == (OutcomeLabel.PARTIAL, Cause.ENTRY_LIMIT)
    assert len(heard.entries) == held + 1


@BOTH_WAYS
@pytest.mark.parametrize(("manner", "cause"), [("warn", Cause.PARTNER_WARNING), ("strict", Cause.MALFORMED)])
def test_an_answer_to_the_other_call_is_doubted(failing: str, manner: str, cause: Cause) -> None:
    """An id that is not its own call's: the two may have been mixed up."""
    sent: list[HttpRequest] = []

    def respond(request: HttpRequest) -> Answer:
        sent.append(request)
        is_vaccinations = b"includeImmunisations" in (request.body or b"")
        areas = VACCINATIONS if is_vaccinations else RECORD
        spoilt = is_vaccinations is (failing == "vaccinations")
        given = "7d1b5a5e-6a0e-4a52-9a6c-1f2d3c4b5a69" if spoilt else request.headers["Ssp-TraceID"]
        return said(bundle(areas, id=given))

    ending, _ = told(PLUGIN.create({**DIRECT, "trace_id": manner}).fetch(practice_ask()), respond)
    assert (ending.label, ending.cause) == (OutcomeLabel.PARTIAL, cause)
    assert len(sent) == 2


@pytest.mark.parametrize("local_id", ["a1", "b1"])
def test_a_second_answer_about_somebody_else_shows_nothing_of_them(local_id: str) -> None:
    """Whether or not they go by the same id there, the answer is not whole and nothing of theirs is shown."""
    other = patient(BEN.digits, local_id, "1980-01-01")
    ending, heard = asked(said(bundle(RECORD)), said(bundle(VACCINATIONS, other)))
    normalised = shown(ending, heard)
    assert normalised.ending.cause is Cause.WRONG_PATIENT
    assert not normalised.ending.label.answered_fully
    assert not any(BEN.digits.encode() in one.raw for one in normalised.resources)
