"""Objections, intents and disclosures in one database, because an objection and a release must meet in
one transaction.
"""

from __future__ import annotations

from typing import Protocol

from broker.domain.audit import Disclosure, Ending, Intent, Refusal, RegisterReading
from broker.domain.grant import Grant
from broker.domain.identity import NhsNumber
from broker.domain.objection import ObjectionSnapshot
from broker.ports.grant_register import GrantRegister
from broker.ports.objection_register import ObjectionSteps


class ObjectionsChanged(Exception):
    """The register changed since the judgement: nothing was recorded; judge again on `snapshot`."""

    def __init__(self, snapshot: ObjectionSnapshot) -> None:
        self.snapshot = snapshot
        super().__init__("the objection register changed since this was judged")


class GrantChanged(Exception):
    """The emergency access that the judgement used has ended or run out since: nothing was recorded; judge
    again on `grant`, which is None where the store has none of that id.
    """

    def __init__(self, grant: Grant | None) -> None:
        self.grant = grant
        super().__init__("the emergency access changed since this was judged")


class ReleaseStore(GrantRegister, ObjectionSteps, Protocol):
    """Every method returns only when its record is durable (fsynced) and raises ServiceDown otherwise
    (`release-store` for the register, `audit` for the trail, `keys` when nothing can be sealed).
    """

    async def link_numbers(self, numbers: frozenset[NhsNumber], /) -> None:
        """The patient index said that `numbers` are one person's: from now on every look-up under one of
        them, here and in every other method, is a look-up under all. Written once, never taken back.
        """
        ...

    async def linked_with(self, numbers: frozenset[NhsNumber], /) -> frozenset[NhsNumber]:
        """`numbers`, and every number that was linked with any of them, however far."""
        ...

    async def objections(self, numbers: frozenset[NhsNumber], /) -> ObjectionSnapshot:
        """Every objection under any of `numbers` or a number linked with one, read from the primary."""
        ...

    async def record_intent(self, intent: Intent, /) -> int:
        """Returns the sequence number that every partner call will carry."""
        ...

    async def release(self, disclosure: Disclosure, /) -> int:
        """In one transaction: the version for `disclosure.context.numbers` must still be
        `context.objection_version`, the grant that `context.grant_id` names must be there, not ended and not
        run out, and the disclosure is recorded. Raises ObjectionsChanged and GrantChanged.
        """
        ...

    async def record_ending(self, ending: Ending, /) -> None:
        """How a request that had an intent ended."""
        ...

    async def record_reading(self, reading: RegisterReading, /) -> None:
        """Somebody reads the register itself: nothing of it may leave before this returns."""
        ...

    async def record_refusal(self, refusal: Refusal, /) -> None:
        """A request that was turned away."""
        ...

    async def check(self) -> None:
        """For readiness: raises ServiceDown when a record could not be written now."""
        ...

    async def aclose(self) -> None:
        """Write what waits, then close."""
        ...
