"""One step in the life of an emergency access to the next: opened, ended, reviewed; added, never edited.

A relationship that somebody claims for themselves is kept in the same shape, because it is alerted and
reviewed in the same way: as a statement that names no partner and holds for no moment, so it opens nothing.
"""

from __future__ import annotations

import datetime as dt
import enum
import secrets
from dataclasses import dataclass, field, replace
from typing import Final

from broker.domain.grant import Grant
from broker.domain.identity import NhsNumber
from broker.domain.names import plain_name
from broker.domain.objection_life import Actor
from broker.domain.requester import Requester

# The ground of a statement that only claims a relationship. No policy lists it, so it can never open.
SELF_CLAIMED: Final = "self-claimed"
# Who takes the steps that a member of staff takes at their own clinical system.
USER_ROLE: Final = "user"
_RANDOM_BYTES = 16


class GrantStep(enum.StrEnum):
    """What a step did. `claimed` is the first one of a self-claimed relationship."""

    OPENED = "opened"
    CLAIMED = "claimed"
    ENDED = "ended"
    REVIEWED = "reviewed"


class ReviewOutcome(enum.StrEnum):
    """What a privacy officer found: the closed list. `needs-action` stays open until a later review."""

    APPROPRIATE = "appropriate"
    NOT_APPROPRIATE = "not-appropriate"
    NEEDS_ACTION = "needs-action"


class IllegalGrantStep(Exception):
    """This grant cannot take this step. The message is whole sentences and names nobody."""


@dataclass(frozen=True, slots=True, kw_only=True)
class GrantEvent:
    """One step. `grant` is as it stands after it; `step` counts from one; `note` is a reviewer's own words.

    `user_name` is that of whoever opened it, `roles` are theirs as the token gave them.
    """

    grant: Grant
    step: int
    what: GrantStep
    at: dt.datetime
    by: Actor
    user_name: str = field(repr=False, default="")
    roles: tuple[str, ...] = ()
    outcome: ReviewOutcome | None = None
    note: str = field(repr=False, default="")


@dataclass(frozen=True, slots=True, kw_only=True)
class GrantHistory:
    """Every step of one grant, oldest first; never empty. `record` is the first record's number."""

    record: int
    events: tuple[GrantEvent, ...]

    @property
    def last(self) -> GrantEvent:
        """The newest step."""
        return self.events[-1]

    @property
    def review(self) -> GrantEvent | None:
        """The newest review; None while there is none."""
        return next((one for one in reversed(self.events) if one.what is GrantStep.REVIEWED), None)

    @property
    def is_open_for_review(self) -> bool:
        """True until a review has found it appropriate or not."""
        return self.review is None or self.review.outcome is ReviewOutcome.NEEDS_ACTION


def new_grant_id() -> str:
    """Random, never derived from anybody; the id of a grant."""
    return f"eg-{secrets.token_hex(_RANDOM_BYTES)}"


def opened(grant: Grant, requester: Requester) -> GrantEvent:
    """The first step of emergency access, taken by its user."""
    return _first(grant, requester, GrantStep.OPENED)


def claimed(requester: Requester, numbers: frozenset[NhsNumber], at: dt.datetime) -> GrantEvent:
    """The first step of a self-claimed relationship, made of what its user's token says."""
    grant = Grant(
        grant_id=f"sc-{secrets.token_hex(_RANDOM_BYTES)}",
        ground=SELF_CLAIMED,
        numbers=numbers,
        issuer=requester.issuer,
        user_id=requester.user_id,
        organisation_ods=requester.organisation_ods,
        session_id=requester.session_id,
        purpose=requester.purpose,
        partners=frozenset(),
        granted_at=at,
        expires_at=at,
    )
    return _first(grant, requester, GrantStep.CLAIMED)


def _first(grant: Grant, requester: Requester, what: GrantStep) -> GrantEvent:
    return GrantEvent(
        grant=grant,
        step=1,
        what=what,
        at=grant.granted_at,
        by=Actor(role=USER_ROLE, name=requester.user_name or requester.user_id),
        user_name=requester.user_name,
        roles=requester.roles,
    )


def end(last: GrantEvent, *, by: Actor, at: dt.datetime) -> GrantEvent:
    """It holds no more, from the moment that this step is durable. Raises IllegalGrantStep."""
    if last.grant.ground == SELF_CLAIMED:
        raise IllegalGrantStep("A self-claimed relationship opens nothing that could be ended. Review it.")
    if last.grant.ended:
        raise IllegalGrantStep("This emergency access is ended already.")
    return _next(last, GrantStep.ENDED, by=by, at=at, grant=replace(last.grant, ended=True))


def review(
    history: GrantHistory, outcome: ReviewOutcome, *, by: Actor, at: dt.datetime, note: str
) -> GrantEvent:
    """What a privacy officer found of it. Raises IllegalGrantStep."""
    last = history.last
    if not history.is_open_for_review:
        raise IllegalGrantStep("This is reviewed already, and a finding is not replaced.")
    if not last.grant.ended and at < last.grant.expires_at:
        raise IllegalGrantStep("This emergency access is still in force. End it first, or wait for its end.")
    if plain_name(by.name) in {plain_name(last.grant.user_id), plain_name(last.user_name)} - {""}:
        raise IllegalGrantStep("Nobody reviews what they opened themselves. Somebody else looks at it.")
    if not note.strip():
        raise IllegalGrantStep("A review needs a note: what was looked at, and what follows.")
    return replace(
        _next(last, GrantStep.REVIEWED, by=by, at=at, grant=last.grant), outcome=outcome, note=note
    )


def _next(last: GrantEvent, what: GrantStep, *, by: Actor, at: dt.datetime, grant: Grant) -> GrantEvent:
    if not by.role.strip() or not by.name.strip():
        raise IllegalGrantStep("Every step is taken by a named person in a role. Give both.")
    return replace(last, grant=grant, step=last.step + 1, what=what, at=at, by=by, outcome=None, note="")
