from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from broker.objections import consent_rows
from tests.broker.objections.test_consent_rows import consent, one
from tests.support.stores import ADA


def of_scope(*codes: str) -> dict[str, Any]:
    """A scope of these codes."""
    system = "http://terminology.hl7.org/CodeSystem/consentscope"
    return {"coding": [{"system": system, "code": code} for code in codes]}


@pytest.mark.parametrize(
    ("members", "reason"),
    [
        ({"status": "entered-in-error"}, consent_rows.IN_ERROR),
        ({"status": "entered-in-error", "scope": "patient-privacy"}, consent_rows.IN_ERROR),
        ({"scope": of_scope("research")}, consent_rows.OF_RESEARCH),
        ({"scope": of_scope("research"), "status": "inactive"}, consent_rows.OF_RESEARCH),
    ],
)
def test_what_is_known_to_be_no_objection_is_told_as_none(
    tmp_path: Path, members: dict[str, Any], reason: str
) -> None:
    """In R4's own closed words: it binds nobody, withdraws nothing, and keeps its id."""
    reading = one(tmp_path, consent(**members))
    assert (reading.no_objection, reading.row_id, reading.numbers) == (reason, "c-1", {ADA})
    assert (reading.withdrawn, reading.doubts, reading.fault) == (False, (), "")


@pytest.mark.parametrize(
    "members",
    [
        {"scope": of_scope("research", "patient-privacy")},
        {"scope": of_scope("treatment")},
        {"scope": of_scope("research"), "modifierExtension": [{"url": "urn:example:not"}]},
        {"status": "entered-in-error", "implicitRules": "urn:example:rules"},
        {"status": "rejected"},
        {"provision": {"type": "permit"}},
    ],
)
def test_what_is_not_known_to_be_none_binds(tmp_path: Path, members: dict[str, Any]) -> None:
    """Two scopes, a modifier, a status that says nothing of the person's wish, and a permission."""
    reading = one(tmp_path, consent(**members))
    assert reading.no_objection == ""
    assert reading.doubts
    assert reading.scope.is_whole_record
