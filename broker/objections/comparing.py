"""What each running process says that it sees of the register, to whether it is what the register has."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Final

import msgspec

from broker.objections.tally import Tally

TRIES: Final = 200
PAUSE_S: Final = 0.05
SILENT: Final = "It did not answer, or cannot read the register. Look at its readiness page."
BEHIND: Final = "It does not see the newest steps of the register. Look whether it has the same store."
DIFFERENT: Final = (
    "It counts other objections than the register has. Stop it, and look at its store and keys."
)

Ask = Callable[[], Awaitable[Mapping[str, bytes]]]


class _Said(msgspec.Struct):
    newest: int
    whole: bool
    in_force: dict[str, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """One process; `fault` is empty where it sees what the register has, up to record `newest`."""

    process: str
    fault: str
    newest: int = 0
    in_force: Mapping[str, int]


async def compared(ask: Ask, tally: Tally, *, tries: int = TRIES) -> tuple[Seen, ...]:
    """Every process that runs. A register that moves meanwhile is asked again: both are then read further.

    Raises ServiceDown of our own store.
    """
    found: dict[str, Seen] = {}
    for _ in range(tries):
        answers = await ask()
        while not await tally.read_on():
            pass
        found = {name: _seen(name, said, tally) for name, said in answers.items()}
        if not any(one.fault for one in found.values()):
            break
        await asyncio.sleep(PAUSE_S)
    return tuple(found.values())


def _seen(name: str, answer: bytes, tally: Tally) -> Seen:
    try:
        said = msgspec.json.decode(answer, type=_Said)
    except msgspec.DecodeError:
        return Seen(process=name, fault=SILENT, in_force={})
    fault = ""
    if not said.whole or said.newest != tally.newest:
        fault = BEHIND
    elif said.in_force != tally.counts:
        fault = DIFFERENT
    return Seen(process=name, fault=fault, newest=said.newest, in_force=said.in_force)
