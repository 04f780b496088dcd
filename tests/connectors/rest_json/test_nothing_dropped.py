"""Whatever a record holds is found again in the R4 that stands for it, and that R4 is valid."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator
from typing import Any

import msgspec
from fhir.resources.R4B import get_fhir_model_class
from hypothesis import given, settings
from hypothesis import strategies as st

from broker.domain.json_bytes import lossless_tree, parse_strict
from connectors.rest_json.items import entry_of
from connectors.rest_json.mapping import Leaf
from connectors.rest_json.person import patient_of
from connectors.rest_json.translation import Group
from tests.connectors.rest_json.council import MOSAIC, STU3, bound

MAPPINGS = tuple(bound(path)._mapping for path in (MOSAIC, STU3))
SECTIONS = tuple((mapping, section) for mapping in MAPPINGS for section in mapping.sections)
# What the type of a resource, its subject and its being shown say: they have no text of their own there.
SAID_OTHERWISE = ("resourceType", "mosaicId", "restricted")

TEXTS = st.text(st.characters(exclude_categories=("Cs",)), max_size=12) | st.sampled_from(
    [
        "2026-03-02",
        "2026-03-02T10:15:00",
        "2026-03",
        "02/03/2026",
        "Y",
        "N",
        "Active",
        "Home care",
        "F",
        "01.50",
    ]
)
NUMBERS = st.sampled_from(["0", "-7", "1.50", "1e3", "12345678901234567890", "0.10"]).map(
    lambda written: int(written) if written.lstrip("-").isdecimal() else msgspec.Raw(written.encode())
)
VALUES = st.none() | st.booleans() | NUMBERS | TEXTS
TREES = st.recursive(
    VALUES,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=6,
)


def paths_in(group: Group) -> Iterator[tuple[str, ...]]:
    """Where the fields of a group come from."""
    for member in group.members.values():
        if isinstance(member, Leaf):
            yield from (path.steps for path in member.sources)
        else:
            yield from paths_in(member)


@st.composite
def records(draw: st.DrawFn, groups: tuple[Group, ...], fixed: dict[str, Any]) -> dict[str, Any]:
    """A record with values at the mapping's own paths, or none, or others, and members that nobody maps."""
    record: dict[str, Any] = dict(draw(st.dictionaries(st.text(max_size=8), TREES, max_size=3)))
    for steps in sorted({steps for group in groups for steps in paths_in(group)}):
        if draw(st.integers(0, 4)):
            put(draw, record, steps)
    return {**record, **fixed}


def put(draw: st.DrawFn, tree: Any, steps: tuple[str, ...]) -> None:
    """Stand a value at a path, through lists of one or two elements; now and then a wrong shape."""
    name, *rest = steps
    if rest[:1] == ["[]"]:
        elements = tree.setdefault(name, [])
        if not isinstance(elements, list):
            return
        while len(elements) < 2:
            elements.append({} if rest[1:] else draw(VALUES))
        for element in elements:
            if rest[1:] and isinstance(element, dict):
                put(draw, element, tuple(rest[1:]))
    elif rest:
        inner = tree.setdefault(name, {})
        if isinstance(inner, dict):
            put(draw, inner, tuple(rest))
    else:
        tree.setdefault(name, draw(VALUES if draw(st.integers(0, 5)) else TREES))


def said(tree: Any) -> Iterator[str]:
    """Every value of a tree as its own characters."""
    if isinstance(tree, dict):
        for value in tree.values():
            yield from said(value)
    elif isinstance(tree, list):
        for value in tree:
            yield from said(value)
    elif isinstance(tree, str):
        yield tree
    elif tree is not None:
        yield bytes(tree).decode() if isinstance(tree, msgspec.Raw) else json.dumps(tree)


def is_there(text: str, found: set[str], whole: str) -> bool:
    """As it is, as JSON writes it, as base64, or within a listed original."""
    spelt = json.dumps(text, ensure_ascii=False)
    encoded = base64.b64encode(text.encode()).decode()
    return bool({text, spelt, encoded} & found) or spelt in whole or json.dumps(spelt)[1:-1] in whole


def assert_kept(record: dict[str, Any], raw: bytes, person: str = "") -> None:
    """Each value of the record but who it is about is in the resource, and the resource is valid."""
    tree = lossless_tree(raw)
    plain = parse_strict(raw)
    assert get_fhir_model_class(plain["resourceType"]).model_validate(plain)
    found, originals = set(said(tree)), ""
    if tree["resourceType"] == "Basic":
        originals = tree["extension"][1]["valueString"]
        found |= set(said(lossless_tree(originals.encode())))
    for name, value in record.items():
        if name not in SAID_OTHERWISE:
            assert all(
                is_there(text, found, originals) for text in said(value) if text not in {"", person}
            ), name


def words_for(group: Group) -> Iterator[tuple[str, list[str]]]:
    """The members that R4 requires a code of, each with the partner's words that have one."""
    for member in group.members.values():
        if isinstance(member, Leaf) and member.target.required and member.target.codes and member.sources:
            known = member.table.values if member.table else member.target.codes
            yield member.sources[0].steps[0], sorted(known)


@st.composite
def sectioned(draw: st.DrawFn) -> tuple[int, dict[str, Any]]:
    """The place of a section of one of the mappings, and a record for it."""
    place = draw(st.integers(0, len(SECTIONS) - 1))
    section = SECTIONS[place][1]
    item = section.items[0]
    fixed: dict[str, Any] = {path.steps[0]: text for path, text in item.when}
    for name, words in words_for(item.members):
        if draw(st.integers(0, 9)):
            fixed[name] = draw(st.sampled_from(words))
    if section.restricted:
        fixed[section.restricted.path.steps[0]] = "N" if section.restricted.path.steps[1:] == () else {}
    return place, draw(records((item.members,), fixed))


@given(sectioned())
@settings(max_examples=400, deadline=None)
def test_every_value_of_a_record_is_found_again_in_valid_r4(case: tuple[int, dict[str, Any]]) -> None:
    """Whether a field takes it, R4 refuses it, its table lacks it or nobody knows it."""
    (mapping, section), record = SECTIONS[case[0]], case[1]
    entry = entry_of(record, section, mapping.system, "410771")
    assert entry.readable
    assert_kept(record, entry.raw)


@given(st.data())
@settings(max_examples=200, deadline=None)
def test_every_value_of_a_persons_own_record_is_found_again_in_a_valid_patient(data: st.DataObject) -> None:
    """The person's record is kept as whole as its items."""
    mapping = MAPPINGS[data.draw(st.integers(0, 1))]
    fixed = {path.steps[0]: text for path, text in mapping.person.expect}
    record = data.draw(records((mapping.person.members,), fixed))
    assert_kept(record, patient_of(record, mapping, "410771"))
