"""hl7v2 keeps over MLLP what every connector of records owes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from connectors.hl7v2 import PLUGIN
from tests.connectors.conformance import Result
from tests.connectors.conformance_mllp import MllpConformance
from tests.connectors.test_fhir_r4 import about_asha


def laboratory(resource_id: str, code: str, value: Any) -> dict[str, Any]:
    """One result in millimoles."""
    return about_asha(
        "Observation",
        resource_id,
        status="final",
        category=[{"coding": [{"code": "laboratory"}]}],
        code={"coding": [{"system": "http://loinc.org", "code": code}], "text": "A result"},
        effectiveDateTime="2026-02-11T09:30:00+00:00",
        valueQuantity={"value": value, "unit": "mmol/L"},
    )


class TestHospital(MllpConformance):
    plugin = PLUGIN
    settings: ClassVar[Mapping[str, object]] = {"query_code": "Z99"}
    resources: ClassVar[tuple[Mapping[str, Any], ...]] = (
        laboratory("o1", "2823-3", 4),
        laboratory("o2", "2951-2", 140),
        about_asha(
            "DiagnosticReport",
            "d1",
            status="final",
            code={"text": "Profile"},
            result=[{"reference": "Observation/o1"}, {"reference": "Observation/o2"}],
        ),
        laboratory("o3", "2951-2", 141),
        about_asha(
            "Encounter", "e1", status="finished", **{"class": {"code": "IMP"}}, period={"start": "2026-02-01"}
        ),
        about_asha("Condition", "c1", code={"text": "A diagnosis"}),
    )

    def told(self, result: Result) -> None:
        """Each report with its results, the visit and the diagnosis."""
        assert result.normalised is not None
        kinds = sorted(one.header.resourceType for one in result.normalised.resources)
        assert kinds == [
            "Condition",
            *["DiagnosticReport"] * 2,
            "Encounter",
            *["Observation"] * 3,
            "Patient",
        ]
