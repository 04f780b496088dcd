"""A rule in error denies, whichever rule it is: also one that says what is told of a denial."""

from __future__ import annotations

from dataclasses import fields

import pytest

from broker.domain.decision import Effect, Naming, Reason, Told
from broker.domain.policy import PolicySet
from broker.pipeline.decision import decide
from tests.support.broken_rules import with_broken
from tests.support.policies import shipped_policies, usual_facts

ERROR = Reason(topic="decision", rule="error", effect=Effect.DENY)
# Read by nobody who decides on a person of whom nothing was said, or read only to find the line of a rule.
_NOT_READ = {
    "revision",
    "leads",
    "reconstruction",
    "national_roles",
    "objections",
    "emergency_access",
    "networks",
    "care_ends_days_after_death",
    "parties",
    "places",
}
RULES = sorted({field.name for field in fields(PolicySet)} - _NOT_READ)


@pytest.mark.parametrize("part", RULES)
def test_an_error_in_any_rule_denies_every_partner(part: str) -> None:
    """Nothing is raised: the request ends in a judgement, with a decision for each partner in order."""
    facts, policies = usual_facts(), shipped_policies()
    judgement = decide(facts, with_broken(policies, part))
    assert judgement.effect is Effect.DENY
    assert judgement.reasons == (ERROR,)
    assert judgement.revision == policies.revision
    assert [one.partner_id for one in judgement.decisions] == [one.partner_id for one in facts.partners]
    assert all(one.reasons == (ERROR,) and not one.categories for one in judgement.decisions)


def test_where_the_neutral_words_cannot_be_read_no_words_are_said() -> None:
    """The caller hears what anybody hears of whom nothing is known."""
    judgement = decide(usual_facts(), with_broken(shipped_policies(), "disclosure"))
    assert judgement.told is Told.NEUTRAL
    assert judgement.words == ""


def test_of_an_error_nothing_is_told_of_any_partner() -> None:
    """Each partner is one of many in a nameless line, and no place is named."""
    policies = shipped_policies()
    judgement = decide(usual_facts(), with_broken(policies, "relationships"))
    assert judgement.words == policies.disclosure.neutral_words
    assert all(one.naming is Naming.FOLDED and one.locationless for one in judgement.decisions)
