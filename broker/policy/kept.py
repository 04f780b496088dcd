"""Revisions that came into force, kept beside the store by their digests: what a next one is compared with.

A copy holds no person's data. It is believed only while its digest is the one that the audit trail names.
"""

from __future__ import annotations

import fcntl
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from broker.files import FileFault
from broker.policy.snapshot import Snapshot, read_snapshot


def kept_beside(store: Path) -> Path:
    """The folder of the copies that belong to the store at `store`."""
    return store.with_name(f"{store.name}-policies")


def keep(snapshot: Snapshot, kept: Path) -> None:
    """On disk, whole, when it returns. Raises OSError. Other processes may keep the same revision at this
    moment: one at a time does, and the others find it.
    """
    kept.mkdir(mode=0o700, parents=True, exist_ok=True)
    with _alone_in(kept):
        if read_kept(kept, snapshot.digest) is None:
            _put(snapshot, kept)


def _put(snapshot: Snapshot, kept: Path) -> None:
    beside = Path(tempfile.mkdtemp(prefix=".coming-", dir=kept))
    target = kept / snapshot.digest
    try:
        snapshot.write(beside, durable=True)
        if target.exists():  # and is not what its name says, or nobody would put it anew
            shutil.rmtree(target)
        beside.rename(target)
        _sync(kept)
    finally:
        shutil.rmtree(beside, ignore_errors=True)


@contextmanager
def _alone_in(folder: Path) -> Iterator[None]:
    """No other process, nor another thread, is in here on the same folder. The kernel ends it with us."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)


def read_kept(kept: Path, digest: str) -> Snapshot | None:
    """The copy of that digest; None where it is gone or says anything else."""
    try:
        found = read_snapshot(kept / digest)
    except FileFault:
        return None
    return found if found.digest == digest else None


def _sync(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
