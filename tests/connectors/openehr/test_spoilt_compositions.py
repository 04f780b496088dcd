"""A composition with anything in any place of it costs nothing but that place, and stays valid R4."""

from __future__ import annotations

import copy
import json
from collections.abc import Iterator
from typing import Any

import pytest
from fhir.resources.R4B import get_fhir_model_class

from connectors.openehr.translating import translate_composition
from tests.connectors.openehr.compositions import (
    MASKED,
    cluster,
    composition,
    diagnosis,
    element,
    event,
    items,
    observation,
    text,
)
from tests.connectors.openehr.scripted import EHR, entry
from tests.connectors.openehr.values import coded, dated, phrase, quantity

ODD: tuple[Any, ...] = (
    None,
    "",
    "a\tb\n",
    10**12,
    [1, "a", None],
    {"value": 7},
    {"_type": "DV_CODED_TEXT", "value": "x", "defining_code": phrase(" ", " a  b")},
    {"_type": "DV_MULTIMEDIA", "data": "!", "media_type": {"code_string": " "}},
    {"_type": "DV_URI", "value": "a b"},
    {"_type": "ELEMENT"},
)


def rich() -> dict[str, Any]:
    """A composition with something of every shape."""
    score = {"_type": "DV_ORDINAL", "value": 3, "symbol": coded("Often", "local", "at0008")}
    range_ = {"_type": "DV_INTERVAL", "lower": quantity(1, "mg"), "upper": quantity(2, "mg")}
    audit = {"originating_system_item_ids": [{"_type": "DV_IDENTIFIER", "id": "L-7", "issuer": "urn:lab"}]}
    lithium = items(element("Medication", "at0070", text("Lithium")))
    order = entry("INSTRUCTION", "medication_order.v3", activities=[{"description": lithium}])
    done = {"current_state": coded("done", "openehr", "532")}
    action = entry("ACTION", "procedure.v1", ism_transition=done)
    mood = element("Mood", "at0006", null_flavour=MASKED)
    tree: dict[str, Any] = json.loads(
        composition(
            {**diagnosis(element("Certainty", "at0073", text("Refuted"))), "feeder_audit": audit},
            {"_type": "SECTION", "name": text("Scores"), "items": [action, order]},
            observation(event("2024", cluster("Item", element("Score", "at0004", score)))),
            observation(event("2024", element("Dose", "at0005", range_), mood)),
            archetype="encounter.v1",
            context={"setting": coded("home", "openehr", "225"), "end_time": dated("DV_DATE_TIME", "2024")},
        )
    )
    return tree


def places_in(tree: Any, way: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """The way to everything inside a tree."""
    inner = tree.items() if isinstance(tree, dict) else enumerate(tree) if isinstance(tree, list) else ()
    for name, value in inner:
        yield (*way, name)
        yield from places_in(value, (*way, name))


@pytest.mark.parametrize("odd", ODD, ids=lambda odd: json.dumps(odd)[:40])
def test_anything_in_any_place_is_carried_or_listed(odd: Any) -> None:
    """No shape stops the reading, and what is made of the rest passes the models of R4B."""
    whole = rich()
    made: set[bytes] = set()
    for way in places_in(whole):
        spoilt = copy.deepcopy(whole)
        holder = spoilt
        for name in way[:-1]:
            holder = holder[name]
        holder[way[-1]] = odd
        made.update(translate_composition(json.dumps(spoilt).encode(), EHR))
    assert all(f"Patient/{EHR}".encode() in resource for resource in made)
    for resource in made:
        get_fhir_model_class(json.loads(resource)["resourceType"]).model_validate_json(resource)
