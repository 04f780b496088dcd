"""What a reader may not see changes nothing that they do see: not a byte, whatever holds it back."""

from __future__ import annotations

import asyncio
import dataclasses
from collections.abc import Callable, Generator, Mapping
from pathlib import Path
from typing import Any

import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from broker.domain.category import Category
from broker.domain.criteria import SortKey
from broker.domain.decision import Decision, Naming, Withhold
from broker.domain.outcome import Tally
from broker.domain.query import Interaction, RecordQuery
from broker.pipeline import record, screening
from broker.pipeline.screening import Screened, screen
from broker.pipeline.services import Services
from tests.conservation.playing import played, services
from tests.conservation.splitting import Answer, Sent
from tests.support.any_search import searches
from tests.support.records import ALL, NUMBER, decision, item, patient
from tests.support.selected import coded as selected_by
from tests.support.selected import dated, search, whole
from tests.support.sensitive import HIV_CODE, coded, labelled, ruling_for

PARTNERS = ("addenbury", "papermill")
ASTHMA, NONE_KNOWN, PENICILLIN = coded("195967001"), coded("716186003"), coded("91936005")
OBJECTED = {"system": "https://records.example/item", "value": "objected"}
IN_PERIOD, BEFORE = "2026-05-05", "2020-01-01"
CLOSED = frozenset({Category.PROBLEMS, Category.ALLERGIES})
OPEN_TYPES = frozenset({"Patient", "Procedure", "DocumentReference", "CarePlan", "List"})
EVERYTHING = RecordQuery(interaction=Interaction.EVERYTHING, number=NUMBER)
QUESTIONS = (
    EVERYTHING,
    dataclasses.replace(EVERYTHING, count=2),
    dataclasses.replace(EVERYTHING, interaction=Interaction.SUMMARY),
    *(
        RecordQuery(interaction=Interaction.SEARCH, number=NUMBER, resource_types=frozenset({kind}))
        for kind in ("Condition", "AllergyIntolerance", "Procedure", "List")
    ),
    search("Condition", sort=(SortKey("onset-date", descending=True),)),
    search("Procedure", dated("date", "ge2019"), sort=(SortKey("date"),)),
    search("AllergyIntolerance", selected_by("code", "http://snomed.info/sct|91936005")),
    whole(start="2019-01-01", end="2027-01-01"),
)
# Items that group with each other, contradict each other and refer to each other.
KINDS: Mapping[str, Mapping[str, Any]] = {
    "Condition": {"code": ASTHMA, "onsetDateTime": BEFORE},
    "AllergyIntolerance": {"code": PENICILLIN, "onsetDateTime": BEFORE},
    "Procedure": {"code": coded("80146002"), "status": "completed", "performedDateTime": BEFORE},
    "DocumentReference": {"status": "current", "type": {"text": "Letter"}, "date": BEFORE},
    "CarePlan": {"status": "active", "intent": "plan", "title": "Plan", "period": {"start": BEFORE}},
    "MedicationRequest": {"status": "active", "intent": "order", "authoredOn": BEFORE},
}
STATES = ("active", "resolved")
STRENGTHS = {"active": "Bisoprolol 2.5mg tablets", "resolved": "Bisoprolol 5mg tablets"}
WORDS = {"text": {"status": "generated", "div": "<div>Everything about everything</div>"}}
# Searches by every kind of criterion, for what is held back by name among it.
SEARCHES = searches(
    sorted(KINDS),
    ids=[(partner, f"{kind}/i{place}") for partner in PARTNERS for kind in KINDS for place in range(3)],
    codes=("active", "resolved", "current", "completed", "195967001", "91936005", "716186003", HIV_CODE),
    years=("2020", IN_PERIOD, BEFORE),
)
Tree = dict[str, Any]


@dataclasses.dataclass(frozen=True)
class Fence:
    """One way of holding back: the ruling, the kinds that it can mean, and what makes an item meant."""

    ruling: Callable[[str], Decision]
    kinds: frozenset[str]
    secret: Mapping[str, Any] = dataclasses.field(default_factory=dict)
    ordinary: Mapping[str, Any] = dataclasses.field(default_factory=dict)


def _permit(**how: Any) -> Callable[[str], Decision]:
    return lambda partner_id: decision(partner_id, **how)


