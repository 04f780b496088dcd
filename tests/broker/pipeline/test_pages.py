"""Pages of one view: the whole in its order, each item once, and nothing of another whole."""

from __future__ import annotations

import dataclasses
import datetime as dt
import random
from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as some

from broker.domain.errors import BadRequest, Gone, PageGone
from broker.domain.query import Interaction, RecordQuery
from broker.domain.view import CompletenessLine, Contradiction, Selection, View
from broker.pipeline.ordering import ordered
from broker.pipeline.presentation.cutting import bounds, cut
from broker.pipeline.presentation.entries import entries_of
from broker.pipeline.presentation.paging import PagePlace, ground_of, question_of
from tests.support.json_text import resource_texts
from tests.support.records import NOW, NUMBER, OTHER, finished, item, judgement, patient, person, readable
from tests.support.stores import clinician
from tests.support.views import bundle, frame, pages_of, rendered, view

PLACE = PagePlace(offset=20, count=10, whole=bytes(range(16)))
LATER_S = NOW.timestamp() + 600


def asking(count: int) -> RecordQuery:
    """For everything, in pages."""
    return RecordQuery(interaction=Interaction.EVERYTHING, number=NUMBER, count=count)


def following(tree: dict[str, Any]) -> str | None:
    """The token of the next page."""
    urls = [link["url"] for link in tree["link"] if link["relation"] == "next"]
    return urls[0].partition("_page=")[2] if urls else None


def read(one: View, count: int) -> list[dict[str, Any]]:
    """Every page, by the links."""
    found, token = [], None
    while not found or token is not None:
        found.append(bundle(one, query=asking(count), page=token))
        token = following(found[-1])
    return found


def conditions(count: int) -> View:
    """A view of so many."""
    return view(readable([item("Condition", f"{place:03d}") for place in range(count)])[1:])


def of_mode(tree: dict[str, Any], mode: str) -> list[str]:
    """The addresses of a page's entries of one mode."""
    return [one.get("fullUrl", "") for one in tree["entry"] if one["search"]["mode"] == mode]


@given(
    kinds=some.lists(some.sampled_from(["Condition", "Practitioner"]), max_size=12),
    count=some.integers(1, 14),
)
def test_pages_are_the_whole_in_its_order(kinds: list[str], count: int) -> None:
    """Byte for byte, each item once, whatever the number; the outcome and the person are on each of them."""
    items = readable(
        [{"resourceType": kind, "id": str(at), **ABOUT.get(kind, {})} for at, kind in enumerate(kinds)]
    )
    one = view(items[1:])
    whole = resource_texts(rendered(one).decode())
    texts = []
    for tree, token in with_tokens(one, count):
        page = resource_texts(rendered(one, query=asking(count), page=token).decode())
        assert page[:2] == whole[:2]
        assert [tree["entry"][0]["search"]["mode"], tree["entry"][1]["resource"]["resourceType"]] == [
            "outcome",
            "Patient",
        ]
        texts += page[2:]
    assert texts == whole[2:]


ABOUT = {"Condition": {"subject": {"reference": "Patient/p1"}}}


def with_tokens(one: View, count: int) -> list[tuple[dict[str, Any], str | None]]:
    """Every page, beside the token that it was asked for by."""
    trees = read(one, count)
    return list(zip(trees, [None, *(following(tree) for tree in trees)], strict=False))


@given(matches=some.lists(some.booleans()), count=some.integers(1, 6), behind=some.booleans())
def test_no_page_is_without_a_match_and_none_has_too_many(
    matches: list[bool], count: int, *, behind: bool
) -> None:
    """What is included rides with a match, before or behind it, and does not count; an empty whole is one
    page.
    """
    cuts, offset = [bounds(matches, 0, count, behind=behind)], 0
    while cuts[-1][1] < len(matches):
        offset += count
        cuts.append(bounds(matches, offset, count, behind=behind))
    assert all(matches[begins] for begins, _ in cuts[1:] if behind)
    assert all(matches[ends - 1] for _, ends in cuts[:-1] if not behind)
    assert [begins for begins, _ in cuts[1:]] == [ends for _, ends in cuts[:-1]]
    on_each = [sum(matches[begins:ends]) for begins, ends in cuts]
    assert all(on_page == count for on_page in on_each[:-1])
    assert on_each[-1] <= count
    assert on_each[-1] > 0 or not any(matches)


