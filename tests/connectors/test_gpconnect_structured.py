"""gpconnect_structured, direct and through the proxy, keeps what every connector owes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

import msgspec
import orjson

from broker.domain.identity import NhsNumber
from broker.domain.outcome import OutcomeLabel
from broker.domain.resource import Header
from connectors.gpconnect_structured import PLUGIN
from tests.connectors.conformance import Result
from tests.connectors.conformance_records import AnswersConformance
from tests.connectors.gpconnect.spine import (
    DIRECT,
    PRACTICE,
    PROXIED,
    ThroughTheProxy,
    about,
    coded,
    practice_ask,
    status,
)

RESOURCES: tuple[Mapping[str, Any], ...] = (
    about("AllergyIntolerance", "al1", clinicalStatus=status("active"), code=coded("91936005")),
    about("AllergyIntolerance", "al2", clinicalStatus=status("resolved"), code=coded("91935009")),
    about("MedicationRequest", "m1", status="active", intent="plan", medicationCodeableConcept=coded("1")),
    about("Condition", "c1", clinicalStatus=status("active"), code=coded("195967001")),
    about(
        "Observation",
        "o1",
        status="final",
        code=coded("27113001"),
        valueQuantity={"value": msgspec.Raw(b"71.50"), "unit": "kg"},
    ),
    about(
        "Observation",
        "o2",
        status="final",
        category=[{"coding": [{"code": "laboratory"}]}],
        code=coded("1022431000000105"),
        valueQuantity={"value": msgspec.Raw(b"1.0E1"), "unit": "g/L"},
    ),
    about("Immunization", "i1", status="completed", vaccineCode=coded("871822003")),
    about("Encounter", "e1", status="finished", period={"start": "2025-03-01"}),
    about("ServiceRequest", "s1", status="active", intent="order", code=coded("306206005")),
    about("DiagnosticReport", "d1", status="final", code=coded("26604007")),
    about("Procedure", "p1", status="completed", code=coded("80146002"), performedDateTime="2001"),
    about("ServiceRequest", "s2", status="active", intent="plan", code=coded("185349003")),
)
# What each resource of the world comes back as: its kind in R4, and how often that kind then stands there.
KINDS = {
    "AllergyIntolerance": 2,
    "MedicationStatement": 1,
    "MedicationRequest": 2,
    "Condition": 1,
    "Observation": 3,
    "Immunization": 1,
    "Encounter": 1,
    "DiagnosticReport": 1,
    "ServiceRequest": 2,
    "Patient": 1,
}


class Structured(AnswersConformance):
    plugin = PLUGIN
    resources = RESOURCES
    settings: ClassVar[Mapping[str, object]] = DIRECT
    manners: ClassVar[Mapping[str, object]] = {"practice": PRACTICE}
    unknown_label = OutcomeLabel.NOT_AVAILABLE

    def conversation(self, number: NhsNumber) -> Any:
        return PLUGIN.create(self.settings).fetch(practice_ask(number=number))

    def arrived_whole(self, result: Result) -> None:
        """Of what comes with each call, the practice and who they are, the very same bytes are one."""
        assert result.normalised is not None
        shown = [one.header.resourceType for one in result.normalised.resources]
        assert {kind: shown.count(kind) for kind in KINDS} == KINDS
        assert (shown.count("Practitioner"), result.normalised.repeated) == (1, 4)
        assert all(
            number in b"".join(one.raw for one in result.heard.entries) for number in (b"71.50", b"1.0E1")
        )

    def arrived_empty(self, result: Result) -> None:
        assert set(kinds_in(result)) == {
            "Patient",
            "Organization",
            "Practitioner",
            "PractitionerRole",
            "List",
        }
        lists = [one for one in map(orjson.loads, raws_of(result)) if one["resourceType"] == "List"]
        assert all("entry" not in one and one["emptyReason"] for one in lists)


class TestDirect(Structured):
    pass


class TestThroughTheProxy(ThroughTheProxy, Structured):
    settings = PROXIED


def raws_of(result: Result) -> list[bytes]:
    """Every entry's bytes."""
    return [one.raw for one in result.heard.entries]


def kinds_in(result: Result) -> list[str]:
    """Every entry's resource type."""
    return [msgspec.json.decode(raw, type=Header).resourceType for raw in raws_of(result)]
