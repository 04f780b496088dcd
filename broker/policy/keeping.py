"""The policies in force: the last good set serves, and a later fault is remembered for readiness."""

from __future__ import annotations

import enum

from broker.domain.errors import ServiceDown
from broker.domain.policy import PolicySet
from broker.files import FileFault
from broker.policy.accepting import NotAccepted
from broker.policy.changing import Changing, InForce, PolicyPlace, unreadable
from broker.ports.clock import Clock
from broker.ports.policy_register import PolicyRegister


class Look(enum.Enum):
    """What came of one look at the folder."""

    SAME = "same"
    TAKEN = "taken"
    FORCED = "forced"
    BROKEN = "broken"
    REFUSED = "refused"
    UNKNOWN = "unknown"


class PolicyKeeper:
    """Holds one PolicySet at a time. A request takes `current` once and keeps it to its end.

    Opened at start, it raises and there is no start. Later, `look` keeps the last good set when the files
    are at fault or may not come into force, and `fault` says so until a look finds nothing wrong.
    """

    def __init__(self, place: PolicyPlace, changing: Changing, in_force: InForce) -> None:
        """Use `open`."""
        self._place, self._changing = place, changing
        self._in_force = in_force
        self._fault: FileFault | None = None

    @classmethod
    async def open(cls, place: PolicyPlace, register: PolicyRegister, clock: Clock) -> PolicyKeeper:
        """What stands in the folder, in force. Raises FileFault where it may not be, and ServiceDown."""
        changing = Changing(place, register, clock)
        try:
            return cls(place, changing, await changing.next_after(None))
        except OSError as error:
            raise unreadable(place.kept, error) from None

    @property
    def current(self) -> PolicySet:
        """The set in force now."""
        return self._in_force.policies

    @property
    def fault(self) -> str | None:
        """What is wrong with the files that were not taken, with file and line; None when nothing is."""
        return str(self._fault) if self._fault else None

    async def look(self) -> Look:
        """Look at the folder once. The set changes in one step, or not at all."""
        try:
            found = await self._changing.next_after(self._in_force)
        except FileFault as fault:
            self._fault = fault
            return Look.REFUSED if isinstance(fault, NotAccepted) else Look.BROKEN
        except OSError as error:
            self._fault = unreadable(self._place.folder, error)
            return Look.UNKNOWN
        except ServiceDown as down:
            problem = f"cannot be judged while our own service `{down.service}` is down."
            self._fault = FileFault(self._place.folder, 1, 1, problem, "It is looked at again by itself.")
            return Look.UNKNOWN
        return self._swap(found)

    def doubt(self) -> Look:
        """A look failed in a way that nobody foresaw: the last good set serves, and readiness says so."""
        self._fault = FileFault(self._place.folder, 1, 1, "could not be judged.", "The log says where.")
        return Look.UNKNOWN

    def _swap(self, found: InForce) -> Look:
        before, self._in_force, self._fault = self._in_force, found, None
        if found.digest == before.digest:
            return Look.SAME
        return Look.FORCED if found.forced else Look.TAKEN
