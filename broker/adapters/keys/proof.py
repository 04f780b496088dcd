"""A disclosure's proof to a box that its sealer cannot open: X25519, HKDF-SHA256, ChaCha20-Poly1305.

Each box has a key of its own from a fresh ephemeral pair, so that the nonce may be constant and a
stolen operator's machine opens nothing that was sealed before.
"""

from __future__ import annotations

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

_PUBLIC_BYTES = 32
_NONCE = bytes(12)
_INFO = b"watersmeet disclosure proof 1"


class NotThisBox(Exception):
    """The box was changed, is for another key, or stands beside another record."""


def seal_proof(plain: bytes, *, public: bytes, bound_to: bytes) -> bytes:
    """Ephemeral public key, then the box; `bound_to` is authenticated and not held."""
    ephemeral = X25519PrivateKey.generate()
    sender = ephemeral.public_key().public_bytes_raw()
    shared = ephemeral.exchange(X25519PublicKey.from_public_bytes(public))
    return sender + _cipher(shared, sender, public).encrypt(_NONCE, plain, bound_to)


def open_proof(box: bytes, *, private: bytes, bound_to: bytes) -> bytes:
    """What was sealed. Raises NotThisBox."""
    opener = X25519PrivateKey.from_private_bytes(private)
    sender = box[:_PUBLIC_BYTES]
    try:
        shared = opener.exchange(X25519PublicKey.from_public_bytes(sender))
        cipher = _cipher(shared, sender, opener.public_key().public_bytes_raw())
        return cipher.decrypt(_NONCE, box[_PUBLIC_BYTES:], bound_to)
    except (InvalidTag, ValueError):
        raise NotThisBox from None


def _cipher(shared: bytes, sender: bytes, recipient: bytes) -> ChaCha20Poly1305:
    derivation = HKDF(algorithm=SHA256(), length=32, salt=sender + recipient, info=_INFO)
    return ChaCha20Poly1305(derivation.derive(shared))
