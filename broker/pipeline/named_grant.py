"""The emergency access that a question names, read from the store: what a judgement is told of it.

An id that is none of ours is judged as a grant that fits nobody, so that it is refused as any other which
does not fit, and at the same place in the order of judging.
"""

from __future__ import annotations

import datetime as dt
import re
from typing import Final

from broker.domain.grant import Grant
from broker.domain.identity import NhsNumber
from broker.pipeline.audit import Trail
from broker.ports.grant_register import GrantRegister

# What the trail says where a request names a grant that we do not have: whatever was sent stays out of it.
UNKNOWN: Final = "unknown"
_GRANT_ID = re.compile(r"eg-[0-9a-f]{32}", re.ASCII)
_NEVER = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)
NOBODYS: Final = Grant(
    grant_id=UNKNOWN,
    ground="",
    numbers=frozenset(),
    issuer="",
    user_id="",
    organisation_ods="",
    session_id="",
    purpose="",
    partners=frozenset(),
    granted_at=_NEVER,
    expires_at=_NEVER,
)


def known_form(text: str) -> bool:
    """Whether a grant of ours could have this id. What could not is not looked for, nor repeated."""
    return _GRANT_ID.fullmatch(text) is not None


async def grant_named(text: str, store: GrantRegister) -> Grant:
    """The grant as it stands, or one that fits nobody."""
    found = await store.grant(text) if known_form(text) else None
    return found or NOBODYS


class NamedGrant:
    """`grant` is None where the question names none; `numbers` are those that it is about so far."""

    def __init__(self, named: str | None, store: GrantRegister) -> None:
        self._named, self._store = named, store
        self.grant: Grant | None = None
        self.numbers: frozenset[NhsNumber] = frozenset()

    async def read(self, trail: Trail) -> None:
        """As it stands now. Raises ServiceDown."""
        if self._named is None:
            return
        self.grant = await grant_named(self._named, self._store)
        self.numbers = trail.context.numbers
        trail.under(self.grant.grant_id)

    def changed(self, grant: Grant | None) -> None:
        """It ended, or ran out, since it was read."""
        self.grant = grant or NOBODYS
