"""fhir_r4 in each of its manners keeps what every connector owes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from connectors.fhir_r4 import PLUGIN
from tests.connectors.conformance_records import RecordsConformance


def about_asha(resource_type: str, resource_id: str, **more: Any) -> dict[str, Any]:
    """One resource of Asha's."""
    return {"resourceType": resource_type, "id": resource_id, "subject": {"reference": "Patient/a1"}, **more}


def categorised(code: str) -> list[dict[str, Any]]:
    """A category element."""
    return [{"coding": [{"code": code}]}]


RESOURCES: tuple[Mapping[str, Any], ...] = (
    about_asha("Condition", "c1", category=categorised("problem-list-item")),
    about_asha("Condition", "c2", category=categorised("encounter-diagnosis")),
    about_asha("Observation", "o1", category=categorised("laboratory")),
    about_asha("Observation", "o2", category=categorised("vital-signs")),
    about_asha("Observation", "o3", category=categorised("laboratory")),
    about_asha("MedicationRequest", "m1", medicationReference={"reference": "Medication/d1"}),
    {"resourceType": "Medication", "id": "d1"},
    about_asha("Flag", "f1"),
)


class TestPlainEverything(RecordsConformance):
    plugin = PLUGIN
    resources = RESOURCES


class TestPlainByTypeByGet(RecordsConformance):
    plugin = PLUGIN
    resources = RESOURCES
    settings: ClassVar[Mapping[str, object]] = {"ask": "by-type", "search_by": "get", "reference": "typed"}


class TestEpic(RecordsConformance):
    plugin = PLUGIN
    resources = RESOURCES
    settings: ClassVar[Mapping[str, object]] = {"manner": "epic"}
    manners: ClassVar[Mapping[str, object]] = {"manner": "epic"}


class TestCerner(RecordsConformance):
    plugin = PLUGIN
    resources = RESOURCES
    settings: ClassVar[Mapping[str, object]] = {"manner": "cerner", "search_by": "get"}
    manners: ClassVar[Mapping[str, object]] = {"manner": "cerner"}
