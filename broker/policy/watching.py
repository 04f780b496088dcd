"""A folder of policies into looks at it: when a file changed and has settled, and when a signal asks."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable, Iterator
from itertools import islice
from pathlib import Path
from typing import Final

import structlog

from broker.logs.errors import described
from broker.policy.keeping import Look, PolicyKeeper
from broker.policy.snapshot import FILES_MAX

_log = structlog.get_logger(__name__)

SETTLES_S_MAX: Final = 1.0
Stamps = frozenset[tuple[str, int, int, int]]


async def watch(
    keeper: PolicyKeeper,
    folder: Path,
    asked: asyncio.Event,
    *,
    every_s: float,
    moved: Callable[[], None] = lambda: None,
) -> None:
    """Take a changed policy without a restart, until cancelled. `asked` looks at once, changed or not.

    The first look finds what changed since the start read the folder. `moved` is called whenever another
    revision has come into force, and whenever somebody asked.
    """
    seen: Stamps | None = None
    look = Look.SAME
    while True:
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(every_s):
                await asked.wait()
        was_asked = asked.is_set()
        asked.clear()
        now = await asyncio.to_thread(stamps, folder)
        if now != seen or was_asked:
            seen = await _settled(folder, now, min(every_s, SETTLES_S_MAX))
            look = await _looked(keeper, look)
            if was_asked or look in {Look.TAKEN, Look.FORCED}:
                moved()
            if look is Look.UNKNOWN:
                seen = None  # nobody need touch a file for another look


async def _settled(folder: Path, found: Stamps, pause_s: float) -> Stamps:
    """The stamps once two looks in a row find the same: a folder that is being written is not taken."""
    while True:
        await asyncio.sleep(pause_s)
        again = await asyncio.to_thread(stamps, folder)
        if again == found:
            return found
        found = again


async def _looked(keeper: PolicyKeeper, before: Look) -> Look:
    try:
        look = await keeper.look()
    except Exception as error:  # noqa: BLE001 - whatever it was, the watch goes on and the last good set serves
        _log.critical("unhandled-error", **described(error))
        return keeper.doubt()
    if look is not before or look is not Look.UNKNOWN:  # one line for a store that is down, not one a look
        _tell(look, keeper.current.revision)
    return look


def _tell(look: Look, revision: str) -> None:
    """The alert, or that a revision is in force; nothing where nothing changed."""
    if look is Look.TAKEN:
        _log.info("policy-loaded", revision=revision)
    elif look is Look.FORCED:
        _log.warning("policy-forced", revision=revision)
    elif look is Look.REFUSED:
        _log.error("policy-refused", revision=revision)
    elif look is not Look.SAME:
        _log.error("policy-broken", revision=revision)


def stamps(folder: Path) -> Stamps:
    """Name, times and size of every policy file and signature: enough to see that somebody changed one."""
    return frozenset(islice(_stamps(folder), FILES_MAX * 2))


def _stamps(folder: Path) -> Iterator[tuple[str, int, int, int]]:
    for path in folder.rglob("*"):
        if path.suffix in {".yaml", ".sig"}:
            with contextlib.suppress(OSError):  # it is gone again: the next look will tell
                found = path.lstat()
                yield str(path), found.st_mtime_ns, found.st_size, found.st_ino
