"""A signer's own key: made in a file that only its owner can read, and read from there to sign."""

from __future__ import annotations

import base64
import datetime as dt
import os
import stat
from pathlib import Path
from typing import Final

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)

from broker.domain.policy_revision import Signer
from broker.files import FileFault

_KEY_BYTES_MAX: Final = 4096
_OTHERS = stat.S_IRWXG | stat.S_IRWXO


def make_signer_key(folder: Path, signer_id: str) -> tuple[Path, bytes]:
    """A new private key, as PKCS 8, in `folder`; returns its file and the public key.

    Raises FileFault inside a repository, where a key would be shared with whoever reads it, and OSError.
    """
    refuse_repository(folder)
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    private, path = Ed25519PrivateKey.generate(), folder / f"{signer_id}.pem"
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(private.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
        file.flush()
        os.fsync(file.fileno())
    return path, private.public_key().public_bytes_raw()


def refuse_repository(folder: Path) -> None:
    """Raises FileFault when `folder` is, or lies in, a working tree of git."""
    inside = folder.expanduser().resolve()
    if any((one / ".git").exists() for one in (inside, *inside.parents)):
        raise FileFault(folder, 1, 1, "lies in a repository.", "A private key belongs outside of any.")


def read_signer_key(path: Path) -> Ed25519PrivateKey:
    """The key in the file. Raises FileFault, which says nothing of what stands in it."""
    try:
        with path.open("rb") as file:
            mode, raw = os.fstat(file.fileno()).st_mode, file.read(_KEY_BYTES_MAX)
    except OSError as error:
        raise FileFault(path, 1, 1, f"cannot be read ({error.strerror}).") from None
    if mode & _OTHERS:
        raise FileFault(path, 1, 1, "can be read by others than its owner.", f"Run: chmod 600 {path}")
    try:
        key = load_pem_private_key(raw, password=None)
    except (ValueError, TypeError, UnsupportedAlgorithm):
        key = None
    if not isinstance(key, Ed25519PrivateKey):
        remedy = "`watersmeet keys signer` makes one; so does `openssl genpkey -algorithm ed25519`."
        raise FileFault(path, 1, 1, "is no Ed25519 private key in PEM without a password.", remedy)
    return key


def signer_lines(signer: Signer) -> tuple[str, ...]:
    """What a revision says of a signer, as lines of its `signers`."""
    return (
        f"  - key_id: {signer.key_id}",
        f"    role: {signer.role}",
        f"    public_key: {base64.b64encode(signer.public_key).decode()}",
        f"    valid_from: {signer.valid_from.isoformat()}",
        f"    valid_until: {signer.valid_until.isoformat()}",
    )


def signer_from(key_id: str, role: str, public_key: bytes, valid_from: dt.date, days: int) -> Signer:
    """A signer who counts for `days` from a day on."""
    until = valid_from + dt.timedelta(days=days)
    return Signer(key_id=key_id, role=role, public_key=public_key, valid_from=valid_from, valid_until=until)
