"""What a review decided, to what stays open for whom and until when."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field

from broker.domain.category import Category
from broker.domain.objection import Carveout, ObjectionState
from broker.domain.objection_life import Actor, Told
from broker.objections.illegal import IllegalStep


@dataclass(frozen=True, slots=True, kw_only=True)
class Ruling:
    """What a review decided, and who decided it. `ground` to `review_on` say what stays open, for whom,
    until when, and go with every decision but a full uphold; `told` whether the person knows of it.
    """

    state: ObjectionState
    by: Actor
    ground: str = ""
    roles: frozenset[str] = frozenset()
    categories: frozenset[Category] = frozenset()
    partners: frozenset[str] = frozenset()
    review_on: dt.date | None = None
    told: Told | None = None
    note: str = field(repr=False, default="")

    @property
    def opens_something(self) -> bool:
        """True when any part of what stays open is named."""
        return bool(self.roles or self.categories or self.partners or self.review_on)


def carveout_of(ruling: Ruling, at: dt.datetime) -> Carveout | None:
    """None of a full uphold. Raises IllegalStep when a part is not named."""
    if ruling.state is ObjectionState.UPHELD:
        if ruling.opens_something:
            raise IllegalStep("An objection that is upheld leaves nothing open. Use partly-upheld.")
        return None
    if not ruling.ground.strip():
        raise IllegalStep("Not to uphold an objection needs a ground.")
    if not ruling.roles:
        raise IllegalStep("Name the roles that it stays open for. Everybody is not a role.")
    if ruling.review_on is None or ruling.review_on <= at.date():
        raise IllegalStep("Give a day, after today, on which this is reviewed and until which it holds.")
    return Carveout(
        ground=ruling.ground,
        roles=ruling.roles,
        categories=ruling.categories,
        partners=ruling.partners,
        review_on=ruling.review_on,
    )