def _role(role: str) -> Callable[[str], Decision]:
    return lambda partner_id: dataclasses.replace(ruling_for(role), partner_id=partner_id)


_OF_A_CLASS = frozenset({"Condition", "Procedure", "DocumentReference", "CarePlan", "MedicationRequest"})
FENCES: Mapping[str, Fence] = {
    "a category": Fence(_permit(categories=ALL - CLOSED), frozenset({"Condition", "AllergyIntolerance"})),
    "a scope": Fence(_permit(resource_types=OPEN_TYPES), frozenset({"Condition", "AllergyIntolerance"})),
    "a class by its label": Fence(_role("social-worker"), _OF_A_CLASS, labelled("hiv")),
    "a class by a code": Fence(
        _role("physiotherapist"), _OF_A_CLASS, {"reasonCode": [coded(HIV_CODE)], "code": coded(HIV_CODE)}
    ),
    "an objection to an item": Fence(
        _permit(withholds=(Withhold(items=frozenset({(OBJECTED["system"], OBJECTED["value"])})),)),
        frozenset(KINDS),
        {"identifier": [OBJECTED]},
        {"identifier": [{"system": OBJECTED["system"], "value": "another"}]},
    ),
    "an objection to a category": Fence(
        _permit(withholds=(Withhold(categories=CLOSED),)), frozenset({"Condition", "AllergyIntolerance"})
    ),
    "an objection to a period": Fence(
        _permit(withholds=(Withhold(categories=CLOSED, period_start="2026"),)),
        frozenset({"Condition", "AllergyIntolerance"}),
        {"onsetDateTime": IN_PERIOD, "recordedDate": IN_PERIOD},
        {"onsetDateTime": BEFORE, "recordedDate": BEFORE},
    ),
    "a veil": Fence(
        _permit(categories=ALL - CLOSED, naming=Naming.VEILED), frozenset({"Condition", "AllergyIntolerance"})
    ),
    "a partner that may not be asked": Fence(_permit(categories=frozenset()), frozenset(KINDS)),
}

drawn_items = st.lists(
    st.tuples(
        st.sampled_from(PARTNERS),
        st.sampled_from(sorted(KINDS)),
        st.booleans(),  # whether it is meant by the fence, where its kind can be
        st.sampled_from(STATES),
        st.none() | st.integers(0, 7),  # which item it refers to
        st.sampled_from((PENICILLIN, NONE_KNOWN)),
    ),
    max_size=8,
)


def _made(place: int, drawn: Any, fence: Fence) -> tuple[Tree, bool]:
    """One item, and whether it is held back."""
    _partner, kind, wanted, state, to, allergy = drawn
    closed = kind in fence.kinds and (wanted or not fence.secret)
    made = item(kind, f"i{place}", **KINDS[kind], **WORDS)
    if kind in {"Condition", "AllergyIntolerance"}:
        made["clinicalStatus"] = {"coding": [{"code": state}]}
    if kind == "AllergyIntolerance":
        made["code"] = allergy
    if kind == "MedicationRequest":
        made["medicationCodeableConcept"] = {"text": STRENGTHS[state]}
    if to is not None and kind in {"Procedure", "CarePlan"}:
        member = "reasonReference" if kind == "Procedure" else "addresses"
        made[member] = [{"reference": f"Condition/i{to}", "display": "Words of another item"}]
    more = fence.secret if closed else fence.ordinary
    return {
        **made,
        **{name: value for name, value in more.items() if name != "code" or kind != "CarePlan"},
    }, closed


def _answers(drawn: list[Any], fence: Fence, *, with_secrets: bool) -> list[Answer]:
    found = []
    for partner_id in PARTNERS:
        made = [_made(place, one, fence) for place, one in enumerate(drawn) if one[0] == partner_id]
        trees = [patient(), *(tree for tree, closed in made if with_secrets or not closed)]
        page = tuple(Sent(str(place), orjson.dumps(tree)) for place, tree in enumerate(trees))
        found.append(Answer(partner_id, (page,), cut=False, ruling=fence.ruling(partner_id)))
    return found


