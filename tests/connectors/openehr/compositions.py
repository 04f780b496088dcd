"""Compositions in canonical JSON as tests write them, and what becomes of them."""

from __future__ import annotations

import json
from typing import Any

from fhir.resources.R4B import get_fhir_model_class

from connectors.openehr.translating import translate_composition
from tests.connectors.openehr.scripted import EHR, entry
from tests.connectors.openehr.values import coded, dated

MASKED = coded("masked", "openehr", "272")


def element(name: str, node: str, value: Any = None, **more: Any) -> dict[str, Any]:
    """An ELEMENT."""
    own = {"_type": "ELEMENT", "name": {"_type": "DV_TEXT", "value": name}, "archetype_node_id": node, **more}
    return own if value is None else {**own, "value": value}


def items(*elements: Any) -> dict[str, Any]:
    """An ITEM_TREE."""
    return {"_type": "ITEM_TREE", "name": {"value": "Tree"}, "archetype_node_id": "at0001", "items": elements}


def cluster(name: str, *elements: Any) -> dict[str, Any]:
    """A CLUSTER."""
    return {"_type": "CLUSTER", "name": {"value": name}, "archetype_node_id": "at0010", "items": elements}


def text(words: str) -> dict[str, Any]:
    """A DV_TEXT."""
    return {"_type": "DV_TEXT", "value": words}


def composition(*content: Any, archetype: str = "report.v1", **more: Any) -> bytes:
    """A composition of these entries and headings."""
    context = {"start_time": dated("DV_DATE_TIME", "2024-03-01T09:00:00Z"), **more.pop("context", {})}
    tree = {
        "_type": "COMPOSITION",
        "name": text("Report"),
        "archetype_node_id": f"openEHR-EHR-COMPOSITION.{archetype}",
        "uid": {"value": "c1::trust::1"},
        "composer": {"_type": "PARTY_IDENTIFIED", "name": "Dr Reed"},
        "context": context,
        "content": content,
        **more,
    }
    return json.dumps(tree).encode()


def translated(*content: Any, **more: Any) -> list[dict[str, Any]]:
    """What becomes of a composition; each resource passes the models of R4B."""
    resources = [json.loads(one) for one in translate_composition(composition(*content, **more), EHR)]
    for resource in resources:
        get_fhir_model_class(resource["resourceType"]).model_validate(resource)
    return resources


def one(*content: Any, **more: Any) -> dict[str, Any]:
    """The one resource that a composition becomes."""
    (resource,) = translated(*content, **more)
    return resource


def observation(*events: Any) -> dict[str, Any]:
    """An OBSERVATION with these events."""
    return entry("OBSERVATION", "phq9.v1", data={"name": text("History"), "events": events})


def event(time: str, *elements: Any) -> dict[str, Any]:
    """A POINT_EVENT."""
    return {
        "_type": "POINT_EVENT",
        "name": text("Any event"),
        "time": dated("DV_DATE_TIME", time),
        "data": items(*elements),
    }


def diagnosis(*more: Any) -> dict[str, Any]:
    """A diagnosis of low mood."""
    return entry(
        "EVALUATION",
        "problem_diagnosis.v1",
        data=items(element("Diagnosis", "at0002", text("Low mood")), *more),
    )
