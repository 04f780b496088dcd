"""Two judgements of one request into what they say otherwise beside the cells, and whether that opens.

Opening is whatever is not known to be stricter: a part of a decision that this module has not heard of,
and that differs, opens.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, fields
from typing import Any

from broker.domain.decision import Decision, Effect, Judgement, Naming, Told
from broker.policy import strictness_of_classes as closer

_NAMING = (Naming.PLAIN, Naming.VEILED, Naming.FOLDED)
# Cells are compared elsewhere; which rule spoke is no difference in what is shown.
_NOT_BESIDE = frozenset({"partner_id", "effect", "categories", "reasons"})
_OF_A_LINE = frozenset({"naming", "in_scope"})
_OF_DECISION = tuple(member.name for member in fields(Decision) if member.name not in _NOT_BESIDE)
_ALERT = "alert-privacy-officer"


@dataclass(frozen=True, slots=True)
class Beside:
    """One difference in words, and whether it opens."""

    words: str
    opens: bool


def beside_of_decisions(old: Decision, new: Decision, *, answered: bool) -> Iterator[Beside]:
    """What differs at one partner. Most of it means something only where both permit; the rest where both
    requests are `answered`: a refusal has no lines for partners.
    """
    both_permit = old.effect is Effect.PERMIT and new.effect is Effect.PERMIT
    for name in _OF_DECISION:
        before, after = _part(name, old, new), _part(name, new, old)
        if before != after and (both_permit or (answered and name in _OF_A_LINE)):
            yield Beside(_words(name, before, after), opens=not _is_stricter(name, old, new))


def _words(name: str, before: Any, after: Any) -> str:
    if name == "hidden_classes":
        return closer.words_of(before, after)
    if isinstance(before, str | bool):
        return f"{name.replace('_', ' ')} was {before}, is {after}"
    return f"{name.replace('_', ' ')} is another"


def _is_stricter(name: str, old: Decision, new: Decision) -> bool:
    if name == "naming":
        return _NAMING.index(new.naming) > _NAMING.index(old.naming)
    if name in {"locationless", "awaits_pointer"}:
        return bool(getattr(new, name))
    if name == "differences_shown":
        return not new.differences_shown
    if name == "in_scope":
        return not new.in_scope
    if name == "hidden_classes":
        return closer.is_stricter(_part(name, old, new), _part(name, new, old))
    return name == "withholds" and _part(name, old, new) <= _part(name, new, old)


def _part(name: str, one: Decision, other: Decision) -> Any:
    """One part of `one`; of what it holds back in part, what concerns a category that both show."""
    if name == "hidden_classes":
        return closer.kept(one.hidden_classes)
    if name != "withholds":
        return getattr(one, name)
    shown = one.categories & other.categories
    return frozenset(
        (category, part.items, part.period_start, part.period_end)
        for part in one.withholds
        for category in (part.categories & shown if part.categories else shown)
    )


def beside_of_judgements(old: Judgement, new: Judgement) -> Iterator[Beside]:
    """What the caller is told of a refusal, and whether a privacy officer hears of a permit."""
    if old.effect is Effect.DENY and new.effect is Effect.DENY and old.told is not new.told:
        yield Beside(
            f"a refused caller was told {old.told}, is told {new.told}", new.told is not Told.NEUTRAL
        )
    if old.effect is Effect.PERMIT and new.effect is Effect.PERMIT:
        before, after = _alerts(old), _alerts(new)
        if before - after:
            yield Beside("a privacy officer is no longer alerted", opens=True)
        if after - before:
            yield Beside("a privacy officer is alerted", opens=False)


def _alerts(judgement: Judgement) -> frozenset[str]:
    """The topics by which a privacy officer hears of it: each is heard on its own."""
    return frozenset(reason.topic for reason in judgement.reasons if reason.rule == _ALERT)