@pytest.fixture(scope="module")
def around(tmp_path_factory: pytest.TempPathFactory) -> Services:
    """The parts of the pipeline. What is asked here needs no store."""

    async def made(folder: Path) -> Services:
        async with services(folder) as given_services:
            return given_services

    return asyncio.run(made(tmp_path_factory.mktemp("traces")))


@pytest.mark.parametrize("fence", sorted(FENCES))
@settings(max_examples=60, deadline=None)
@given(drawn=drawn_items, question=st.sampled_from(QUESTIONS) | SEARCHES)
def test_an_answer_is_that_of_a_world_in_which_the_withheld_never_was(
    fence: str, around: Services, drawn: list[Any], question: RecordQuery
) -> None:
    """Groups, contradictions, negatives, counts, narrative, references, pages and summary among it, and under
    any criterion: nobody finds out what is held back by asking for it.
    """
    bodies = [
        asyncio.run(played(_answers(drawn, FENCES[fence], with_secrets=told), 0, around, question)).body
        for told in (True, False)
    ]
    assert bodies[0] == bodies[1]


@pytest.mark.parametrize("fence", sorted(FENCES))
def test_every_fence_holds_something_back(fence: str, around: Services) -> None:
    """What the property compares are two worlds indeed, and the reader of everything sees them differ."""
    drawn = [
        (PARTNERS[place % 2], kind, True, "active", None, PENICILLIN) for place, kind in enumerate(KINDS)
    ]
    with_it, without = (_answers(drawn, FENCES[fence], with_secrets=told) for told in (True, False))
    assert with_it != without
    seen = [
        asyncio.run(
            played([dataclasses.replace(one, ruling=decision(one.partner_id)) for one in world], 0, around)
        )
        for world in (with_it, without)
    ]
    assert seen[0].body != seen[1].body


def _hides_words_by_what_came(*told: Any) -> Generator[None, None, Screened]:
    screened = yield from screen(*told)
    return dataclasses.replace(screened, narrative_hidden=screened.withheld > 0)


def _counts_before_screening(normalised: Any, screened: Any) -> Tally:
    del screened
    return Tally(received=normalised.received, shown=normalised.received)


def _cuts_nothing(candidates: Any, *_: Any) -> Generator[None, None, list[Any]]:
    yield
    return list(candidates)


@pytest.mark.parametrize(
    ("room", "name", "fault"),
    [
        (record, "screen", _hides_words_by_what_came),
        (record, "_tally", _counts_before_screening),
        (screening, "follow", _cuts_nothing),
    ],
)
def test_a_room_that_tells_of_what_is_withheld_is_found(
    room: Any, name: str, fault: Any, around: Services, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Words that go by what came, a count made too early, a reference that is left."""
    monkeypatch.setattr(room, name, fault)
    drawn = [
        (PARTNERS[0], "Condition", True, "active", None, PENICILLIN),
        (PARTNERS[0], "Procedure", False, "active", 0, PENICILLIN),
    ]
    bodies = [
        asyncio.run(
            played(_answers(drawn, FENCES["a class by its label"], with_secrets=told), 0, around)
        ).body
        for told in (True, False)
    ]
    if fault is _cuts_nothing:
        assert b"Words of another item" in bodies[0]
    else:
        assert bodies[0] != bodies[1]


@settings(max_examples=40, deadline=None)
@given(drawn=drawn_items, question=st.sampled_from(QUESTIONS))
def test_of_what_nobody_may_see_only_its_category_could_be_told(
    around: Services, drawn: list[Any], question: RecordQuery
) -> None:
    """A doctor sees everything but what the law closes. Narrative goes and the section is not known, as
    with anything that nobody could foresee; which code, date or words it had makes no difference.
    """
    fence = Fence(_role("doctor"), frozenset())
    bodies = []
    for content in ({}, {"code": ASTHMA, "onsetDateTime": BEFORE, "note": [{"text": "Another content"}]}):
        closed = item("Condition", "closed", **labelled("assisted-conception"), **content)
        answers = _answers(drawn, fence, with_secrets=True)
        page = (*answers[0].pages[0], Sent("closed", orjson.dumps(closed)))
        answers[0] = dataclasses.replace(answers[0], pages=(page,))
        bodies.append(asyncio.run(played(answers, 0, around, question)).body)
    assert bodies[0] == bodies[1]
