"""nrl keeps what every connector owes, and asks the locator as the locator lets itself be asked."""

from __future__ import annotations

import uuid
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import Any, ClassVar

import orjson
import pytest

from broker.domain.category import Category
from broker.domain.identity import NHS_NUMBER_SYSTEM, ODS_SYSTEM, NhsNumber
from broker.domain.outcome import Cause, OutcomeLabel
from broker.domain.query import AskLimits
from broker.ports.connector import Ending, TransportFault
from connectors.nrl import PLUGIN
from connectors.nrl.world import UNSTRUCTURED, asid_of
from connectors.r4 import stable_id
from connectors.simulation import raw_bytes
from tests.connectors.conformance import Result, World
from tests.connectors.conformance_records import RecordsConformance
from tests.support.fhir_server import bundle, outcome
from tests.support.patients import ASHA, BEN, OLD, patient
from tests.support.sender import CORRELATION, Heard, Spoil, ask_for, said, scripted

HOLDER = "RX902"
DOCUMENTS = frozenset({Category.DOCUMENTS})


def pointer(local: str = "1", number: str = ASHA.digits, **members: Any) -> dict[str, Any]:
    """One pointer as the locator has it, to a document of Asha's unless said otherwise."""
    return {
        "resourceType": "DocumentReference",
        "id": f"{HOLDER}-{local}",
        "status": "current",
        "subject": {"identifier": {"system": NHS_NUMBER_SYSTEM, "value": number}},
        "custodian": {"identifier": {"system": ODS_SYSTEM, "value": HOLDER}},
        "content": [
            {
                "attachment": {
                    "contentType": "application/pdf",
                    "url": "ssp://proxy.example/https%3A%2F%2Fp1.example%2Fplans%2F1",
                },
                "format": UNSTRUCTURED,
            }
        ],
        "context": {
            "related": [
                {
                    "identifier": {
                        "system": "https://fhir.nhs.uk/Id/nhsSpineASID",
                        "value": asid_of(HOLDER),
                    }
                }
            ]
        },
        **members,
    }


def subject_of(number: str) -> dict[str, Any]:
    """The Patient that stands for pointers' subject."""
    return {
        "resourceType": "Patient",
        "id": stable_id("nrl", "subject", number),
        "identifier": [{"system": NHS_NUMBER_SYSTEM, "value": number}],
    }


class TestNrl(RecordsConformance):
    plugin = PLUGIN
    resources: ClassVar[tuple[Mapping[str, Any], ...]] = tuple(
        pointer(str(place), securityLabel=[{"coding": [{"code": "V"}]}]) for place in range(5)
    )
    # An empty searchset is all that the locator says of somebody without pointers, known or not.
    unknown_label = OutcomeLabel.COMPLETE
    stand_in: tuple[Mapping[str, Any], ...] = ()

    def conversation(self, number: NhsNumber) -> Any:
        return PLUGIN.create(self.settings).fetch(ask_for(number=number, categories=DOCUMENTS))

    @asynccontextmanager
    async def endpoint(self, spoil: Spoil | None = None, **manners: object) -> AsyncIterator[str]:
        """Nothing proves nobody: whoever is answered for instead of Asha has a pointer to be known by."""
        self.stand_in = (pointer("b", BEN.digits),) if "answers_for" in manners else ()
        async with super().endpoint(spoil, **manners) as origin:
            yield origin

    def world(self) -> World:
        usual = super().world()
        return {**usual, BEN.digits: (*usual[BEN.digits], *self.stand_in)}

    def arrived_whole(self, result: Result) -> None:
        """Each pointer as it was written, after the one Patient that it is about."""
        first, *pointers = result.heard.entries
        assert orjson.loads(first.raw) == subject_of(ASHA.digits)
        assert sorted(one.raw for one in pointers) == sorted(raw_bytes(one) for one in self.resources)

    def arrived_empty(self, result: Result) -> None:
        """Nobody can be proved of no pointers, and nothing is there to be proved."""
        assert result.heard.entries == []
        assert result.normalised is not None
        assert result.normalised.ending == Ending(OutcomeLabel.COMPLETE, expected=None)

    @staticmethod
    def is_look_up(request: Any) -> bool:
        """Nobody is looked up."""
        del request
        return False


