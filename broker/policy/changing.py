"""A folder of policies, at start and later, into the next revision in force: proved, compared, recorded."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import msgspec

from broker.domain.decision import PartnerFacts
from broker.domain.policy import PolicySet
from broker.domain.policy_revision import PolicyStep, PolicyTrail, Revision
from broker.files import FileFault
from broker.policy.accepting import (
    NotAccepted,
    Rules,
    forced_step,
    moment,
    refuse_out_of_order,
    refuse_unsigned,
    signers_for,
    step_of,
)
from broker.policy.beside import Proved, prove_beside, prove_here
from broker.policy.kept import keep, read_kept
from broker.policy.revision_file import read_revision
from broker.policy.signatures_needed import counts_as_opening
from broker.policy.snapshot import Snapshot, read_snapshot
from broker.ports.clock import Clock
from broker.ports.policy_register import PolicyMoved, PolicyRegister

_TRIES: Final = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class PolicyPlace:
    """Where the policies stand and are kept, for whom, by which rules, and how long a comparison may take."""

    folder: Path
    kept: Path
    partners: tuple[PartnerFacts, ...]
    rules: Rules
    within_s: float


@dataclass(frozen=True, slots=True, kw_only=True)
class InForce:
    """A revision in force. `forced` is true where its step went around the order of the numbers."""

    policies: PolicySet
    digest: str
    forced: bool = False


class Changing:
    """Judges what stands in the folder against what came into force last, on whichever process."""

    def __init__(self, place: PolicyPlace, register: PolicyRegister, clock: Clock) -> None:
        """`register` is shared by every process on one store."""
        self._place, self._register, self._clock = place, register, clock

    async def next_after(self, now: InForce | None) -> InForce:
        """What is to be in force: `now` where nothing changed. Raises FileFault, NotAccepted among them,
        and ServiceDown where the store or the clock cannot be asked.
        """
        snapshot = await asyncio.to_thread(read_snapshot, self._place.folder)
        for _ in range(_TRIES):
            trail = await self._register.policy_trail()
            last = trail.last
            if last is not None and last.digest == snapshot.digest:
                return await self._already(snapshot, last, now)
            try:
                return await self._accepted(snapshot, trail, here=now is None)
            except PolicyMoved:
                continue
        raise NotAccepted(self._place.folder, 1, 1, "other processes keep changing the policies.", "Wait.")

    async def _already(self, snapshot: Snapshot, last: PolicyStep, now: InForce | None) -> InForce:
        """It came into force before, here or on another process: it is proved, not judged again."""
        if now is not None and now.digest == last.digest:
            return now
        await asyncio.to_thread(keep, snapshot, self._place.kept)
        proved = await self._proved(snapshot, None, here=now is None)
        return InForce(policies=proved.policies, digest=snapshot.digest, forced=last.forced)

    async def _accepted(self, snapshot: Snapshot, trail: PolicyTrail, *, here: bool) -> InForce:
        place, last = self._place, trail.last
        revision = read_revision(snapshot)
        refuse_out_of_order(snapshot, revision, last, place.rules)
        base = None if last is None else await asyncio.to_thread(read_kept, place.kept, last.digest)
        in_force = None if base is None else read_revision(base)
        signers = signers_for(revision, in_force, last, place.rules)

        def signed(*, opens: bool) -> tuple[str, ...]:
            return refuse_unsigned(
                snapshot,
                revision,
                signers,
                opens=opens,
                at=moment(self._clock.now(), trail),
                rules=place.rules,
                first=last is None,
            )

        if last is not None:  # the least that it will need: nobody's time is spent on what nobody signed
            signed(opens=False)
        proved = await self._proved(snapshot, base, here=here)
        opens = _opens(proved, in_force, revision)
        step = step_of(snapshot, revision, last, opens=opens, signed=signed(opens=opens))
        await asyncio.to_thread(keep, snapshot, place.kept)
        await self._register.record_policy(step, after=last)
        return InForce(policies=proved.policies, digest=snapshot.digest)

    async def force(self, *, by_role: str, by_name: str, because: str) -> PolicyStep:
        """Record what stands in the folder as forced: around the order of the numbers, not the signatures.

        Raises as `next_after`, and PolicyMoved when another step came meanwhile.
        """
        place = self._place
        snapshot = await asyncio.to_thread(read_snapshot, place.folder)
        trail = await self._register.policy_trail()
        if trail.last is not None and trail.last.digest == snapshot.digest:
            raise NotAccepted(
                place.folder, 1, 1, "holds the revision in force.", "There is nothing to force."
            )
        await asyncio.to_thread(prove_here, snapshot, place.partners)
        base = (
            None if trail.last is None else await asyncio.to_thread(read_kept, place.kept, trail.last.digest)
        )
        in_force = None if base is None else read_revision(base)
        judged = forced_step(snapshot, trail, in_force, self._clock.now(), place.rules)
        step = msgspec.structs.replace(judged, forced=True, by_role=by_role, because=because)
        await asyncio.to_thread(keep, snapshot, place.kept)
        await self._register.record_policy(step, after=trail.last, by_name=by_name)
        return step

    async def _proved(self, snapshot: Snapshot, base: Snapshot | None, *, here: bool) -> Proved:
        """`here` while nobody is served yet; a comparison is always for a process beside this one."""
        if here and base is None:
            policies = await asyncio.to_thread(prove_here, snapshot, self._place.partners)
            return Proved(policies=policies, found=None)
        return await prove_beside(snapshot, base, self._place.partners, within_s=self._place.within_s)


def _opens(proved: Proved, before: Revision | None, after: Revision) -> bool:
    """What was not compared to its end is not known to open nothing."""
    found = proved.found
    if found is None or before is None:
        return True
    return counts_as_opening(opens=found.opens, rules=found.rules, before=before, after=after)


def unreadable(folder: Path, error: OSError) -> FileFault:
    """A disk's own refusal, as a fault of the folder."""
    return FileFault(folder, 1, 1, f"cannot be read or kept ({error.strerror}).", "Look at the disk.")
