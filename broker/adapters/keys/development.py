"""A folder to a new ring of fresh keys, each in a file of its own that only its owner can read."""

from __future__ import annotations

import datetime as dt
import os
import secrets
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

from broker.adapters.keys.reading import DEMONSTRATION
from broker.adapters.keys.ring import KEY_BYTES, Purpose

RING_NAME = "keys.yaml"


def make_development_keys(folder: Path) -> Path:
    """A demonstration's ring in `folder`, both halves of the proof key in it. Returns the ring's path.

    A ring that already stands there is kept, so that a second start can open what the first sealed.
    """
    ring = folder / RING_NAME
    return ring if ring.exists() else make_keys(folder, environment=DEMONSTRATION, governance=folder)


def make_keys(folder: Path, *, environment: str, governance: Path) -> Path:
    """A ring in `folder` for any environment; the proof key's opening half goes to `governance`.

    Only where both are one folder does the ring refer to that half. Raises FileExistsError.
    """
    if (folder / RING_NAME).exists():
        raise FileExistsError(folder / RING_NAME)
    for place in (folder, governance):
        place.mkdir(mode=0o700, parents=True, exist_ok=True)
    lines = [f"environment: {environment}", "keys:"]
    for purpose in Purpose:
        lines.extend(new_key_lines(folder, purpose, governance=governance))
    ring = folder / RING_NAME
    write_private(ring, "\n".join(lines) + "\n")
    return ring


def new_key_lines(folder: Path, purpose: Purpose, *, governance: Path) -> list[str]:
    """Make one active key and return its lines for the ring."""
    members = new_key(folder, purpose, governance=governance)
    return [f"  {'- ' if place == 0 else '  '}{name}: {value}" for place, (name, value) in enumerate(members)]


def new_key(folder: Path, purpose: Purpose, *, governance: Path) -> list[tuple[str, str]]:
    """Make one active key's file; returns its members for the ring, in order."""
    made_on = dt.datetime.now(dt.UTC).date().isoformat()
    key_id = f"{purpose}-{made_on}-{secrets.token_hex(3)}"
    members = [("id", key_id), ("purpose", purpose.value), ("state", "active")]
    name = f"{key_id}.key"
    if purpose is not Purpose.PROOF:
        write_private(folder / name, secrets.token_hex(KEY_BYTES[purpose]) + "\n")
        return [*members, ("file", name)]
    private = X25519PrivateKey.generate()
    write_private(governance / name, private.private_bytes_raw().hex() + "\n")
    members.append(("public", f'"{private.public_key().public_bytes_raw().hex()}"'))
    return [*members, ("file", name)] if governance == folder else members


def write_private(path: Path, text: str) -> None:
    """A new file that only its owner can read, on disk when this returns. Raises FileExistsError."""
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="ascii") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
