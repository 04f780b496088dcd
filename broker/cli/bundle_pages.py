"""The pages of one answer into what a table needs: the person, the items, the notices, as they were sent."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from broker.domain.item_words import Tree
from broker.domain.told_item import Item, is_from_index, is_ours, told_item

_BASE = "https://watersmeet.example/fhir"
_COMPLETENESS = f"{_BASE}/StructureDefinition/completeness"
_SECTION = f"{_BASE}/StructureDefinition/section"

__all__ = ["Item", "Line", "Record", "read_pages", "refusal_sentences"]


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the completeness table; what is not said is empty."""

    name: str
    label: str
    shown: str
    expected: str
    answered_at: str
    cause: str = ""
    unreadable: str = ""


@dataclass(frozen=True, slots=True)
class Section:
    """What is said of one category: its state as a word and as a sentence, and who could hold it."""

    category: str
    state: str
    shown: str
    text: str
    holders: int
    missing: int


@dataclass(frozen=True, slots=True)
class Record:
    """A whole answer, its pages put together."""

    patient: Tree
    items: tuple[Item, ...]
    lines: tuple[Line, ...]
    notices: tuple[tuple[str, str], ...]
    sections: tuple[Section, ...]

    @property
    def states(self) -> dict[str, str]:
        """The state of each category."""
        return {section.category: section.state for section in self.sections}


def read_pages(bodies: Sequence[bytes]) -> Record:
    """Read searchset Bundles. Fractions stay the text that was sent: `1.50` is never 1.5."""
    pages = [json.loads(body, parse_float=str) for body in bodies]
    entries = [entry["resource"] for page in pages for entry in page.get("entry", [])]
    # The outcome stands on every page; the first one's is enough.
    outcome: Tree = next((one for one in entries if one["resourceType"] == "OperationOutcome"), {})
    issues: list[Tree] = outcome.get("issue", [])
    resources = [one for one in entries if one["resourceType"] != "OperationOutcome" and not is_ours(one)]
    index: Tree = next((one for one in resources if is_from_index(one)), {})
    extensions = [extension for issue in issues for extension in issue.get("extension", [])]
    return Record(
        patient=index,
        items=tuple(told_item(one) for one in resources if one is not index),
        lines=tuple(_line(one) for one in extensions if one["url"] == _COMPLETENESS),
        notices=tuple(_notices(issues)),
        sections=tuple(_section(one) for one in extensions if one["url"] == _SECTION),
    )


def refusal_sentences(body: bytes) -> tuple[str, ...]:
    """What an answer that is no record says: the texts of its OperationOutcome, in order."""
    try:
        issues = json.loads(body).get("issue", [])
    except (ValueError, AttributeError):
        return ("The answer cannot be read.",)
    return tuple(str(issue.get("details", {}).get("text") or issue.get("code")) for issue in issues)


def _parts(extension: Tree) -> dict[str, str]:
    """A complex extension's parts by url, each value as text."""
    found: dict[str, str] = {}
    for part in extension.get("extension", []):
        values: Iterator[Any] = (value for name, value in part.items() if name.startswith("value"))
        found[str(part["url"])] = str(next(values, ""))
    return found


def _line(extension: Tree) -> Line:
    parts = _parts(extension)
    names = ("name", "label", "shown", "expected", "answeredAt", "cause", "unreadable")
    return Line(*(parts.get(name, "") for name in names))


def _section(extension: Tree) -> Section:
    parts = _parts(extension)
    names = [part["url"] for part in extension.get("extension", [])]
    missing = names.count("missing")
    return Section(
        category=parts.get("category", ""),
        state=parts.get("state", ""),
        shown=parts.get("shown", ""),
        text=parts.get("text", ""),
        holders=names.count("holder") + missing,
        missing=missing,
    )


def _notices(issues: Iterable[Tree]) -> Iterator[tuple[str, str]]:
    """(code, text) of every issue that is not a line of the completeness table."""
    for issue in issues:
        if not any(extension["url"] == _COMPLETENESS for extension in issue.get("extension", [])):
            codes = [str(coding.get("code", "")) for coding in issue["details"].get("coding", [])]
            yield next(iter(codes), str(issue["code"])), str(issue["details"].get("text", ""))
