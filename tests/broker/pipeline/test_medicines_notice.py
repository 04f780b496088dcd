"""Medicines from anywhere are to be confirmed with the person: on every view of them, in words of policy."""

from __future__ import annotations

import dataclasses
from pathlib import Path
from typing import Any

import orjson
import pytest

from broker.cli.bundle_pages import read_pages
from broker.cli.table import render_record
from broker.domain.category import Category
from broker.domain.objection import Scope
from broker.domain.query import Interaction
from broker.ports.connector import Page
from tests.support.connector_scripts import yielding
from tests.support.pipeline_alone import DOCTOR, OneUser, Script, pipeline_over
from tests.support.policies import shipped_policies
from tests.support.records import NUMBER, entry, item, patient
from tests.support.stores import received

NOTICE = shipped_policies().disclosure.medicines_notice
MEDICINE = item("MedicationRequest", "m1", status="active", intent="order", authoredOn="2026-11-01")
EVERYTHING = {"interaction": Interaction.EVERYTHING}
TO_MEDICINES = Scope(categories=frozenset({Category.MEDICINES}))


def _of_types(*types: str) -> dict[str, Any]:
    return {"interaction": Interaction.SEARCH, "resource_types": frozenset(types)}


async def _body(
    folder: Path, *held: dict[str, Any], asked: dict[str, Any], scope: Scope | None = None, **facts: Any
) -> bytes:
    page = Page(tuple(entry(one) for one in (patient(), *held)))
    user = OneUser(dataclasses.replace(DOCTOR, **facts))
    async with pipeline_over(folder, {"alder": Script(yielding(page))}, user=user) as alone:
        if scope is not None:
            await alone.store.append_event(received(NUMBER, scope=scope))
        return b"".join((await alone.ask(**asked)).body)


def _issues(body: bytes) -> list[dict[str, Any]]:
    [outcome] = [
        one["resource"]
        for one in orjson.loads(body)["entry"]
        if one["resource"]["resourceType"] == "OperationOutcome"
    ]
    return [one for one in outcome["issue"] if one["details"]["text"] == NOTICE]


@pytest.mark.parametrize("held", [(MEDICINE,), ()], ids=["a medicine", "none"])
@pytest.mark.parametrize("asked", [EVERYTHING, _of_types("MedicationRequest")], ids=["everything", "search"])
async def test_every_view_of_medicines_says_to_confirm_them(
    asked: dict[str, Any], held: tuple[dict[str, Any], ...], tmp_path: Path
) -> None:
    """As information, once, whether one came or not."""
    [issue] = _issues(await _body(tmp_path, *held, asked=asked))
    assert (issue["severity"], issue["code"]) == ("information", "informational")


async def test_the_notice_says_nothing_of_an_objection_to_medicines(tmp_path: Path) -> None:
    """It stands where they are held back as where there are none."""
    body = await _body(tmp_path, MEDICINE, asked=EVERYTHING, scope=TO_MEDICINES)
    assert b"MedicationRequest" not in body
    assert len(_issues(body)) == 1


async def test_a_medicine_is_carried_as_its_partner_wrote_it(tmp_path: Path) -> None:
    """The notice stands beside it and never in it."""
    body = await _body(tmp_path, MEDICINE, asked=EVERYTHING)
    tail = orjson.dumps(MEDICINE).partition(b'"status"')[2]
    assert tail in body


SILENT: dict[str, dict[str, Any]] = {
    "no medicine was asked for": {"asked": _of_types("Condition")},
    "the role sees none": {"asked": EVERYTHING, "roles": ("receptionist",)},
    "the token opens none": {"asked": EVERYTHING, "scopes": frozenset({"user/Condition.rs"})},
    "the person alone is searched for": {"asked": {"interaction": Interaction.FIND_PATIENT}},
}


@pytest.mark.parametrize("silent", SILENT.values(), ids=SILENT.keys())
async def test_a_view_without_medicines_says_nothing_of_them(silent: dict[str, Any], tmp_path: Path) -> None:
    """By who asks and what for alone."""
    assert _issues(await _body(tmp_path, MEDICINE, **silent)) == []


async def test_the_printed_record_says_it(tmp_path: Path) -> None:
    """Above the sections, with the other notices."""
    page = render_record(read_pages([await _body(tmp_path, MEDICINE, asked=EVERYTHING)]), colour=False)
    assert " ".join(page.split()).index("Confirm with the person") < page.index("MEDICINES (")
