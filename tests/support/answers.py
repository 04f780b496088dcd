"""Small answers of the API, as bytes, to render."""

from __future__ import annotations

from typing import Any

from broker.domain.json_bytes import write_tree

_BASE = "https://watersmeet.example/fhir"


def tagged(resource: dict[str, Any], category: str, source: str, **marks: str) -> dict[str, Any]:
    """A resource with the broker's tags; `group` and `contradiction` are marks."""
    tags = [{"system": f"{_BASE}/CodeSystem/category", "code": category}]
    tags.append({"system": f"{_BASE}/CodeSystem/source", "code": source, "display": source})
    tags += [{"system": f"{_BASE}/CodeSystem/{name}", "code": code} for name, code in marks.items()]
    return {**resource, "meta": {"tag": tags}}


def line(name: str, label: str, shown: int = 0) -> dict[str, Any]:
    """One partner's issue in the completeness outcome."""
    parts: list[dict[str, Any]] = [{"url": "name", "valueString": name}, {"url": "label", "valueCode": label}]
    parts.append({"url": "shown", "valueInteger": shown})
    extension = {"url": f"{_BASE}/StructureDefinition/completeness", "extension": parts}
    return {"severity": "warning", "code": "incomplete", "details": {"text": name}, "extension": [extension]}


def answer(*resources: dict[str, Any], issues: tuple[dict[str, Any], ...] = ()) -> bytes:
    """A searchset of an outcome, the index's Patient and `resources`."""
    patient = {
        "resourceType": "Patient",
        "id": "t",
        "identifier": [{"system": "https://fhir.nhs.uk/Id/nhs-number", "value": "9990000018"}],
        "name": [{"given": ["Ann"], "family": "Example"}],
        "birthDate": "1958-04-12",
    }
    outcome = {"resourceType": "OperationOutcome", "issue": list(issues)}
    entries = [{"resource": resource} for resource in (outcome, patient, *resources)]
    return write_tree({"resourceType": "Bundle", "type": "searchset", "entry": entries})
