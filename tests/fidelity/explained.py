"""Two trees of R4 into their differences, element by element, and each difference into its written reason."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML

from tests.fidelity.facts import Ext, Inner, Place, members
from tests.fidelity.given import equal

ONLY_OURS, ONLY_THEIRS, OTHER, LISTED = "only ours", "only theirs", "other value", "listed"


@dataclass(frozen=True, slots=True)
class Difference:
    """One element of one file that the two have differently. It holds no value."""

    file: str
    path: str
    kind: str

    def __str__(self) -> str:
        """As a line of a report."""
        return f"{self.file}: {self.path} ({self.kind})"


@dataclass(slots=True)
class Reason:
    """Why a difference is right. In `file` and `path` `*` is any text within one step, `**` any text."""

    file: str
    path: str
    why: str
    kind: str = ""
    used: int = field(default=0)

    def covers(self, difference: Difference) -> bool:
        """Whether this reason is about that difference."""
        return (
            self.kind in {"", difference.kind}
            and _pattern(self.file).fullmatch(difference.file) is not None
            and _pattern(self.path).fullmatch(difference.path) is not None
        )


@dataclass(slots=True)
class Agreement:
    """How many elements agree or differ for a reason, and what lacks its reason or its difference."""

    files: int = 0
    alike: int = 0
    explained: int = 0
    unexplained: list[Difference] = field(default_factory=list)
    idle: list[Reason] = field(default_factory=list)

    @property
    def is_whole(self) -> bool:
        """Whether every difference has a reason and every reason a difference."""
        return not self.unexplained and not self.idle


def _pattern(text: str) -> re.Pattern[str]:
    anything, within = re.escape("**"), re.escape("*")
    return re.compile(re.escape(text).replace(anything, ".*").replace(within, r"[^.]*"), re.DOTALL)


def reasons(path: Path) -> list[Reason]:
    """The reasons of one file, each whole."""
    return [Reason(**each) for each in YAML(typ="safe").load(path) or ()]


def leaves(tree: Any) -> dict[str, Any]:
    """Each leaf of a tree by its path."""
    return {_path(place): value for place, value in leaves_of(tree)}


def leaves_of(node: Any, place: Place = ()) -> Iterator[tuple[Place, Any]]:
    """Each leaf with its place; the URL of an extension is its step."""
    if isinstance(node, dict):
        for steps, value in members(node):
            if steps == ("url",) and place and isinstance(place[-1], Ext):
                continue  # the step to the extension says it already
            yield from leaves_of(value, (*place, *steps))
    elif isinstance(node, list):
        for position, value in enumerate(node):
            yield from leaves_of(value, (*place, position))
    elif node is not None:
        yield place, node


def _path(place: Place) -> str:
    said = ""
    for step in place:
        if isinstance(step, int):
            said += f"[{step}]"
        elif isinstance(step, Ext):
            said += f".{step.member}({step.url})" + (f"[{step.nth}]" if step.nth else "")
        else:
            said += f".contained({step.identity})" if isinstance(step, Inner) else f".{step}"
    return said.removeprefix(".")


def compared(file: str, ours: Any, theirs: Any, result: Agreement) -> Iterator[Difference]:
    """The differences of two trees; what is alike is counted."""
    here, there = leaves(ours), leaves(theirs)
    for path in sorted(here.keys() | there.keys()):
        if path not in there:
            yield Difference(file, path, ONLY_OURS)
        elif path not in here:
            yield Difference(file, path, ONLY_THEIRS)
        elif not equal(here[path], there[path]):
            yield Difference(file, path, OTHER)
        else:
            result.alike += 1


def explain(differences: Iterator[Difference], known: list[Reason], result: Agreement) -> None:
    """Each difference by the first reason that covers it."""
    for difference in differences:
        reason = next((each for each in known if each.covers(difference)), None)
        if reason is None:
            result.unexplained.append(difference)
        else:
            reason.used += 1
            result.explained += 1
