"""Where a running demonstration is found by this user's other commands, and by nobody else."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from broker.adapters.development_issuer import default_run_folder
from broker.demonstration.network import Network

_FILE = "demonstration.json"
_MODE_OTHERS = 0o077


@dataclass(frozen=True, slots=True)
class RunningDemonstration:
    """A demonstration of another process of this user. `folder` holds its issuer's key."""

    fhir_url: str
    config_dir: Path
    folder: Path


@contextmanager
def announced(network: Network) -> Iterator[Path]:
    """Leave address and issuer key in this user's own place while the block runs; yields that folder.

    Raises DevelopmentIssuerFault when that place is open to others. A later demonstration takes over.
    """
    folder = default_run_folder()
    network.issuer.save(folder)
    written = json.dumps(
        {"fhir_url": network.fhir_url, "config_dir": str(network.config_dir), "process": os.getpid()}
    )
    address = folder / _FILE
    address.write_text(written, encoding="utf-8")
    try:
        yield folder
    finally:
        _forget(folder, written)


def _forget(folder: Path, written: str) -> None:
    """Remove what we left, unless a later demonstration has put its own there."""
    with suppress(FileNotFoundError):
        if (folder / _FILE).read_text(encoding="utf-8") == written:
            for path in folder.iterdir():
                path.unlink()
            folder.rmdir()


def find_running() -> RunningDemonstration | None:
    """The demonstration that runs now, or None; what another user could have planted is not looked at."""
    folder = default_run_folder()
    try:
        place = folder.stat(follow_symlinks=False)
        if place.st_uid != os.getuid() or place.st_mode & _MODE_OTHERS:
            return None
        told = json.loads((folder / _FILE).read_text(encoding="utf-8"))
        os.kill(int(told["process"]), 0)
        return RunningDemonstration(str(told["fhir_url"]), Path(told["config_dir"]), folder)
    except (OSError, ValueError, KeyError, TypeError):
        return None
