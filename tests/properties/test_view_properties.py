"""The useful views under whatever a partner writes: nothing fails, nothing is lost, nothing is said twice."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from broker.domain.named_views import VIEWS
from broker.domain.query import Interaction
from broker.domain.resource import Resource
from tests.support.records import item, readable
from tests.support.useful_views import items_named, told

_ODD: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | st.integers(-9, 9) | st.text("ab1#/ ", max_size=4),
    lambda inner: (
        st.lists(inner, max_size=2)
        | st.dictionaries(
            st.sampled_from(
                [
                    "coding",
                    "text",
                    "code",
                    "system",
                    "reference",
                    "display",
                    "value",
                    "unit",
                    "low",
                    "url",
                    "start",
                ]
            ),
            inner,
            max_size=3,
        )
    ),
    max_leaves=6,
)
# What the views read, and screening and merging do not: these decode to their own shapes or are not there.
_MEMBERS = (
    *("note", "dosage", "dosageInstruction", "component", "referenceRange", "interpretation", "performer"),
    *("participant_", "extension", "modifierExtension", "medicationReference", "basedOn", "derivedFrom"),
    *("valueRange", "recorder", "requester", "hasMember", "reasonCode", "reaction", "content", "activity"),
    *("code", "valueQuantity", "medicationCodeableConcept", "category"),
    *("serviceType", "name", "title", "whenHandedOver", "intent", "doNotPerform", "effectiveInstant"),
)
_KINDS = st.sampled_from(
    [
        "Observation",
        "MedicationRequest",
        "MedicationStatement",
        "MedicationDispense",
        "Condition",
        "Encounter",
    ]
)
_ODD_ITEMS = st.lists(
    st.tuples(_KINDS, st.dictionaries(st.sampled_from(_MEMBERS), _ODD, max_size=4)), min_size=1, max_size=4
)


def resources(odd: list[tuple[str, dict[str, Any]]]) -> tuple[Resource, ...]:
    """What is readable of them."""
    return readable(item(kind, str(place), **members) for place, (kind, members) in enumerate(odd))[1:]


@pytest.mark.parametrize("interaction", list(VIEWS))
@given(_ODD_ITEMS)
@settings(max_examples=40, suppress_health_check=[HealthCheck.too_slow])
def test_no_shape_that_a_partner_writes_costs_anybody_the_view(
    interaction: Interaction, odd: list[tuple[str, dict[str, Any]]]
) -> None:
    """What cannot be read is sent to its source in words; every other row stands."""
    assert told(interaction, resources(odd))["view"] == VIEWS[interaction].name


@given(_ODD_ITEMS)
@settings(max_examples=40, suppress_health_check=[HealthCheck.too_slow])
def test_a_timeline_loses_nothing(odd: list[tuple[str, dict[str, Any]]]) -> None:
    """Every item stands in it, dated or not."""
    items = resources(odd)
    assert len(items_named(told(Interaction.VIEW_TIMELINE, items))) == len(items)
