"""A useful view as the API returned it into a page for a terminal: who answered first, then its rows."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from types import MappingProxyType
from typing import Any

import click

from broker.cli.table import NOT_FOR_THE_PERSON, Style, row, wrapped

Tree = Mapping[str, Any]
_TITLES: Mapping[str, str] = MappingProxyType(
    {
        "medicines": "CURRENT MEDICINES",
        "results": "RESULTS",
        "timeline": "EVERYTHING BY ITS DATE",
        "people": "WHO IS INVOLVED",
    }
)
_WIDTHS: Mapping[str, tuple[int, ...]] = MappingProxyType(
    {
        "medicines": (28, 22, 46),
        "results": (25, 27, 44),
        "timeline": (25, 46, 25),
        "people": (30, 44, 22),
    }
)
_EVENTS = (("elsewhere", "DONE ELSEWHERE"), ("reports", "REPORTS"), ("requested", "REQUESTED"))


def is_view(bodies: Sequence[bytes]) -> bool:
    """Whether an answer is a view and no record."""
    return bodies[0].startswith(b'{"view":')


def render_view(body: bytes, *, colour: bool) -> str:
    """The page, ending with a newline; no line is longer than WIDTH."""
    style: Style = click.style if colour else (lambda text, **_: text)
    view: Tree = json.loads(body)
    name = view["view"]
    lines = [*_heading(view, style), ""]
    for member, title in _EVENTS:
        if member in view:
            lines += [*_events(view, member, title, style), ""]
    lines.append(style(f"{_TITLES[name]} ({len(view['rows'])})", bold=True))
    for one in view["rows"]:
        lines += _marked(_ROWS[name](one, _WIDTHS[name]), one, style)
    if view.get("not_current"):
        lines += ["", f"{view['not_current']} more that are not current stand in the timeline."]
    return "\n".join(lines).rstrip() + "\n"


def _heading(view: Tree, style: Style) -> Iterator[str]:
    """Who answered, what is missing, and what to heed: in the API's own words."""
    yield style("WHO ANSWERED", bold=True)
    for service in view["services"]:
        yield from wrapped(service["text"])
    yield ""
    for section in view["sections"]:
        yield from wrapped(f"{section['category']}: {section['text']}")
    yield ""
    for notice in view["notices"]:
        yield from wrapped(notice["text"])


def _marked(lines: list[str], one: Tree, style: Style) -> Iterator[str]:
    """A contradiction in its colour; what must not be told to the person says so under its row."""
    yield from (style(line, fg="red") for line in lines) if one.get("contradictions") else lines
    if any(entry.get("not_for_the_person") for entry in _entries(one)):
        yield style(NOT_FOR_THE_PERSON, bold=True)


def _entries(one: Tree) -> Iterator[Tree]:
    yield from one.get("entries", ())
    for point in one.get("points", ()):
        yield from point["entries"]


def _medicine(one: Tree, widths: Sequence[int]) -> list[str]:
    """The medicine once, and under each other what every source says of it."""
    lines = []
    for place, entry in enumerate(one["entries"]):
        said = [entry["words"], *_dates(entry), *_clashes(entry)]
        name = one["medicine"] if not place else ""
        lines += row((name, _source(entry), "; ".join(said)), widths)
    return lines


def _dates(entry: Tree) -> Iterator[str]:
    if "last_issued" in entry:
        yield f"last issued {entry['last_issued']}"
    if "last_given" in entry:
        yield f"last given {entry['last_given']}"


def _series(one: Tree, widths: Sequence[int]) -> list[str]:
    """The test and unit, then its values, newest first."""
    lines = wrapped(f"{one['test']}{' in ' + one['unit'] if one['unit'] else ''}")
    for point in one["points"]:
        words = point["entries"][0]["words"].partition(": ")[2] or point["text"]
        said = "; ".join([words, *_clashes(point["entries"][0])])
        sources = ", ".join(dict.fromkeys(map(_source, point["entries"])))
        lines += row((point.get("at", "no date given"), sources, said), widths)
    return lines


def _event(one: Tree, widths: Sequence[int]) -> list[str]:
    said = "; ".join([one["entries"][0]["words"], *_clashes(one)])
    return row((one.get("at", "no date given"), said, ", ".join(one["sources"]) or "not named"), widths)


def _somebody(one: Tree, widths: Sequence[int]) -> list[str]:
    """Name and kind, roles and the last contact, and who says so."""
    met = f"last contact {one['last_contact']}" if "last_contact" in one else ""
    named = f"last named {one['last_named']}" if "last_named" in one and not met else ""
    said = "; ".join(filter(None, (one["kind"], *one.get("roles", ()), met, named)))
    return row((one["name"], said, ", ".join(one.get("sources", ())) or "not named"), widths)


def _events(view: Tree, member: str, title: str, style: Style) -> Iterator[str]:
    """What is no series; of what was done elsewhere, within how many days."""
    found = view[member]
    within = f" IN THE LAST {view['within_days']} DAYS" if member == "elsewhere" else ""
    yield style(f"{title}{within} ({len(found)})", bold=True)
    if member == "elsewhere" and not found:
        yield from wrapped("None is shown here. That is not evidence that none was done.")
    for one in found:
        yield from _marked(_event(one, _WIDTHS["timeline"]), one, style)


def _source(entry: Tree) -> str:
    return str(entry.get("source", "not named"))


def _clashes(one: Tree) -> Iterator[str]:
    for code in one.get("contradictions", ()):
        yield f"(contradiction {code})"


_ROWS: Mapping[str, Callable[[Tree, Sequence[int]], list[str]]] = MappingProxyType(
    {"medicines": _medicine, "results": _series, "timeline": _event, "people": _somebody}
)
