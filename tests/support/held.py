"""What a chart holds, found again in what was shown: whatever dialect carried it from the partner."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import msgspec

from broker.cli.bundle_pages import Record
from broker.demonstration.partners import PARTNERS
from broker.demonstration.people.person import Story

_NAMES = {partner.partner_id: partner.name for partner in PARTNERS}
# What an item is about, in its partner's words; a coding's display may be another dialect's to choose.
_TELLING = ("code", "medicationCodeableConcept", "vaccineCode", "title", "description", "dosageInstruction")


def not_shown(story: Story, record: Record) -> list[str]:
    """Every word or value of the story's charts that nothing from its partner says."""
    missing = []
    for partner_id, resources in story.charts.items():
        said = [item.resource for item in record.items if item.source == _NAMES[partner_id]]
        text = json.dumps(said, ensure_ascii=False)
        missing += [f"{partner_id}: {word}" for one in resources for word in _words(one) if word not in text]
    return missing


def _words(resource: Any) -> Iterator[str]:
    for name in _TELLING:
        yield from _texts(resource.get(name))
    value = resource.get("valueQuantity", {}).get("value")
    if value is not None:
        yield bytes(value).decode() if isinstance(value, msgspec.Raw) else str(value)


def _texts(node: Any) -> Iterator[str]:
    if isinstance(node, str):
        yield node
    elif isinstance(node, list):
        for one in node:
            yield from _texts(one)
    elif isinstance(node, dict) and isinstance(node.get("text"), str):
        yield node["text"]
