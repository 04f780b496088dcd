"""A record as the API returned it into a page for a terminal: completeness first, then sections by time."""

from __future__ import annotations

import dataclasses
import textwrap
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Sequence

import click

from broker.cli.bundle_pages import Item, Line, Record, Section
from broker.domain.category import Category
from broker.domain.identity import NHS_NUMBER_SYSTEM, NhsNumber
from broker.domain.item_folding import folded, is_support
from broker.domain.item_words import Tree, is_not_for_the_person, person, when, words_of

WIDTH = 100
NOT_FOR_THE_PERSON = "*** NOT TO BE TOLD TO THE PERSON OR FAMILY ***"
_GAP = "  "
_ITEM_WIDTHS = (25, 46, 25)
_LINE_WIDTHS = (44, 18, 7, 8, 15)
_SECTION_WIDTHS = (14, 6, 9, 65)
_WHOLE = frozenset({"complete", "no-record", "nothing-to-show"})

Style = Callable[..., str]


def render_record(record: Record, *, colour: bool) -> str:
    """The page, ending with a newline; no line is longer than WIDTH. Partner text cannot move the cursor."""
    style: Style = click.style if colour else _unstyled
    kept, folded_away = folded(record.items)
    record = dataclasses.replace(record, items=kept)
    lines = [*_heading(record.patient, style), "", *_completeness(record.lines, style), ""]
    lines += _section_table(record.sections, style)
    lines += _notices(record, style)
    for section, items in _sections(record):
        lines += ["", style(f"{section.replace('-', ' ').upper()} ({len(items)})", bold=True)]
        lines += _items(items, style)
    lines += _beside(record, folded_away)
    return "\n".join([*lines, "", *_empty_sections(record)]).rstrip() + "\n"


def _unstyled(text: str, **_: object) -> str:
    return text


def printable(text: str) -> str:
    """`text` without anything that a terminal would obey: control, escape and direction marks become `?`."""
    return "".join("?" if unicodedata.category(sign) in {"Cc", "Cf", "Zl", "Zp"} else sign for sign in text)


def row(cells: Sequence[str], widths: Sequence[int]) -> list[str]:
    """Cells side by side, each wrapped in its own column; nothing is ever cut."""
    columns = [
        textwrap.wrap(printable(cell), width, break_on_hyphens=False) or [""]
        for cell, width in zip(cells, widths, strict=True)
    ]
    height = max(len(column) for column in columns)
    filled = [column + [""] * (height - len(column)) for column in columns]
    return [
        _GAP.join(cell.ljust(width) for cell, width in zip(cells_of_line, widths, strict=True)).rstrip()
        for cells_of_line in zip(*filled, strict=True)
    ]


def wrapped(text: str) -> list[str]:
    """A text in lines of WIDTH."""
    return textwrap.wrap(printable(text), WIDTH)


def _heading(patient: Tree, style: Style) -> Iterator[str]:
    if not patient:
        yield "The answer names no person."
        return
    facts = [f"born {patient.get('birthDate', 'unknown')}", str(patient.get("gender", ""))]
    numbers = [one for one in patient.get("identifier", []) if one.get("system") == NHS_NUMBER_SYSTEM]
    facts += [f"NHS number {NhsNumber.parse(one['value']).spaced}" for one in numbers[:1]]
    heading = ", ".join(filter(None, [person(patient), *facts]))
    for line in wrapped(heading):
        yield style(line, bold=True)
    if patient.get("deceasedDateTime"):
        yield style(printable(f"DIED {patient['deceasedDateTime']}"), bold=True)


def _completeness(lines: Iterable[Line], style: Style) -> Iterator[str]:
    yield style("WHO ANSWERED", bold=True)
    yield from row(("service", "answer", "shown", "expected", "answered (UTC)"), _LINE_WIDTHS)
    for line in lines:
        name = line.name or "services that are not named"
        at = line.answered_at[11:19] or "-"
        written = row((name, _answer(line), line.shown, line.expected or "-", at), _LINE_WIDTHS)
        yield from (
            written if line.label in _WHOLE else (style(one, fg="yellow", bold=True) for one in written)
        )


