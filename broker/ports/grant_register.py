"""Where the steps of emergency access are kept, beside the releases that are made under it."""

from __future__ import annotations

import datetime as dt
from typing import Protocol

from broker.domain.audit import AuditContext
from broker.domain.decision import Reason
from broker.domain.grant import Grant
from broker.domain.grant_life import GrantEvent, GrantHistory


class TooManyGrants(Exception):
    """The user has opened as many in the last hour as one may: nothing was recorded."""


class GrantedBefore(Exception):
    """The user had this for this person in this session already, and it is had once: nothing was recorded."""


class GrantRegister(Protocol):
    """Every method raises ServiceDown("release-store") when it cannot answer, ("keys") when nothing can
    be sealed or opened. What is not known is refused by whoever asked: no grant opens what it cannot show.
    """

    async def grant(self, grant_id: str, /) -> Grant | None:
        """The grant as it stands, with every number that has been linked with its own since; None when nobody
        opened one of that id. Read from the primary.
        """
        ...

    async def open_grant(
        self,
        event: GrantEvent,
        context: AuditContext,
        reasons: tuple[Reason, ...],
        /,
        *,
        per_hour_max: int,
        once: bool,
    ) -> int:
        """Durable when it returns; the record's number. In one transaction: the user has opened fewer than
        `per_hour_max` in the hour before, or TooManyGrants; with `once`, none on this ground, for this
        person, in this session, or GrantedBefore.
        """
        ...

    async def claim_relationship(self, event: GrantEvent, context: AuditContext, /) -> int | None:
        """The record's number; None where the same user claimed it of the same person in the same session
        already. A session without a name is never the same.
        """
        ...

    async def append_grant_step(self, event: GrantEvent, context: AuditContext | None = None, /) -> int:
        """Durable when it returns: from then on no release that an ended grant opened succeeds. `context` is
        of the request that took the step, None at a desk. Raises StepTaken when `event.step` is not the
        grant's next step.
        """
        ...

    async def grant_history(self, grant_id: str, /) -> GrantHistory | None:
        """Every step, oldest first; None when there is none of that id."""
        ...

    async def grants_since(self, since: dt.datetime | None, /) -> tuple[GrantHistory, ...]:
        """All that were opened at or after `since` (None: ever), in the order of opening."""
        ...
