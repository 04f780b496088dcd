"""What a test left behind: threads, sockets and tasks that should have ended with it."""

from __future__ import annotations

import asyncio
import gc
import threading
from pathlib import Path

THREAD_ENDS_WITHIN_S = 2.0
TURNS_TO_END = 20
_POOL_OF_LOOP = "asyncio_"
_DESCRIPTORS = Path("/proc/self/fd")


def threads_now() -> frozenset[threading.Thread]:
    """Every thread that keeps a process alive, but for those of a loop's own pool: it grows while several
    tests share a loop, and ends with it.
    """
    alive = (thread for thread in threading.enumerate() if not thread.daemon)
    return frozenset(thread for thread in alive if not thread.name.startswith(_POOL_OF_LOOP))


def threads_left(before: frozenset[threading.Thread]) -> list[str]:
    """Names of the threads that did not end in time."""
    new = threads_now() - before
    for thread in new:
        thread.join(THREAD_ENDS_WITHIN_S)
    return sorted(thread.name for thread in new if thread.is_alive())


def sockets_now() -> frozenset[str]:
    """Every open socket of this process by its kernel name; empty where the system does not say."""
    found = set()
    for descriptor in _DESCRIPTORS.iterdir() if _DESCRIPTORS.is_dir() else ():
        try:
            target = str(descriptor.readlink())
        except FileNotFoundError:  # closed while we looked
            continue
        if target.startswith("socket:"):
            found.add(target)
    return frozenset(found)


def sockets_left(before: frozenset[str]) -> list[str]:
    """Sockets that are still open after what nobody holds any more was collected."""
    if not sockets_now() - before:
        return []
    gc.collect()
    return sorted(sockets_now() - before)


async def tasks_left() -> list[str]:
    """Names of the coroutines that still run, after a few turns of the loop to end in."""
    own = asyncio.current_task()
    for _ in range(TURNS_TO_END):
        await asyncio.sleep(0)
    return sorted(
        getattr(task.get_coro(), "__qualname__", "a task") for task in asyncio.all_tasks() if task is not own
    )