def fetched(*answers: Any, settings: Mapping[str, object] | None = None, **ask: Any) -> tuple[Ending, Heard]:
    """What comes of these answers, one for each call; bytes are the body of a 200."""
    left, heard = list(answers), Heard()

    def respond(_: Any) -> Any:
        one = left.pop(0)
        return said(one) if isinstance(one, bytes) else one

    asked = ask_for(**{"categories": DOCUMENTS, **ask})
    ending, _ = scripted(PLUGIN.create(settings or {}).fetch(asked), respond, heard)
    return ending, heard


def kinds_in(heard: Heard) -> list[str]:
    """The type of each entry, in order."""
    return [orjson.loads(entry.raw)["resourceType"] for entry in heard.entries]


def test_a_search_names_one_number_and_nothing_else() -> None:
    """One for each of the person's numbers, all at once: the service refuses a parameter too many."""
    _, heard = fetched(bundle(), bundle(), numbers=frozenset({OLD}))
    assert [(one.method, one.path) for one in heard.requests] == [("POST", "DocumentReference/_search")] * 2
    assert [one.form for one in heard.requests] == [
        (("subject:identifier", f"{NHS_NUMBER_SYSTEM}|{number.digits}"),) for number in (ASHA, OLD)
    ]


def test_every_call_says_for_whom_it_is_and_has_an_id_of_its_own() -> None:
    """The user's organisation, the trace, and another request id for a later page."""
    page = bundle(pointer(), next_link="https://x.example/DocumentReference?p=2")
    _, heard = fetched(page, bundle(), bundle(), numbers=frozenset({OLD}))
    headers = [dict(one.headers) for one in heard.requests]
    assert {one["NHSD-End-User-Organisation-ODS"] for one in headers} == {"RZZ01"}
    assert {one["NHSD-Correlation-Id"] for one in headers} == {CORRELATION}
    assert len({uuid.UUID(one["X-Request-ID"]) for one in headers}) == 3
    assert "Authorization" not in headers[0]
    assert heard.requests[2].link == "https://x.example/DocumentReference?p=2"


def test_the_same_ask_has_the_same_ids() -> None:
    """A connector has no chance of its own: the ids follow from the ask."""
    first, again = (fetched(bundle())[1].requests[0].headers for _ in range(2))
    assert first == again


@pytest.mark.parametrize(
    "ask",
    [
        {"categories": frozenset({Category.DEMOGRAPHICS, Category.RESULTS})},
        {"resource_types": frozenset({"Observation"})},
    ],
)
def test_nobody_is_asked_where_no_pointer_may_be_seen(ask: dict[str, Any]) -> None:
    """A pointer is a document of its own: without that permission the locator hears nothing."""
    ending, heard = fetched(**ask)
    assert (ending, heard.requests) == (Ending(OutcomeLabel.NOT_ASKED, Cause.NOT_OFFERED), [])


def test_nobody_is_asked_for_a_user_without_an_organisation() -> None:
    """The locator judges by the organisation, so a call without one is not made."""
    ask = ask_for()
    ask = replace(ask, requester=replace(ask.requester, organisation_ods="not a code"))
    ending, heard = scripted(PLUGIN.create({}).fetch(ask), lambda _: said(b"", 500))
    assert (ending, heard.requests) == (Ending(OutcomeLabel.NOT_ASKED, Cause.CREDENTIALS), [])


def test_pointers_of_two_numbers_come_with_a_patient_for_each() -> None:
    """Each number once, with the first page that names it, however it is written."""
    spaced = f"{OLD.digits[:3]} {OLD.digits[3:6]} {OLD.digits[6:]}"
    more = bundle(pointer("3", spaced), total=1)
    first = bundle(pointer("1"), pointer("2"), total=2)
    ending, heard = fetched(first, more, numbers=frozenset({OLD}))
    assert ending.label is OutcomeLabel.COMPLETE
    made = [orjson.loads(one.raw) for one in heard.entries[:2]]
    assert made == [subject_of(ASHA.digits), subject_of(OLD.digits)]
    assert kinds_in(heard) == ["Patient"] * 2 + ["DocumentReference"] * 3


DOWN = TransportFault(OutcomeLabel.TIMED_OUT, Cause.DEADLINE)


