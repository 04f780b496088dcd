"""Role groups and parties into every form of objection on which two revisions are compared."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence

from broker.domain.category import Category
from broker.domain.objection import Carveout, Direction, Objection, ObjectionState, Scope
from broker.domain.policy import Ground

NO_GROUND = "ground-of-no-list"
_ACKNOWLEDGED = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)
_AHEAD = dt.timedelta(days=1)


def objections_of(
    groups: frozenset[str], parties: Sequence[str], user: str, day: dt.date
) -> Iterator[tuple[str, Objection]]:
    """Each form with its words: every state, every ground, every party by its data and by its view, and
    each narrower scope. A carve-out opens all that it can, so that nothing a ground opens is overlooked.
    """
    for state in ObjectionState:
        yield str(state), _objection(state, Scope())
    for ground in (*Ground, NO_GROUND):
        carved = _carved(ground, groups, frozenset(parties), day + _AHEAD)
        yield f"not upheld for {ground}", carved
    yield "not upheld, review passed", _carved(Ground.SAFEGUARDING, groups, frozenset(parties), day)
    for party in (*parties, "party-that-nobody-knows"):
        for direction in (Direction.SOURCE, Direction.VIEWER):
            scope = Scope(partners=frozenset({party}), direction=direction)
            yield f"to {party} as {direction}", _objection(ObjectionState.UPHELD, scope)
    yield from _narrow(user)


def _narrow(user: str) -> Iterator[tuple[str, Objection]]:
    letters = frozenset({Category.DOCUMENTS})
    yield "to this member of staff", _objection(ObjectionState.UPHELD, Scope(staff=frozenset({user})))
    yield "to documents", _objection(ObjectionState.UPHELD, Scope(categories=letters))
    item = Scope(items=frozenset({("urn:watersmeet:item", "1")}))
    yield "to one item", _objection(ObjectionState.UPHELD, item)
    period = Scope(period_start="2019-01-01", period_end="2020-01-01")
    yield "to a span of time", _objection(ObjectionState.UPHELD, period)


def _carved(ground: str, groups: frozenset[str], parties: frozenset[str], review_on: dt.date) -> Objection:
    carveout = Carveout(
        ground=str(ground),
        roles=groups,
        categories=frozenset(Category),
        partners=parties,
        review_on=review_on,
    )
    return _objection(ObjectionState.NOT_UPHELD, Scope(), carveout)


def _objection(state: ObjectionState, scope: Scope, carveout: Carveout | None = None) -> Objection:
    return Objection(
        objection_id="compared", state=state, scope=scope, acknowledged_at=_ACKNOWLEDGED, carveout=carveout
    )
