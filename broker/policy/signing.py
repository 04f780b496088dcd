"""A revision into the exact bytes that are signed, and detached Ed25519 signatures over them.

What is signed names the project, the number, the whole digests of this revision and of the one before,
and whether the signer saw that it opens something: a signature fits nothing else.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Iterable, Mapping

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from broker.domain.policy_revision import Revision, Signer

_SIGNATURE_BYTES = 64


def statement(revision: Revision, digest: str, *, opening: bool) -> bytes:
    """The bytes that are signed. `digest` is the revision's own, whole, in hex."""
    lines = (
        "watersmeet policy revision, statement 1",
        f"number: {revision.number}",
        f"previous: {'sha256:' + revision.previous if revision.previous else 'none'}",
        f"digest: sha256:{digest}",
        f"opening: {'yes' if opening else 'no'}",
    )
    return "".join(f"{line}\n" for line in lines).encode("ascii")


def signature(private: Ed25519PrivateKey, revision: Revision, digest: str, *, opening: bool) -> bytes:
    """The content of a signature's file: base64 on one line."""
    return base64.b64encode(private.sign(statement(revision, digest, opening=opening))) + b"\n"


def signed_by(
    signers: Iterable[Signer],
    signatures: Mapping[str, bytes],
    revision: Revision,
    digest: str,
    *,
    opening: bool,
) -> tuple[Signer, ...]:
    """The signers whose own file signs exactly this. One key counts once, under whatever ids.

    Whether they may sign on the day is for the caller. What is signed as an opening is signed as a change
    that only tightens too, not the other way round.
    """
    statements = [statement(revision, digest, opening=True)]
    if not opening:
        statements.append(statement(revision, digest, opening=False))
    found: dict[bytes, Signer] = {}
    for signer in signers:
        written = signatures.get(signer.key_id)
        if written is not None and any(_verifies(signer.public_key, written, one) for one in statements):
            found.setdefault(signer.public_key, signer)
    return tuple(found.values())


def _verifies(public_key: bytes, written: bytes, signed: bytes) -> bool:
    try:
        raw = base64.b64decode(written.strip(), validate=True)
        if len(raw) != _SIGNATURE_BYTES:
            return False
        Ed25519PublicKey.from_public_bytes(public_key).verify(raw, signed)
    except (binascii.Error, ValueError, InvalidSignature):
        return False
    return True
