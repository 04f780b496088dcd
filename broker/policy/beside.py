"""A candidate and what is in force into proved policies and a comparison, by a process beside this one."""

from __future__ import annotations

import asyncio
import contextlib
import pickle
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import TypeGuard

from broker.domain.decision import PartnerFacts
from broker.domain.policy import PolicySet
from broker.files import FileFault
from broker.policy.holding import CasesFailed, PromiseBroken
from broker.policy.process import BASE, CANDIDATE, WORK, Found, Work, frames, prove
from broker.policy.snapshot import Snapshot

_PROGRAM = "import sys, pathlib, broker.policy.process as it; it.main(pathlib.Path(sys.argv[1]))"
_READ_BYTES = 64 * 1024
_WRITTEN_BYTES_MAX = 64 * 1024 * 1024
_FAULTS: dict[str, type[FileFault]] = {"CasesFailed": CasesFailed, "PromiseBroken": PromiseBroken}


@dataclass(frozen=True, slots=True, kw_only=True)
class Proved:
    """`found` is None where nothing was compared, or the comparison failed or did not end in its time."""

    policies: PolicySet
    found: Found | None


async def prove_beside(
    candidate: Snapshot, base: Snapshot | None, partners: tuple[PartnerFacts, ...], *, within_s: float
) -> Proved:
    """Parse, hold to the cases, compare. Raises FileFault for what is wrong with the candidate, and where
    the process ended or was ended before it could say that the candidate is right.
    """
    with tempfile.TemporaryDirectory(prefix="watersmeet-policies-") as made:
        room = Path(made)
        await asyncio.to_thread(_furnish, room, candidate, base, partners)
        said = frames(await _written_by_process(room, within_s))
    if said and isinstance(said[0], tuple):
        name, *rest = said[0]
        raise _FAULTS.get(name, FileFault)(*rest)
    if not said or not isinstance(said[0], PolicySet):
        remedy = "The process that proves policies ended without a word. Look at the machine, then try again."
        raise FileFault(candidate.folder, 1, 1, "could not be proved.", remedy)
    return Proved(policies=said[0], found=said[1] if len(said) > 1 and _is_found(said[1]) else None)


def prove_here(candidate: Snapshot, partners: tuple[PartnerFacts, ...]) -> PolicySet:
    """Parse and hold to the cases in this process, which serves nobody yet. Raises FileFault."""
    with tempfile.TemporaryDirectory(prefix="watersmeet-policies-") as made:
        copy = Path(made) / CANDIDATE
        candidate.write(copy)
        return prove(copy, candidate.folder, {one.partner_id: one.ods_codes for one in partners})


def _is_found(frame: object) -> TypeGuard[Found]:
    return isinstance(frame, Found)


def _furnish(
    room: Path, candidate: Snapshot, base: Snapshot | None, partners: tuple[PartnerFacts, ...]
) -> None:
    candidate.write(room / CANDIDATE)
    if base is not None:
        base.write(room / BASE)
    work = Work(folder=candidate.folder, partners=partners, compares=base is not None)
    (room / WORK).write_bytes(pickle.dumps(work))


async def _written_by_process(room: Path, within_s: float) -> bytes:
    """What it wrote until it ended or its time did. It never outlives whoever waits for it."""
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-c",
        _PROGRAM,
        str(room),
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL,
    )
    assert process.stdout is not None
    written = bytearray()
    try:
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(within_s):
                while (part := await process.stdout.read(_READ_BYTES)) and len(written) < _WRITTEN_BYTES_MAX:
                    written += part
    finally:
        with contextlib.suppress(ProcessLookupError):
            process.kill()
        await process.wait()
    return bytes(written)
