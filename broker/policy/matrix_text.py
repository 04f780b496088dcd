"""A matrix into CSV for a spreadsheet, Markdown for a page, and plain data for a script."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterator
from typing import Any

from broker.domain.category import Category
from broker.domain.decision import Naming
from broker.domain.policy import Asked
from broker.policy.matrix import Access, Matrix, Row, Rule
from broker.policy.matrix_words import label, listed, long_day, private

SEEN, NOT_SEEN = "seen", "not seen"
MARK_SEEN, MARK_NOT_SEEN = "●", "–"  # noqa: RUF001 - a dash is what a table shows for nothing
_PERMITTED = "Every organisation is taken as live and supplying everything: this is what the rules permit."
_REGISTERED = "Only what live registrations supply is shown as seen."
_COLUMNS = (
    *("revision", "role_group", "party", "party_name", "category", "cell"),
    *("topic", "rule", "sentence", "place", "naming", "asked", "hidden_classes"),
    *("purpose", "relationship", "organisation", "day"),
)


def as_csv(matrix: Matrix) -> str:
    """One line for each cell, with the rule that decided it."""
    usual = matrix.usual
    why, day = (usual.purpose, str(usual.relationship)), usual.day.isoformat()
    page = io.StringIO()
    writer = csv.writer(page, lineterminator="\n")
    writer.writerow(_COLUMNS)
    for row in matrix.rows:
        same = (*why, row.organisation, day)
        for cell in row.cells:
            which = (matrix.revision, row.group_id, row.party_id, row.party, str(cell.category))
            told = (cell.rule.topic, cell.rule.rule, cell.rule.sentence, cell.rule.place)
            seen = SEEN if cell.seen else NOT_SEEN
            writer.writerow((*which, seen, *told, row.naming, str(row.asked), " ".join(row.hidden), *same))
    return page.getvalue()


def as_data(matrix: Matrix) -> dict[str, Any]:
    """For JSON: the request that all cells are about, the rows, and who may look at all."""
    usual = matrix.usual
    return {
        "revision": matrix.revision,
        "in_force_from": matrix.in_force_from.isoformat(),
        "request": {
            "purpose": usual.purpose,
            "relationship": str(usual.relationship),
            "organisation": usual.organisation,
            "day": usual.day.isoformat(),
        },
        "rows": [_row_data(row) for row in matrix.rows],
        "relationships": [_access_data(one) for one in matrix.relationships],
        "purposes": [_access_data(one) for one in matrix.purposes],
        "organisations": [_access_data(one) for one in matrix.organisations],
    }


def _row_data(row: Row) -> dict[str, Any]:
    return {
        "role_group": row.group_id,
        "party": row.party_id,
        "naming": row.naming,
        "asked": str(row.asked),
        "organisation": row.organisation,
        "hidden_classes": list(row.hidden),
        "cells": {str(cell.category): {"seen": cell.seen, **_rule_data(cell.rule)} for cell in row.cells},
    }


def _access_data(one: Access) -> dict[str, Any]:
    return {
        "word": one.word,
        "title": one.title,
        "role_groups": list(one.groups),
        "alerts": one.alerts,
        **_rule_data(one.rule),
    }


def _rule_data(rule: Rule) -> dict[str, str]:
    return {"topic": rule.topic, "rule": rule.rule, "sentence": rule.sentence, "place": rule.place}


def as_markdown(matrix: Matrix) -> str:
    """Headings, a legend, one table for each role group, and who may look at all."""
    return "\n".join((*_opening(matrix), *_tables(matrix), *_accesses(matrix)))


def _opening(matrix: Matrix) -> Iterator[str]:
    yield from ("# Who sees what", "")
    yield from (f"{sentence}  " for sentence in heading_sentences(matrix))
    yield from ("", f"{MARK_SEEN} seen, {MARK_NOT_SEEN} not seen.", "")


def heading_sentences(matrix: Matrix) -> tuple[str, ...]:
    """What the whole table rests on: revision, date in force, and the request that every cell is about."""
    usual = matrix.usual
    grounds = {one.word: one.title for one in matrix.relationships}
    purposes = {one.word: one.title for one in matrix.purposes}
    parties = {one.word: one.title for one in matrix.organisations}
    return (
        f"Revision {matrix.revision} of the policies, in force from {long_day(matrix.in_force_from)}.",
        f"Every cell is the broker's own decision on {long_day(usual.day)} for a person without objections.",
        f"Purpose: {purposes.get(usual.purpose, usual.purpose)} ({usual.purpose}).",
        f"Relationship: {grounds.get(usual.relationship, str(usual.relationship))}.",
        f"Asked from {parties.get(matrix.asking, usual.organisation)} ({usual.organisation}).",
        _REGISTERED if matrix.as_registered else _PERMITTED,
        *_remarks(matrix),
    )


def _remarks(matrix: Matrix) -> Iterator[str]:
    """What else holds of an organisation, whatever the category."""
    for words, holds in (
        ("only of people whom the index registers there", lambda row: row.asked is Asked.REGISTERED_PRACTICE),
        ("asked from itself, since one practice does not see what another holds", _asks_for_itself(matrix)),
        ("only where a record locator points to it", lambda row: row.asked is Asked.POINTED_TO),
        ("whether it holds anything is not told apart", lambda row: row.naming == Naming.VEILED),
        ("never named in an answer", lambda row: row.naming == Naming.FOLDED),
    ):
        parties = dict.fromkeys(row.party for row in matrix.rows if holds(row))
        if parties:
            yield f"{listed(parties)}: {words}."


def _asks_for_itself(matrix: Matrix) -> Callable[[Row], bool]:
    return lambda row: row.organisation != matrix.usual.organisation


def _tables(matrix: Matrix) -> Iterator[str]:
    for group_id, title in matrix.groups.items():
        rows = [row for row in matrix.rows if row.group_id == group_id]
        yield from (f"## {_safe(title)}", "")
        if not any(cell.seen for row in rows for cell in row.cells):
            yield from (f"Sees nothing: {rows[0].cells[0].rule.sentence}" if rows else "Sees nothing.", "")
            continue
        yield f"| Record of | {' | '.join(label(category) for category in Category)} |"
        yield f"| --- |{' :-: |' * len(Category)}"
        for row in rows:
            marks = (MARK_SEEN if cell.seen else MARK_NOT_SEEN for cell in row.cells)
            yield f"| {_safe(row.party)} | {' | '.join(marks)} |"
        yield ""
        yield from (line for sentence in kept_back(rows) for line in (sentence, ""))


def kept_back(rows: list[Row]) -> Iterator[str]:
    """What of the seen cells is not shown all the same, because it is of a sensitivity class."""
    parties: dict[tuple[str, ...], list[str]] = {}
    for row in rows:
        if row.hidden and any(cell.seen for cell in row.cells):
            parties.setdefault(row.hidden, []).append(row.party)
    everywhere = len(parties) == 1
    for hidden, named in parties.items():
        where, words = "" if everywhere else f" from {listed(named)}", [private(name) for name in hidden]
        yield f"Of what is seen, all that is marked as one of these is kept back{where}: {listed(words)}."


def _accesses(matrix: Matrix) -> Iterator[str]:
    for title, accesses in access_tables(matrix):
        yield from (f"## {title}", "", "| | may look | rule |", "| --- | --- | --- |")
        for one in accesses:
            yield f"| {_safe(one.title)} | {who(one, matrix)} | `{one.rule.topic}/{one.rule.rule}` |"
        yield ""


def access_tables(matrix: Matrix) -> tuple[tuple[str, tuple[Access, ...]], ...]:
    """The three small tables, with their titles."""
    return (
        ("By what relationship", matrix.relationships),
        ("For what purpose", matrix.purposes),
        ("From which organisation", matrix.organisations),
    )


def who(one: Access, matrix: Matrix) -> str:
    """Which role groups may look, in as few words as say it exactly."""
    alert = ", and the privacy officer is told" if one.alerts else ""
    if not one.groups:
        return "nobody"
    if set(one.groups) == matrix.looking:
        return f"all who may look{alert}"
    return listed(one.groups) + alert


def _safe(text: str) -> str:
    return text.replace("|", "\\|")
