"""How rest_json reads pages: cursors, numbered pages and links, their ends, loops, limits and warnings."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from broker.domain.category import Category
from broker.domain.json_bytes import parse_strict, write_tree
from broker.domain.outcome import Cause, OutcomeLabel
from broker.domain.query import AskLimits
from broker.ports.connector import Ending, HttpRequest, TransportFault
from connectors.rest_json.answers import NotAnAnswer, read_object
from connectors.rest_json.connector import create
from tests.connectors.rest_json.answering import RESIDENT, mosaic_answers
from tests.connectors.rest_json.council import (
    MOSAIC,
    OF_STU3,
    STU3,
    STU3_ITEMS,
    ask,
    bound,
    people,
    plugin_of,
)
from tests.support.loopback import served
from tests.support.sender import held_conversation, road_to, said, scripted

COMPLETE = Ending(OutcomeLabel.COMPLETE)


def notes(*ids: int, following: object = "") -> dict[str, Any]:
    """A page of case notes."""
    held = [{"caseNoteId": one, "mosaicId": 410771, "noteType": "Call"} for one in ids]
    return {"caseNotes": held, "nextCursor": following}


def test_cursors_are_followed_to_the_empty_one() -> None:
    """A cursor may be a number; an empty one, a null or none at all is the end."""
    for end in ("", None):
        ending, heard = mosaic_answers({"case-notes": [notes(1, following=7), notes(2, following=end)]})
        assert ending == COMPLETE
        assert len(heard.entries) == 3
        cursors = [dict(call.query).get("cursor") for call in heard.requests if "case-notes" in call.path]
        assert cursors == [None, "7"]


def test_a_cursor_that_comes_again_ends_the_list() -> None:
    """What came is shown, and the answer is partial for the loop."""
    ending, heard = mosaic_answers({"case-notes": [notes(1, following="7"), notes(2, following="7")]})
    assert ending == Ending(OutcomeLabel.PARTIAL, Cause.PAGE_LOOP)
    assert len(heard.entries) == 3


def test_no_more_pages_are_followed_than_the_limit() -> None:
    """The person's own record and each first page are free."""
    pages = [notes(one, following=str(one)) for one in range(1, 9)]
    ending, heard = mosaic_answers({"case-notes": pages}, limits=AskLimits(pages_max=3, entries_max=100))
    assert ending == Ending(OutcomeLabel.PARTIAL, Cause.PAGE_LIMIT)
    assert len(heard.entries) == 4


def test_no_more_entries_are_taken_than_the_limit() -> None:
    """The Patient counts; the page that goes over is cut, and said to be."""
    ending, heard = mosaic_answers(
        {"case-notes": [notes(1, 2, 3, 4)]}, limits=AskLimits(pages_max=9, entries_max=3)
    )
    assert ending == Ending(OutcomeLabel.PARTIAL, Cause.ENTRY_LIMIT)
    assert len(heard.entries) == 3


def test_one_list_that_fails_leaves_the_others() -> None:
    """Plans are shown though the case notes could not be had."""
    plan = {"carePlanId": "1", "mosaicId": "410771", "status": "Active", "title": "Support"}
    ending, heard = mosaic_answers({"case-notes": [said(b"", 500)], "care-plans": [{"carePlans": [plan]}]})
    assert ending == Ending(OutcomeLabel.PARTIAL, Cause.STATUS)
    assert [parse_strict(entry.raw)["resourceType"] for entry in heard.entries] == ["Patient", "CarePlan"]


def test_lists_that_all_fail_are_the_partners_refusal() -> None:
    """Nothing is shown, as nothing could be had: no empty record stands for it."""
    fault = TransportFault(OutcomeLabel.TIMED_OUT, Cause.SLOW)
    ending, heard = mosaic_answers({"case-notes": [fault], "care-plans": [fault]})
    assert ending == Ending(OutcomeLabel.TIMED_OUT, Cause.SLOW)
    assert heard.entries == []


@pytest.mark.parametrize(
    "page",
    [{}, {"caseNotes": None}, {"caseNotes": {}}, {"notes": []}, {"caseNotes": [], "nextCursor": ["7"]}],
)
def test_a_list_that_is_not_where_it_should_be_is_malformed(page: dict[str, Any]) -> None:
    """It is never read as an empty list."""
    ending, _ = mosaic_answers({"case-notes": [page]})
    assert ending == Ending(OutcomeLabel.PARTIAL, Cause.MALFORMED)


def test_a_record_that_is_no_object_is_unreadable_alone() -> None:
    """Its neighbours are shown."""
    page = notes(1)
    page["caseNotes"].append("see paper file")
    _, heard = mosaic_answers({"case-notes": [page]})
    assert [entry.readable for entry in heard.entries] == [True, True, False]


