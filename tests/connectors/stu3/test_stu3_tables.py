"""The tables of STU3 say of R4 what R4 says of itself."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from connectors.stu3.table import BACKBONE, CARRIED, SAME_AS, Line, Table, read_tables
from connectors.stu3.tables import EVERY_TABLE
from tests.connectors.stu3.models import elements

TABLES = [table for text in EVERY_TABLE for table in read_tables(text) if table.name != "Element"]
# What the operation on the way writes; None where its tests say it.
WRITTEN = {
    "concept": "CodeableConcept",
    "text": "CodeableConcept",
    "lift": "Reference",
    "uid": "id",
    "sop": "Coding",
    "canonical": "canonical",
}
ELSEWHERE = {"note", "within", "inside", "wrap", "related", "dissolve"}

# The intent of a request for a device is a concept in STU3: a function takes its code.
FINISHED = {("DeviceRequest", "intent")}
# R4 4.0.1 lets an extension hold what is said about a resource; the models are of R4B, which does not.
NOT_IN_THE_MODELS = {("Extension", "valueMeta")}


def _lines(path: str, lines: list[Line]) -> Iterator[tuple[str, Line]]:
    for line in lines:
        if line.target == CARRIED or line.operation in ELSEWHERE or (path, line.target) in NOT_IN_THE_MODELS:
            continue
        yield path, line
        if line.kind == BACKBONE and line.operation != "lift":
            yield from _lines(f"{path}.{line.target}", line.lines)


def _kind(line: Line) -> str | None:
    if line.operation in WRITTEN:
        return WRITTEN[line.operation]
    return None if line.kind == BACKBONE or line.kind.startswith(SAME_AS) else line.kind


@pytest.mark.parametrize("table", TABLES, ids=lambda table: table.name)
def test_every_line_of_a_table_ends_in_an_element_of_r4(table: Table) -> None:
    """Its name, whether it is a list, and its type are those of R4's own model."""
    for path, line in _lines(table.target, table.lines):
        known = elements(path)
        assert line.target in known, f"{path}.{line.target} is not in R4."
        element = known[line.target]
        assert element.many == line.many, f"{path}.{line.target}: a list in one and not in the other."
        assert _kind(line) in {None, element.kind}, f"{path}.{line.target} is no {line.kind}."


@pytest.mark.parametrize("table", TABLES, ids=lambda table: table.name)
def test_what_r4_requires_is_required_in_its_table(table: Table) -> None:
    """Where a source lacks it, that is said in its place: no item is short of what R4 must have."""
    lines: dict[str, list[Line]] = {table.target: table.lines}
    for path, line in _lines(table.target, table.lines):
        if line.kind == BACKBONE and line.operation != "lift":
            lines[f"{path}.{line.target}"] = line.lines
    for path, held in lines.items():
        known = elements(path)
        promised = {known[line.target].choice or line.target for line in held if line.required}
        needed = {
            element.choice or name
            for name, element in known.items()
            if element.required and not _is_fixed(path, name)
        }
        assert needed <= promised, f"{path}: {needed - promised} may be missing."


def _is_fixed(path: str, name: str) -> bool:
    """What a function of its own sees to."""
    return path == "Extension" or (path, name) in FINISHED


@pytest.mark.parametrize(
    "written",
    ["Flag\n  code", "Flag\n  code code {", "Flag\n  code code > a b"],
    ids=["kind", "codes", "target"],
)
def test_a_line_of_another_form_is_refused_with_its_words(written: str) -> None:
    """A table that would be read otherwise than meant stops the start."""
    with pytest.raises(ValueError, match=r"^No line of a table: code"):
        read_tables(written)
