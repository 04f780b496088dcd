"""The product's judgement beside the oracle's, part by part."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from broker.domain.decision import Decision, Effect, Judgement
from tests.prove.oracle import OfPartner, Whole

_ERROR = ("decision", "error")
# That the requester's own party signed, and that an emergency opens a few categories of a protected person,
# are said beside the permits of the request; what comes of them is compared at each partner.
_BESIDE = frozenset({"sharing-agreement", "disclosure"})
Difference = tuple[str, Any, Any]


def differences(judgement: Judgement, whole: Whole) -> Iterator[Difference]:
    """What, as the product says, and as the oracle says.

    A refusal has no lines, so that it is not asked which partners would have one. Of an error only that it
    denies is compared: what is broken may be met before or after another refusal.
    """
    if whole.because == _ERROR:
        if any(one.effect is not Effect.DENY for one in (judgement, *judgement.decisions)):
            yield "the whole", "permit", "deny"
        return
    ours, theirs = _ours(judgement), _theirs(whole)
    if ours != theirs:
        yield "the whole", ours, theirs
    permitted = whole.effect == "permit"
    for decision in judgement.decisions:
        judged = _decided(decision, permitted)
        expected = _expected(whole.partners[decision.partner_id], permitted)
        if judged != expected:
            yield decision.partner_id, judged, expected


def _ours(judgement: Judgement) -> tuple[Any, ...]:
    said = {(reason.topic, reason.rule) for reason in judgement.reasons if reason.topic not in _BESIDE}
    if judgement.effect is Effect.DENY:
        first = judgement.reasons[0]
        return "deny", (first.topic, first.rule), str(judgement.told)
    return "permit", frozenset(said), any(rule == "alert-privacy-officer" for _, rule in said)


def _theirs(whole: Whole) -> tuple[Any, ...]:
    if whole.effect == "deny":
        return "deny", whole.because, whole.told
    return "permit", whole.permits, whole.alert


def _decided(decision: Decision, permitted: bool) -> tuple[Any, ...]:
    line = (str(decision.naming), decision.in_scope or not permitted, decision.locationless)
    if decision.effect is Effect.DENY:
        first = decision.reasons[0]
        return "deny", (first.topic, first.rule), line
    parts = {
        (category, part.items, part.period_start, part.period_end)
        for part in decision.withholds
        for category in part.categories
    }
    hidden = decision.hidden_classes.classes
    return "permit", decision.categories, parts, hidden, decision.awaits_pointer, line


def _expected(one: OfPartner, permitted: bool) -> tuple[Any, ...]:
    line = (one.naming, one.in_scope or not permitted, one.placeless)
    if one.effect == "deny":
        return "deny", one.because, line
    parts = {
        (category, part.items, part.period_from, part.period_until)
        for part in one.parts
        for category in part.categories
    }
    return "permit", one.open, parts, one.hidden, one.awaits_pointer, line