def test_a_repeated_member_is_no_answer() -> None:
    """Two readers could take two different values from it."""
    with pytest.raises(NotAnAnswer):
        read_object(b'{"restricted":"N","restricted":"Y"}', ())


async def test_a_partners_warning_leaves_the_answer_partial() -> None:
    """An OperationOutcome among the records says that something may be missing, and is no item."""
    plugin = plugin_of(STU3)
    async with (
        served(plugin.simulator(people(STU3_ITEMS), {"manner": "stu3", "warns": True})) as origin,
        road_to(origin, plugin.manifest) as send,
    ):
        ending, heard = await held_conversation(bound(STU3).fetch(ask(categories=OF_STU3)), send)
    assert ending == Ending(OutcomeLabel.PARTIAL, Cause.PARTNER_WARNING)
    assert len(heard.entries) == len(STU3_ITEMS) + 1


def numbered(tmp_path: Path, total: str = "") -> Any:
    """A connector whose case notes come in numbered pages."""
    text = MOSAIC.read_text(encoding="utf-8")
    start = text.index("sections:")
    end = text.index("  - name: visits")
    section = text[start:end].replace(
        "{kind: cursor, parameter: cursor, next: nextCursor, size_parameter: limit, size: 50}",
        f"{{kind: page, parameter: page, first: 0, size_parameter: per, size: 2{total}}}",
    )
    path = tmp_path / "numbered.yaml"
    path.write_text(text[:start] + section + text[text.index("tables:") :], encoding="utf-8")
    return create({"mapping": str(path)})


def pages_asked(connector: Any, *pages: dict[str, Any]) -> tuple[Ending, list[str]]:
    """How a conversation over these pages ended, and which pages were asked for."""
    asked: list[str] = []

    def respond(request: HttpRequest) -> Any:
        if not request.path.endswith("case-notes"):
            return said(write_tree({"residents": [RESIDENT]} if request.path == "residents" else RESIDENT))
        asked.append(dict(request.query)["page"])
        return said(write_tree(pages[min(len(asked), len(pages)) - 1]))

    ending, _ = scripted(connector.fetch(ask(categories=frozenset({Category.SOCIAL_CARE}))), respond)
    return ending, asked


def test_numbered_pages_end_with_an_empty_one(tmp_path: Path) -> None:
    """A short page is not taken for the last: a server may give fewer than it was asked for."""
    ending, asked = pages_asked(numbered(tmp_path), notes(1, 2), notes(3), notes())
    assert (ending, asked) == (COMPLETE, ["0", "1", "2"])


def test_numbered_pages_end_when_the_total_is_there(tmp_path: Path) -> None:
    """One call is saved where the partner says how many there are."""
    connector = numbered(tmp_path, ", total: count")
    ending, asked = pages_asked(connector, {**notes(1, 2), "count": 3}, {**notes(3), "count": 3})
    assert (ending, asked) == (COMPLETE, ["0", "1"])
    ending, _ = pages_asked(connector, {**notes(1, 2), "count": 3}, {**notes(), "count": 3})
    assert ending == Ending(OutcomeLabel.PARTIAL, Cause.FEWER_THAN_TOTAL)


def test_a_server_that_ignores_the_page_is_found_out(tmp_path: Path) -> None:
    """The same page again is a loop, and not another page of the like."""
    ending, asked = pages_asked(numbered(tmp_path), notes(1, 2))
    assert (ending, asked) == (Ending(OutcomeLabel.PARTIAL, Cause.PAGE_LOOP), ["0", "1"])


@pytest.mark.parametrize(
    ("types", "ending"),
    [
        ({"CarePlan", "EpisodeOfCare"}, Ending(OutcomeLabel.PARTIAL, Cause.NOT_OFFERED)),
        ({"CarePlan"}, COMPLETE),
        ({"CarePlan", "EpisodeOfCare", "Task"}, COMPLETE),
    ],
)
async def test_a_section_of_another_type_leaves_its_category_unknown(types: set[str], ending: Ending) -> None:
    """Whoever asks for all that FHIR partners have of social care has not asked for this council's tasks."""
    plugin = plugin_of(STU3)
    asked = ask(
        categories=frozenset({Category.DEMOGRAPHICS, Category.SOCIAL_CARE}), resource_types=frozenset(types)
    )
    async with (
        served(plugin.simulator(people(()), {"manner": "stu3"})) as origin,
        road_to(origin, plugin.manifest) as send,
    ):
        found, _ = await held_conversation(bound(STU3).fetch(asked), send)
    assert found == ending
