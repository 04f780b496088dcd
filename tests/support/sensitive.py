"""The shipped sensitivity classes as several kinds of readers meet them, and labels to mark items with."""

from __future__ import annotations

from typing import Any

from broker.domain.decision import Decision
from broker.domain.sensitivity import OWN_SYSTEM, HiddenClasses
from tests.support.policies import judge_usual
from tests.support.records import decision

SNOMED = "http://snomed.info/sct"
CONFIDENTIALITY = "http://terminology.hl7.org/CodeSystem/v3-Confidentiality"
ACT_CODE = "http://terminology.hl7.org/CodeSystem/v3-ActCode"
HIV_CODE, ALCOHOL_CODE, FERTILITY_CODE = "86406008", "7200002", "63487001"


def hidden_from(role: str, **changes: Any) -> HiddenClasses:
    """What the shipped policies hide from somebody of this role."""
    judged = judge_usual(roles=(role,), **changes).decision_for("addenbury")
    assert judged is not None
    return judged.hidden_classes


def ruling_for(role: str, **changes: Any) -> Decision:
    """A permit for every category, so that only the classes can hold something back."""
    return decision(hidden_classes=hidden_from(role, **changes))


def labelled(code: str, system: str = OWN_SYSTEM) -> dict[str, Any]:
    """The `meta` of an item with one security label."""
    return {"meta": {"security": [{"system": system, "code": code}]}}


def coded(code: Any, system: str = SNOMED) -> dict[str, Any]:
    """A CodeableConcept."""
    return {"coding": [{"system": system, "code": code}]}