@given(dice=some.randoms(use_true_random=False))
def test_an_order_is_the_same_whatever_came_first(dice: random.Random) -> None:
    """Who and where, the partner's own Patient, then type and id; two contents of one id by their bytes."""
    given_items = [
        item("Condition", "2"),
        item("Condition", "1", recordedDate="2020"),
        item("Condition", "1", recordedDate="2019"),
        item("AllergyIntolerance", "9"),
        {"resourceType": "Practitioner", "id": "7"},
    ]
    items = list(readable(given_items))
    dice.shuffle(items)
    found = [(one.local_reference, b"2020" in one.raw) for one in finished(ordered(items))]
    assert found == [
        ("Practitioner/7", False),
        ("Patient/p1", False),
        ("AllergyIntolerance/9", False),
        ("Condition/1", False),
        ("Condition/1", True),
        ("Condition/2", False),
    ]


def test_a_large_answer_is_ordered_in_slices() -> None:
    """A few thousand items, each once, and a pause after each thousand."""
    items = readable([item("Condition", f"{place * 7919 % 2500:04d}") for place in range(2500)])
    pauses = ordered(items)
    assert sum(1 for _ in pauses) > 4
    assert [one.local_reference for one in finished(ordered(items))][1:] == sorted(
        one.local_reference for one in items[1:]
    )


def test_the_first_page_says_how_many_were_asked_for_and_the_others_where_they_are() -> None:
    """`self` is the question as it was understood (FHIR R4, search.html); a page's token says the number."""
    first, second, *_ = (tree["link"][0]["url"] for tree in read(conditions(5), 2))
    assert first.endswith("/$everything?_count=2")
    assert "_count" not in second
    assert "_page=" in second


def first_link(one: View) -> str:
    """The token after the first two items."""
    token = following(bundle(one, query=asking(2)))
    assert token is not None
    return token


def test_a_page_of_a_record_that_changed_is_gone() -> None:
    """Any difference at all, on whichever page: start again."""
    token = first_link(conditions(4))
    items = [item("Condition", f"{place:03d}") for place in range(4)]
    for other in (
        [*items[:3], item("Condition", "003", recordedDate="2020")],
        items[:3],
        [*items, item("Basic", "x")],
    ):
        with pytest.raises(PageGone):
            rendered(view(readable(other)[1:]), page=token)


def test_a_page_of_a_record_whose_ledger_changed_is_gone() -> None:
    """The same items beside another answer of a partner are another record; the time alone is not."""
    line = CompletenessLine(partner_id="addenbury", name="Addenbury", label="complete", shown=4)
    one = dataclasses.replace(conditions(4), contradictions=(Contradiction((0, 1), "status-differs"),))
    token = first_link(dataclasses.replace(one, lines=(line,)))
    later = dataclasses.replace(line, answered_at="2026-11-22T12:00:01Z")
    second_later = one.asked_at + dt.timedelta(seconds=1)
    assert rendered(dataclasses.replace(one, lines=(later,), asked_at=second_later), page=token)
    for other in ({"label": "partial"}, {"cause": "deadline"}, {"warnings": ("confidential-items",)}):
        changed = dataclasses.replace(line, **other)
        with pytest.raises(PageGone):
            rendered(dataclasses.replace(one, lines=(changed,)), page=token)


def test_a_page_of_a_person_whom_the_index_describes_otherwise_is_gone() -> None:
    """The person stands on every page of a whole record: no two of them differ, be it in a death."""
    one = dataclasses.replace(conditions(4), demographics_open=True)
    token = first_link(one)
    died = orjson.dumps(patient(id=NUMBER.digits, deceasedDateTime="2026-11-22"))
    other = dataclasses.replace(one, patient=person(resource=died))
    assert rendered(one, page=token)
    with pytest.raises(PageGone):
        rendered(other, page=token)