def _answer(line: Line) -> str:
    """The label with its cause, and how many items could not be read: absence is never silent."""
    unreadable = f"{line.unreadable} unreadable" if line.unreadable else ""
    why = ", ".join(filter(None, [line.cause.replace("-", " "), unreadable]))
    return f"{line.label} ({why})" if why else line.label


def _notices(record: Record, style: Style) -> Iterator[str]:
    for code, text in record.notices:
        is_contradiction = code[:1] == "c" and code[1:].isdecimal()
        for line in wrapped(f"Contradiction {code}: {text}" if is_contradiction else text):
            yield style(line, fg="red", bold=True) if is_contradiction else line


def _sections(record: Record) -> Iterator[tuple[str, list[Item]]]:
    """Every category that has items, in the order of the closed list."""
    for category in Category:
        items = [item for item in record.items if item.category == category and not is_support(item)]
        if items:
            yield category.value, _in_order(items)


def _beside(record: Record, folded_away: int) -> Iterator[str]:
    """What has no line of its own: who and where, by name, and what is folded into other lines."""
    names = sorted({words_of(item.resource) for item in record.items if is_support(item)})
    if names:
        yield ""
        yield from wrapped(f"Who and where: {'; '.join(names)}.")
    if folded_away:
        yield ""
        words = "issued prescriptions, medicines' names and lists are folded into the lines above"
        yield from wrapped(f"{folded_away} {words}; --json shows each.")


def _in_order(items: list[Item]) -> list[Item]:
    """Newest first, undated last, the members of a group together where its newest stands."""
    newest_first = sorted(items, key=lambda item: when(item.resource), reverse=True)
    # Each group's place is its first member's; an item without a group has a place of its own.
    places: dict[str, int] = {}
    ranked: list[tuple[int, Item]] = []
    for place, item in enumerate(newest_first):
        group = next(iter(item.groups), f"alone-{place}")
        ranked.append((places.setdefault(group, place), item))
    return [item for _, item in sorted(ranked, key=lambda pair: pair[0])]


def _items(items: Iterable[Item], style: Style) -> Iterator[str]:
    yield from row(("when", "what", "source"), _ITEM_WIDTHS)
    for item in items:
        cells = (when(item.resource) or "no date given", _marked(item), item.source or "not named")
        written = row(cells, _ITEM_WIDTHS)
        yield from (style(line, fg="red") for line in written) if item.contradictions else written
        if is_not_for_the_person(item.resource):
            yield style(NOT_FOR_THE_PERSON, bold=True)


def _marked(item: Item) -> str:
    """The item's words, with what stands beside it elsewhere in the record."""
    marks = [f"(contradiction {code})" for code in item.contradictions]
    marks += [f"(same as others of {code})" for code in item.groups]
    return " ".join([words_of(item.resource), *marks])


def _section_table(sections: Iterable[Section], style: Style) -> Iterator[str]:
    """Of each category what is shown, how many of those who could hold it answered, and what that means."""
    told = [one for one in sections if one.holders or one.shown not in {"", "0"}]
    if not told:
        return
    yield style("BY SECTION", bold=True)
    yield from row(("section", "shown", "answered", "what this means"), _SECTION_WIDTHS)
    for one in told:
        answered = f"{one.holders - one.missing} of {one.holders}"
        written = row((one.category, one.shown, answered, one.text), _SECTION_WIDTHS)
        yield from (style(line, fg="yellow") for line in written) if one.missing else written
    yield ""


def _empty_sections(record: Record) -> Iterator[str]:
    """What is known to be empty, and what is only not known; the two never look alike."""
    states = record.states.items()
    none = [name for name, state in states if state == "none-recorded"]
    held = [name for name, state in states if state == "withheld-at-source"]
    unknown = [name for name, state in states if state == "not-known"]
    if none:
        yield from wrapped(f"None recorded, by everyone who could hold it: {', '.join(none)}.")
    if held:
        yield from wrapped(
            f"Nothing shown, and a source says that it leaves out what is confidential: {', '.join(held)}."
        )
    if unknown:
        yield from wrapped(f"Nothing shown, and it is not known whether there is any: {', '.join(unknown)}.")
