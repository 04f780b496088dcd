"""Revisions that came into force, kept beside the store by their digests: what a next one is compared with.

A copy holds no person's data. It is believed only while its digest is the one that the audit trail names.
"""

from __future__ import annotations

import os
import shutil
import tempfile
from pathlib import Path

from broker.files import FileFault
from broker.policy.snapshot import Snapshot, read_snapshot


def kept_beside(store: Path) -> Path:
    """The folder of the copies that belong to the store at `store`."""
    return store.with_name(f"{store.name}-policies")


def keep(snapshot: Snapshot, kept: Path) -> None:
    """On disk, whole, when it returns. Raises OSError."""
    if read_kept(kept, snapshot.digest) is not None:
        return
    kept.mkdir(mode=0o700, parents=True, exist_ok=True)
    beside = Path(tempfile.mkdtemp(prefix=".coming-", dir=kept))
    target = kept / snapshot.digest
    try:
        snapshot.write(beside, durable=True)
        if target.exists():  # and is not what its name says, or it would have been found above
            shutil.rmtree(target)
        _rename(beside, target, snapshot.digest)
        _sync(kept)
    finally:
        shutil.rmtree(beside, ignore_errors=True)


def _rename(beside: Path, target: Path, digest: str) -> None:
    try:
        beside.rename(target)
    except OSError:
        if read_kept(target.parent, digest) is None:  # and no other process put the same there meanwhile
            raise


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
