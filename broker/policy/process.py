"""One candidate proved and compared, in a process of its own: from a folder to two frames.

It reads its work in a folder and writes two frames on standard output: the policies or their fault, then what
the comparison found. Each is a length and a pickle, for the process that started it alone. It runs at a
low priority: requests that are being served come first.
"""

from __future__ import annotations

import dataclasses
import os
import pickle
import resource
import struct
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from broker.domain.decision import PartnerFacts
    from broker.domain.policy import PolicySet

WORK, CANDIDATE, BASE = "work", "candidate", "base"
MEMORY_BYTES_MAX: Final = 2 * 1024**3
NICENESS: Final = 10
_LENGTH = struct.Struct(">Q")


@dataclass(frozen=True, slots=True, kw_only=True)
class Work:
    """`folder` is where the candidate's faults are said to be; `compares` whether there is a base."""

    folder: Path
    partners: tuple[PartnerFacts, ...]
    compares: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """What a comparison found: whether a request opened, how many cells did, which parts differ."""

    opens: bool
    cells_opened: int
    cells_closed: int
    rules: tuple[str, ...]


def rebased(policies: PolicySet, copy: Path, folder: Path) -> PolicySet:
    """The policies as if they had been read in `folder`, which is where people look for a line."""
    places = {
        rule: dataclasses.replace(place, file=str(folder / Path(place.file).relative_to(copy)))
        for rule, place in policies.places.items()
    }
    return dataclasses.replace(policies, places=places)


def prove(copy: Path, folder: Path, partners: Mapping[str, frozenset[str]]) -> PolicySet:
    """The policies of a copy, held to their cases. Raises FileFault as if they had been read in `folder`."""
    from broker.files import FileFault  # noqa: PLC0415 - the priority is lowered first
    from broker.policy.holding import load_proved  # noqa: PLC0415 - as above

    try:
        return rebased(load_proved(copy, partners), copy, folder)
    except FileFault as fault:
        at = folder / fault.path.relative_to(copy)
        raise type(fault)(at, fault.line, fault.column, fault.problem, fault.remedy) from None


def main(room: Path) -> None:
    """Do the work of `room`. Whatever goes wrong ends the process: a frame that is missing says it."""
    os.nice(NICENESS)
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES_MAX, MEMORY_BYTES_MAX))
    from broker.files import FileFault  # noqa: PLC0415 - as above

    work: Work = pickle.loads((room / WORK).read_bytes())  # noqa: S301 - written by the process that started this
    codes = {one.partner_id: one.ods_codes for one in work.partners}
    try:
        policies = prove(room / CANDIDATE, work.folder, codes)
    except FileFault as fault:
        _say((type(fault).__name__, fault.path, fault.line, fault.column, fault.problem, fault.remedy))
        return
    _say(policies)
    if work.compares:
        _say(_compared(room, policies, work))


def _compared(room: Path, policies: PolicySet, work: Work) -> Found:
    from broker.policy.comparing import compare  # noqa: PLC0415 - as above
    from broker.policy.loading import load_policies  # noqa: PLC0415 - as above
    from broker.policy.matrix import as_permitted  # noqa: PLC0415 - as above
    from broker.policy.points import space_of  # noqa: PLC0415 - as above
    from broker.policy.situation import read_usual  # noqa: PLC0415 - as above

    base = load_policies(room / BASE, {one.partner_id: one.ods_codes for one in work.partners})
    space = space_of(base, policies, read_usual(room / CANDIDATE, policies))
    found = compare(base, policies, space, as_permitted(work.partners))
    return Found(
        opens=found.opens,
        cells_opened=found.cells_opened,
        cells_closed=found.cells_closed,
        rules=found.rules,
    )


def _say(frame: object) -> None:
    raw = pickle.dumps(frame)
    sys.stdout.buffer.write(_LENGTH.pack(len(raw)) + raw)
    sys.stdout.buffer.flush()


def frames(raw: bytes) -> list[object]:
    """Every whole frame of what the process wrote; one that was cut is none."""
    found: list[object] = []
    while len(raw) >= _LENGTH.size:
        (length,) = _LENGTH.unpack_from(raw)
        frame, raw = raw[_LENGTH.size : _LENGTH.size + length], raw[_LENGTH.size + length :]
        if len(frame) < length:
            break
        found.append(pickle.loads(frame))  # noqa: S301 - from our own process, over its own pipe
    return found
