"""A tutorial's Markdown into the files, commands and promised output that a reader takes from it.

A line that is nothing but a bold path names the file that the next block holds; "below `a line`" or "at the
end" behind it says where in that file the block is added. A `console` block has
commands after `$ ` and what they print below; `…` stands for anything. The commands of a block that
follows the words "second terminal" go on running.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

_FILE = re.compile(r"\*\*([A-Za-z0-9_./-]+)\*\*")
_ADDED = re.compile(r"\*\*([A-Za-z0-9_./-]+)\*\*, (?:below `(.+?)`|at the end).*")
_FENCE = "```"
_PROMPT = "$ "
_ELSEWHERE = "second terminal"
_TROUBLE = re.compile(r"\| (`.+?) \| .+ \|")
_SYMPTOM = re.compile(r"`([^`]+)`")


@dataclass(frozen=True, slots=True)
class File:
    """One file, whole, as the page has it."""

    path: str
    text: str


@dataclass(frozen=True, slots=True)
class Added:
    """Lines that a reader adds to a file: below the first line that reads `below`, or at its end."""

    path: str
    below: str | None
    text: str


@dataclass(frozen=True, slots=True)
class Command:
    """One command and the lines that the page says it prints."""

    line: str
    printed: tuple[str, ...]
    goes_on: bool

    @property
    def exit_code(self) -> int:
        """What the promised output means for a script."""
        failed = any(line.startswith(("Error:", "Not passed:")) for line in self.printed)
        return 1 if failed else 0


@dataclass(frozen=True, slots=True)
class Trouble:
    """One row of "When it does not work": what is printed, in any of these words."""

    symptoms: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class TutorialPage:
    """What a reader does, from top to bottom, and what may go wrong."""

    steps: tuple[File | Added | Command, ...]
    troubles: tuple[Trouble, ...]


def read_page(path: Path) -> TutorialPage:
    """Raises ValueError for a block that is neither a named file nor commands: nobody could follow it."""
    lines = path.read_text(encoding="utf-8").splitlines()
    after = lines[lines.index("## When it does not work") :] if "## When it does not work" in lines else []
    return TutorialPage(
        steps=tuple(_steps(lines)),
        troubles=tuple(
            Trouble(tuple(_SYMPTOM.findall(found[1]))) for found in map(_TROUBLE.fullmatch, after) if found
        ),
    )


def _steps(lines: Sequence[str]) -> Iterator[File | Added | Command]:
    before, block, kind = "", [], ""
    for line in lines:
        if kind and line == _FENCE:
            yield from _step(before, kind, block)
            before = kind = ""
        elif kind:
            block.append(line)
        elif line.startswith(_FENCE):
            kind, block = line.removeprefix(_FENCE), []
        elif line.strip():
            before = line


def _step(before: str, kind: str, block: Sequence[str]) -> Iterator[File | Added | Command]:
    named = _FILE.fullmatch(before)
    added = _ADDED.fullmatch(before)
    if named:
        yield File(named[1], "\n".join(block) + "\n")
    elif added:
        yield Added(added[1], added[2], "\n".join(block) + "\n")
    elif kind == "console":
        yield from _commands(block, goes_on=_ELSEWHERE in before)
    else:
        raise ValueError(f"the {kind} block after {before!r} is neither a named file nor commands")


def _commands(block: Sequence[str], *, goes_on: bool) -> Iterator[Command]:
    starts = [place for place, line in enumerate(block) if line.startswith(_PROMPT)]
    for start, end in zip(starts, [*starts[1:], len(block)], strict=True):
        yield Command(block[start].removeprefix(_PROMPT), tuple(block[start + 1 : end]), goes_on)


def is_as_promised(printed: str, promised: Sequence[str]) -> bool:
    """Line for line, with `…` for anything, also for whole lines."""
    given = "\n".join(line.rstrip() for line in printed.strip().splitlines())
    pattern = "\n".join(".*".join(map(re.escape, line.split("…"))) for line in promised)
    return re.fullmatch(pattern, given, re.DOTALL) is not None
