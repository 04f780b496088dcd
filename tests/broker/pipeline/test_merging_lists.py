"""A list is no item; what it names is one, whether it came or not."""

from __future__ import annotations

from typing import Any

import pytest

from broker.domain.category import Category
from broker.domain.outcome import OutcomeLabel, PartnerOutcome
from broker.pipeline.merging.sections import section_states
from tests.support.records import decision, finished, item, readable, registration
from tests.support.standings import standing

CODE = {"coding": [{"system": "http://snomed.info/sct", "code": "886921000000105"}]}


@pytest.mark.parametrize(("entry", "negative"), [([], True), ([{"item": {"reference": "X/gone"}}], False)])
def test_a_list_that_names_what_did_not_come_denies_none_recorded(entry: list[Any], negative: bool) -> None:
    """Everybody answered in full, and the list says that there is something all the same."""
    whole = {"addenbury": PartnerOutcome(partner_id="addenbury", label=OutcomeLabel.COMPLETE)}
    wanted = frozenset({Category.ALLERGIES})
    items = readable([item("List", "l1", code=CODE, entry=entry)])
    asked = standing([registration("addenbury")], [decision("addenbury")], whole, wanted)
    (state,) = finished(section_states(items, asked))
    assert (state.shown, state.none_recorded) == (0, negative)
