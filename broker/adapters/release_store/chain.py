"""Records to a hash chain and its MACed head, so that any changed, removed, swapped or added one shows.

Domain separation as in RFC 6962 section 2.1: a record's own hash begins with 0x00, a link with 0x01, a
commitment with 0x02. Everyone can follow the links; only a holder of a `chain` key can write a head, and
the roll of chains, so a cut-off tail or a chain that is missing whole shows too. Somebody who puts back
an *older whole file* shows only against a head that was kept elsewhere: see `anchors` in verification.
"""

from __future__ import annotations

import hashlib
import hmac
import struct
from dataclasses import dataclass, field
from typing import Final

from broker.adapters.keys import Key

START: Final = bytes(32)
_MAC_BYTES = 32


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """One row of the trail. `id` counts over the whole store, `sequence` within its chain."""

    id: int
    chain: str
    sequence: int
    kind: str
    intent: int | None
    subject: str | None
    body: bytes
    commitment: bytes
    proof_key: str | None = None
    proof: bytes | None = field(repr=False, default=None)


@dataclass(frozen=True, slots=True)
class Head:
    """The newest link of one chain."""

    chain: str
    sequence: int
    link: bytes


def link_of(record: Record, previous: bytes) -> bytes:
    """The link that binds `record` to everything before it in its chain."""
    leaf = hashlib.sha256(b"\x00" + _fields(_columns(record))).digest()
    return hashlib.sha256(b"\x01" + previous + leaf).digest()


def commitment_of(plain: bytes) -> bytes:
    """Of an identifying part that begins with its own random salt: it binds and tells nothing."""
    return hashlib.sha256(b"\x02" + plain).digest()


def head_mac(head: Head, key: Key) -> bytes:
    """Only a holder of a chain key can say how long a chain is."""
    return _mac(key, b"head", [head.chain.encode(), _whole(head.sequence), head.link])


def roll_mac(chains: int, key: Key) -> bytes:
    """Only a holder of a chain key can say how many chains there are."""
    return _mac(key, b"roll", [_whole(chains)])


def same(found: bytes, expected: bytes) -> bool:
    """In constant time."""
    return hmac.compare_digest(found, expected)


def _mac(key: Key, what: bytes, parts: list[bytes]) -> bytes:
    state = hashlib.blake2b(_fields(parts), key=key.secret, digest_size=_MAC_BYTES, person=what)
    return state.digest()


def _columns(record: Record) -> list[bytes | None]:
    return [
        _whole(record.id),
        record.chain.encode(),
        _whole(record.sequence),
        record.kind.encode(),
        None if record.intent is None else _whole(record.intent),
        None if record.subject is None else record.subject.encode(),
        record.body,
        record.commitment,
        None if record.proof_key is None else record.proof_key.encode(),
        record.proof,
    ]


def _fields(parts: list[bytes | None] | list[bytes]) -> bytes:
    """Each part behind its length, an absent one unlike an empty one: no two lists read the same."""
    written = [b"\xff" if part is None else b"\x00" + struct.pack(">Q", len(part)) + part for part in parts]
    return b"".join(written)


def _whole(number: int) -> bytes:
    return struct.pack(">q", number)