@pytest.mark.parametrize(
    "other",
    [
        {"requester": clinician("another-user")},
        {"requester": clinician(organisation_ods="D81002")},
        {"requester": dataclasses.replace(clinician(), issuer="https://other.example")},
        {"question": b"another question"},
        {"ground": b"8 others"},
        {"at_s": LATER_S},
        {"at_s": NOW.timestamp() - 3600},
    ],
    ids=["user", "organisation", "issuer", "question", "ground", "time is over", "clock was set back"],
)
def test_a_link_serves_its_own_caller_question_ground_and_time_alone(other: dict[str, Any]) -> None:
    """It opens for what it was made for, and is gone for everything else, in words that say what to do."""
    token = pages_of().write(PLACE)
    assert pages_of(token=token).asked() == PLACE
    with pytest.raises(PageGone, match="Start again from the first page"):
        pages_of(token=token, **other).asked()


def test_before_anything_is_judged_a_link_is_held_to_all_but_the_ground() -> None:
    """So a page that is not this caller's costs no partner a call."""
    token = pages_of().write(PLACE)
    assert pages_of(token=token, ground=None).asked() == PLACE
    with pytest.raises(PageGone):
        pages_of(token=token, ground=None, question=b"another question").asked()


def test_a_question_is_person_purpose_grant_and_criteria() -> None:
    """Each part makes another question."""
    asked = [
        question_of(NUMBER, "TREAT", None, "search", "Condition"),
        question_of(OTHER, "TREAT", None, "search", "Condition"),
        question_of(NUMBER, "ETREAT", None, "search", "Condition"),
        question_of(NUMBER, "TREAT", "eg-1", "search", "Condition"),
        question_of(NUMBER, "TREAT", None, "search", "Observation"),
    ]
    assert len(set(asked)) == len(asked)


def test_a_ground_is_the_policies_and_the_objections() -> None:
    """A newer revision, or a step of the person's objections, and nobody goes on."""
    grounds = [judgement(), judgement(revision="r2"), judgement(objection_version=1)]
    assert len({ground_of(one) for one in grounds}) == len(grounds)


def test_nothing_can_be_read_in_a_link() -> None:
    """The alphabet of an id, of one length whatever it says, and no two alike."""
    places = [dataclasses.replace(PLACE, offset=offset) for offset in (0, 1, 2**31)]
    tokens = [pages_of().write(place) for place in places]
    assert {len(token) for token in tokens} == {78}
    assert all(set(token) <= set(f"{ALPHABET}.-") for token in tokens)
    assert len({token[3:30] for token in tokens}) == len(tokens)


ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"


def test_no_changed_link_opens() -> None:
    """Each place in turn, with other characters: never a place, never a fault."""
    token = pages_of().write(PLACE)
    for place in range(len(token)):
        for character in "AZaz09-._ é":
            forged = token[:place] + character + token[place + 1 :]
            if forged != token:
                with pytest.raises((BadRequest, Gone)):
                    pages_of(token=forged).asked()


@given(text=some.text(alphabet=f"{ALPHABET}.-", max_size=90))
def test_anything_at_all_is_refused(text: str) -> None:
    """400 for what cannot be a link, 410 for what could."""
    with pytest.raises((BadRequest, Gone)):
        pages_of(token=text).asked()


def test_the_whole_is_digested_in_slices() -> None:
    """A long record is not held up by its pages."""
    one, asked = conditions(450), frame(query=asking(2))
    entries = finished(entries_of(one, asked))
    assert sum(1 for _ in cut(one, asked, entries)) == 2
    assert sum(1 for _ in cut(one, frame(), entries)) == 0


@given(order=some.permutations(range(6)), matches=some.sets(some.integers(0, 5)), count=some.integers(1, 7))
def test_pages_of_a_search_are_its_whole_in_the_order_asked_for(
    order: list[int], matches: set[int], count: int
) -> None:
    """Whatever the question sorts by; what comes along stays behind the match that brings it."""
    selection = Selection(shown=tuple(order), matches=frozenset(matches))
    one = dataclasses.replace(conditions(6), selection=selection)
    trees = read(one, count)
    paged = [entry for tree in trees for entry in tree["entry"][2:]]
    assert paged == bundle(one)["entry"][2:]
    assert all(tree["entry"][2]["search"]["mode"] == "match" for tree in trees[1:])
    assert [entry["search"]["mode"] for entry in paged] == [
        "match" if index in matches else "include" for index in order
    ]
