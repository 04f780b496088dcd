"""The folder of real material into records in R4: as it stands, or through our connectors' translators."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from connectors.hl7v2.translating import translate_message
from connectors.openehr.translating import translate_composition
from tests.fidelity import sources as stu3
from tests.fidelity.agreement_hl7v2 import messages
from tests.fidelity.reading import Source, exact, source, written
from tests.fidelity.translating import from_stu3
from tests.support.records import patient

# R4 as other people's systems write it: whole records, answers and single resources.
IN_R4 = (
    "r4/synthea",
    "r4/spec-examples",
    "scr",
    "cdg-stubs",
    "bars",
    "immunisation",
    "ips",
    "hl7v2/ms-expected-r4",
    "stu3-to-r4/ms-expected-r4",
)
COMPOSITIONS = "openehr"
_SUBJECTS = ("subject", "patient")


@dataclass(frozen=True, slots=True)
class Given:
    """One record: its resources in R4, how its Bundle calls each, and the place of the person's Patient."""

    name: str
    resources: tuple[bytes, ...] = field(repr=False)
    full_urls: tuple[str | None, ...] = field(repr=False)
    own: int


def records(folder: Path) -> Iterator[Given]:
    """Every record that holds anything."""
    for one in (*_in_r4(folder), *_in_stu3(folder), *_in_hl7v2(folder), *_in_openehr(folder)):
        if one.resources:
            yield _with_person(one)


def _in_r4(folder: Path) -> Iterator[Source]:
    for below in IN_R4:
        for path in sorted((folder / below).glob("*.json")):
            raw = path.read_bytes()
            if stu3.why_no_record(raw) is None:
                yield source(below, f"{below}/{path.name}", raw)


def _in_stu3(folder: Path) -> Iterator[Source]:
    for given in stu3.sources(folder, {}):
        made = list(from_stu3(given))
        raws = tuple(written(one.tree).encode() for one in made if one.tree)
        yield Source(given.section, f"{given.section}/{given.name}", raws, tuple(_urls(made)))


def _urls(made: Iterable[Any]) -> Iterator[str | None]:
    return (one.full_url for one in made if one.tree)


def _in_hl7v2(folder: Path) -> Iterator[Source]:
    for name, message in messages(folder):
        raws = translate_message(message)
        yield Source("hl7v2", f"hl7v2/{name}", raws, (None,) * len(raws))


def _in_openehr(folder: Path) -> Iterator[Source]:
    for path in sorted((folder / COMPOSITIONS).glob("*.json")):
        raws = translate_composition(path.read_bytes())
        yield Source("openehr", f"openehr/{path.name}", raws, (None,) * len(raws))


def _with_person(given: Source) -> Given:
    """The record's Patient gets a number that can be asked for; a record without one gets its own."""
    trees = [exact(raw) for raw in given.resources]
    own = next((at for at, tree in enumerate(trees) if tree.get("resourceType") == "Patient"), None)
    if own is not None and trees[own].get("id"):
        ours = json.dumps(patient(id=str(trees[own]["id"]))).encode()
        resources = (*given.resources[:own], ours, *given.resources[own + 1 :])
        return Given(given.name, resources, given.full_urls, own)
    name, full_url = _most_meant(trees)
    ours = json.dumps(patient(id=name)).encode()
    return Given(given.name, (ours, *given.resources), (full_url, *given.full_urls), 0)


def _most_meant(trees: Sequence[dict[str, Any]]) -> tuple[str, str | None]:
    """The local id, or the full URL, of whom most of the record is about."""
    meant = Counter(
        str(tree[member].get("reference"))
        for tree in trees
        for member in _SUBJECTS
        if isinstance(tree.get(member), dict) and tree[member].get("reference")
    )
    said = meant.most_common(1)[0][0] if meant else ""
    if said.startswith("urn:"):
        return "p1", said
    return (said.rpartition("/")[2] or "p1") if "Patient/" in said else "p1", None
