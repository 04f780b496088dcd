"""What a comparison found into whether a change counts as an opening: it does unless it is proved not to."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from broker.domain.policy_revision import Revision

# The parts of a PolicySet whose every difference shows in a request that the comparison asks. A part that
# is not listed, and that differs, is not proved to tighten: words of a notice, or a rule that is new.
SHOWN_BY_REQUESTS: Final = frozenset(
    {
        "in_force_from",
        "national_roles",
        "local_roles",
        "purposes",
        "refused_purposes",
        "care_ends_days_after_death",
        "relationships",
        "parties",
        "party_of_organisation",
        "party_of_partner",
        "objections",
        "sensitive",
    }
)
# What is an order and no permit: the same things are shown to the same people, whatever it says.
OPENS_NOTHING: Final = frozenset({"leads"})


def shows_no_opening(*, opens: bool, rules: Iterable[str]) -> bool:
    """Whether a comparison proves that a change only tightens: no request opened, and nothing differs that
    requests do not show.
    """
    return not opens and frozenset(rules) <= SHOWN_BY_REQUESTS | OPENS_NOTHING


def counts_as_opening(*, opens: bool, rules: Iterable[str], before: Revision, after: Revision) -> bool:
    """`opens` and `rules` are the comparison's: whether a request opened, and which parts differ.

    Other signers are an opening: whoever may sign decides what will open.
    """
    return before.signers != after.signers or not shows_no_opening(opens=opens, rules=rules)
