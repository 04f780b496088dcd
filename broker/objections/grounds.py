"""A decision not to uphold and the ground that it names, to nothing or a refusal with what is allowed.

What goes beyond its ground is refused, not cut: whoever decided would believe that more is open than is.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping

from broker.domain.category import Category
from broker.domain.objection import ObjectionState
from broker.domain.objection_life import Told
from broker.domain.policy import GroundRule, ToldFirst
from broker.objections.illegal import IllegalStep
from broker.objections.rulings import Ruling


def refuse_beyond(ruling: Ruling, grounds: Mapping[str, GroundRule], *, at: dt.datetime) -> None:
    """Raises IllegalStep when the decider, the roles, categories, days or telling are not the ground's."""
    if ruling.state is ObjectionState.UPHELD:
        return
    rule = grounds.get(ruling.ground)
    if rule is None:
        raise IllegalStep(f"Not to uphold an objection needs a ground of the policy: {_listed(grounds)}.")
    if ruling.by.role_word not in rule.decided_by:
        raise IllegalStep(f"On the ground {rule.ground} decides: {_listed(rule.decided_by)}.")
    _refuse_others("role", ruling.roles, rule.to, rule)
    _refuse_others("category", ruling.categories, rule.opens, rule)
    if not ruling.partners:
        raise IllegalStep("Name the partners whose records stay open. An empty part opens nothing.")
    last = at.date() + dt.timedelta(days=rule.review_within_days)
    if ruling.review_on is None or ruling.review_on > last:
        raise IllegalStep(f"On the ground {rule.ground} it is reviewed by {last} at the latest.")
    _refuse_untold(ruling.told or Told(), rule, at.date())


def _refuse_others(
    what: str, named: Iterable[str | Category], allowed: Iterable[str | Category], rule: GroundRule
) -> None:
    beyond = sorted(set(named) - set(allowed))
    if beyond or not named:
        words = f"not {_listed(beyond)}" if beyond else f"and every {what} that stays open is named"
        allowed_words = _listed(allowed)
        raise IllegalStep(f"The ground {rule.ground} opens no other {what} than {allowed_words}: {words}.")


def _refuse_untold(told: Told, rule: GroundRule, today: dt.date) -> None:
    if told.on is not None and told.not_because:
        raise IllegalStep("Say when the person was told, or why not; not both.")
    if told.on is not None:
        if told.on > today:
            raise IllegalStep("The person is told before it takes effect. Decide it when they have been.")
        return
    if rule.told_first is ToldFirst.ALWAYS:
        raise IllegalStep(f"On the ground {rule.ground} the person is told first. Say on which day.")
    if not told.not_because.strip():
        raise IllegalStep(
            f"On the ground {rule.ground} the person is told first, unless that would harm. Say on which day "
            "they were told, or why not."
        )


def _listed(words: Iterable[str]) -> str:
    return ", ".join(sorted(words))
