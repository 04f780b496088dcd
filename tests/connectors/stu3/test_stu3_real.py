"""Suppliers' own records come out whole: every one of them, as R4, with none of its words lost."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest

from tests.connectors.stu3.translated import faults, run, words
from tests.support.real_data import need_real_data

_SUPPLIER_FILES = 25
_RENAMED = ("ReferralRequest", "ProcedureRequest")
_RELATIONS = {"has-member", "derived-from"}


class _Entry(msgspec.Struct):
    resource: msgspec.Raw = msgspec.Raw()


class _Bundle(msgspec.Struct):
    entry: list[_Entry] = []


@pytest.fixture(scope="module")
def records() -> dict[str, list[bytes]]:
    """Each file's resources, as their own bytes, but for what the answer says of itself."""
    return {path.name: list(_resources(path)) for path in _paths(need_real_data())}


def _paths(folder: Path) -> Iterator[Path]:
    for below in ("gpconnect/structured", "stu3/synthea"):
        yield from sorted((folder / below).glob("*.json"))


def _resources(path: Path) -> Iterator[bytes]:
    for entry in msgspec.json.decode(path.read_bytes(), type=_Bundle).entry:
        if json.loads(bytes(entry.resource))["resourceType"] != "OperationOutcome":
            yield bytes(entry.resource)


def test_every_resource_of_every_supplier_is_translated(records: dict[str, list[bytes]]) -> None:
    """None is listed, none is unreadable, none is lost."""
    assert len(records) > _SUPPLIER_FILES
    for name, resources in records.items():
        items = run(resources).items
        assert {item.source for item in items} == set(range(len(resources))), name
        assert all(item.entry.readable and item.reason is None for item in items), name


def test_every_word_of_every_supplier_is_found_again(records: dict[str, list[bytes]]) -> None:
    """Each text and number stands in what its own resource became, apart from names that R4 changed."""
    for name, resources in records.items():
        made: dict[int, set[str]] = {}
        for item in run(resources).items:
            made.setdefault(item.source, set()).update(words(item.entry.raw))
        for place, raw in enumerate(resources):
            missing = words(raw) - made[place]
            lost = [word for word in missing if not word.startswith(_RENAMED) and word not in _RELATIONS]
            assert [word for word in lost if "#" not in word] == [], name


def test_every_item_of_every_supplier_is_r4_for_two_judges(records: dict[str, list[bytes]]) -> None:
    """Independent validators of R4 find nothing wrong."""
    for name, resources in records.items():
        for entry in run(resources).entries:
            assert faults(entry.raw) == [], name
