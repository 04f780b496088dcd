"""A decision into what it opens, and whether one opens no more than another."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from broker.domain.decision import Decision, Effect

Part = tuple[str, frozenset[tuple[str, str]], str | None, str | None]


@dataclass(frozen=True, slots=True)
class Opened:
    """What one partner's record shows: categories, less the parts and classes that are held back.

    `types` empty is every type. Nothing at all is `CLOSED`, however it came about.
    """

    categories: frozenset[str]
    parts: frozenset[Part] = frozenset()
    hidden: frozenset[str] = frozenset()
    types: frozenset[str] = frozenset()
    placeless: bool = False


CLOSED = Opened(frozenset())


def opened_by(decision: Decision) -> Opened:
    """What this decision opens, in plain words."""
    if decision.effect is not Effect.PERMIT or not decision.categories:
        return CLOSED
    return Opened(
        categories=frozenset(map(str, decision.categories)),
        parts=frozenset(
            (str(category), part.items, part.period_start, part.period_end)
            for part in decision.withholds
            for category in (part.categories or decision.categories)
        ),
        hidden=frozenset(map(str, decision.hidden_classes.classes)),
        types=decision.resource_types,
        placeless=decision.locationless,
    )


def opens_no_more(one: Opened, other: Opened) -> bool:
    """Whether everything that `one` shows is shown by `other` too."""
    if not one.categories:
        return True
    held = {part for part in other.parts if part[0] in one.categories}
    return (
        one.categories <= other.categories
        and held <= one.parts
        and other.hidden <= one.hidden
        and (not other.types or bool(one.types and one.types <= other.types))
        and one.placeless >= other.placeless
    )


class Table:
    """Each different outcome once, known by its number; nought is CLOSED."""

    def __init__(self, every: Iterable[Opened] = (CLOSED,)) -> None:
        self.every = list(every)
        self._number = {opened: number for number, opened in enumerate(self.every)}
        self._no_more: dict[tuple[int, int], bool] = {}

    def number_of(self, opened: Opened) -> int:
        """The same number for the same outcome."""
        number = self._number.setdefault(opened, len(self.every))
        if number == len(self.every):
            self.every.append(opened)
        return number

    def no_more(self, one: int, other: int) -> bool:
        """As `opens_no_more`, looked up."""
        if one in {0, other}:
            return True
        known = self._no_more.get((one, other))
        if known is None:
            known = opens_no_more(self.every[one], self.every[other])
            self._no_more[one, other] = known
        return known
