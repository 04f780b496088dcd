"""Which decision on resuscitation an item states, by its code or its coded answer."""

from __future__ import annotations

from broker.domain.resource import ABSENT, Header
from broker.pipeline.merging.clash_table import RESUSCITATION
from broker.pipeline.merging.concepts import Concepts, Said


def decided_by(header: Header, concepts: Concepts) -> str:
    """A word of the table; empty for none."""
    if header.code is not ABSENT:
        decision = decision_in(concepts.of(bytes(header.code)))
        if decision:
            return decision
    if header.valueCodeableConcept is not ABSENT:
        return decision_in(concepts.of(bytes(header.valueCodeableConcept)))
    return ""


def decision_in(said: Said) -> str:
    """The word of the table for what a code element says; empty for none."""
    for name in said.names:
        if name in RESUSCITATION:
            return RESUSCITATION[name]
    return ""