@pytest.mark.parametrize(
    ("answers", "expected"),
    [
        ([bundle(pointer()), DOWN], (OutcomeLabel.PARTIAL, Cause.DEADLINE)),
        ([DOWN, bundle(pointer("2", OLD.digits))], (OutcomeLabel.PARTIAL, Cause.DEADLINE)),
        ([bundle(), said(b"", 403)], (OutcomeLabel.REFUSED, Cause.CREDENTIALS)),
        ([DOWN, said(b"", 403)], (OutcomeLabel.TIMED_OUT, Cause.DEADLINE)),
        ([bundle(pointer()), bundle()], (OutcomeLabel.COMPLETE, Cause.NONE)),
        ([bundle(), bundle()], (OutcomeLabel.COMPLETE, Cause.NONE)),
    ],
)
def test_an_answer_is_whole_only_for_every_number(answers: list[Any], expected: Any) -> None:
    """What came under one number is shown as a part; where nothing came, the failure itself is told."""
    ending, _ = fetched(*answers, numbers=frozenset({OLD}))
    assert (ending.label, ending.cause) == expected


def test_fewer_pointers_than_there_are_is_partial_and_tells_how_many() -> None:
    """The locator's own total counts what it lists."""
    ending, heard = fetched(bundle(pointer(), total=3))
    assert ending == Ending(OutcomeLabel.PARTIAL, Cause.FEWER_THAN_TOTAL, 3)
    assert kinds_in(heard) == ["Patient", "DocumentReference"]


def test_a_link_that_leads_back_ends_the_reading() -> None:
    """There are no pages in the service's own examples; where one is linked it is read once."""
    link = "https://x.example/DocumentReference?p=2"
    ending, heard = fetched(bundle(pointer("1"), next_link=link), bundle(pointer("2"), next_link=link))
    assert (ending.label, ending.cause) == (OutcomeLabel.PARTIAL, Cause.PAGE_LOOP)
    assert len(heard.requests) == 2


def test_no_more_is_taken_than_the_limit_with_the_patient_in_it() -> None:
    """The Patient that is made counts among the entries."""
    limits = AskLimits(pages_max=5, entries_max=3)
    ending, heard = fetched(bundle(*(pointer(str(place)) for place in range(4))), limits=limits)
    assert (ending.label, ending.cause) == (OutcomeLabel.PARTIAL, Cause.ENTRY_LIMIT)
    assert kinds_in(heard) == ["Patient", "DocumentReference", "DocumentReference"]


def test_what_the_locator_says_of_its_own_answer_is_heeded() -> None:
    """A warning among the pointers makes the answer doubtful, and is no pointer."""
    ending, heard = fetched(bundle(pointer(), outcome("timeout")))
    assert (ending.label, ending.cause) == (OutcomeLabel.PARTIAL, Cause.PARTNER_WARNING)
    assert kinds_in(heard) == ["Patient", "DocumentReference"]


def test_a_registration_that_promises_more_than_documents_is_never_answered_whole() -> None:
    """Pointers are all that there is: what else it supplies may not be called none recorded."""
    more = frozenset({Category.DOCUMENTS, Category.PLANS})
    for body in (bundle(pointer()), bundle()):
        ending, _ = fetched(body, categories=more)
        assert (ending.label, ending.cause) == (OutcomeLabel.PARTIAL, Cause.NOT_OFFERED)


def test_a_deployment_that_opens_nothing_names_no_consumers() -> None:
    """Both settings together, or neither; the locator itself needs none of them."""
    consumers = {"RZZ01": {"asid": "200000000115", "name": "A hospital"}}
    assert PLUGIN.create({})
    assert PLUGIN.create({"consumers": consumers, "issuer": "https://broker.example"})
    with pytest.raises(ValueError, match="`issuer` is missing"):
        PLUGIN.create({"consumers": consumers})
    with pytest.raises(ValueError, match="`consumers` names nobody"):
        PLUGIN.create({"issuer": "https://broker.example"})


def test_the_manifest_says_that_its_items_name_holders() -> None:
    """So partners that wait for a pointer wait for this one's answer, and its documents open."""
    manifest = PLUGIN.manifest
    assert (manifest.locates, manifest.documents, manifest.proof) == (True, True, "number")
    assert set(manifest.services) == {"ssp", "direct"}


def test_the_person_at_the_locator_is_made_of_the_number_alone() -> None:
    """No birth date or name is claimed that the locator does not give."""
    assert set(subject_of(ASHA.digits)) == {"resourceType", "id", "identifier"}
    _, heard = fetched(bundle(pointer()))
    assert orjson.loads(heard.entries[0].raw) == subject_of(ASHA.digits)
    assert patient(ASHA.digits, "a1")["birthDate"] not in heard.entries[0].raw.decode()
