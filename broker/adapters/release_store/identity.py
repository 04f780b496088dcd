"""The identifying part of a record: sealed to show, hashed to look up, committed to be chained."""

from __future__ import annotations

import datetime as dt
import os
from collections.abc import Iterable

import msgspec
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from broker.adapters.keys import Key, KeyRing, Purpose
from broker.adapters.release_store.chain import commitment_of
from broker.domain.audit import AuditContext, JudgedOn
from broker.domain.grant_life import GrantEvent
from broker.domain.identity import NhsNumber
from broker.domain.objection_life import ObjectionEvent

SALT_BYTES = 16
_NONCE_BYTES = 12
# A bearer token's identifier is kept as IHE BALP keeps tokens: never more than its end.
_TOKEN_ID_CHARS = 32


class BoxFault(Exception):
    """A sealed box was changed or stands beside another record."""


class Identity(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """Everything in a record that names a person. `salt` comes first and makes the commitment hiding."""

    salt: bytes
    numbers: tuple[str, ...]
    user_id: str = ""
    user_name: str = ""
    client_address: str = ""
    session_id: str = ""
    token_id_end: str = ""
    event: ObjectionEvent | None = None
    grant: GrantEvent | None = None
    judged_on: JudgedOn | None = None

    def __repr__(self) -> str:
        """Nothing of anybody."""
        return "Identity(...)"


_ENCODER = msgspec.msgpack.Encoder()
_DECODER = msgspec.msgpack.Decoder(Identity)


def identity_of(context: AuditContext) -> Identity:
    """The identifying part of a request's record; the same for every kind of record."""
    requester = context.requester
    numbers = tuple(sorted(number.digits for number in context.numbers))
    if requester is None:
        return Identity(os.urandom(SALT_BYTES), numbers, client_address=context.client_address)
    return Identity(
        os.urandom(SALT_BYTES),
        numbers,
        requester.user_id,
        requester.user_name,
        context.client_address,
        requester.session_id,
        requester.token_id[-_TOKEN_ID_CHARS:],
        judged_on=context.judged_on,
    )


def identity_of_event(event: ObjectionEvent) -> Identity:
    """The identifying part of a step of an objection: all of it."""
    numbers = tuple(sorted(number.digits for number in event.numbers))
    return Identity(os.urandom(SALT_BYTES), numbers, user_name=event.by.name, event=event)


def identity_of_grant(event: GrantEvent, context: AuditContext | None) -> Identity:
    """The identifying part of a step of a grant: all of it, and the request that took it, where one did."""
    if context is None:
        numbers = tuple(sorted(number.digits for number in event.grant.numbers))
        return Identity(os.urandom(SALT_BYTES), numbers, user_name=event.by.name, grant=event)
    return msgspec.structs.replace(identity_of(context), grant=event)


def identity_of_reader(numbers: Iterable[NhsNumber], *, user_id: str) -> Identity:
    """The identifying part of a look into the trail."""
    return Identity(os.urandom(SALT_BYTES), tuple(sorted(n.digits for n in numbers)), user_id=user_id)


def written(identity: Identity) -> bytes:
    """The bytes that are committed to and sealed."""
    return _ENCODER.encode(identity)


def seal(plain: bytes, key: Key) -> bytes:
    """Nonce, then AES-256-GCM bound to the commitment, so that a box cannot move to another record."""
    nonce = os.urandom(_NONCE_BYTES)
    return nonce + AESGCM(key.secret).encrypt(nonce, plain, commitment_of(plain))


def unseal(box: bytes, commitment: bytes, key: Key) -> bytes:
    """The committed bytes. Raises BoxFault."""
    try:
        plain = AESGCM(key.secret).decrypt(box[:_NONCE_BYTES], box[_NONCE_BYTES:], commitment)
    except (InvalidTag, ValueError):
        raise BoxFault from None
    if commitment_of(plain) != commitment:
        raise BoxFault
    return plain


def read(plain: bytes) -> Identity:
    """Raises BoxFault when the bytes are not an identity."""
    try:
        return _DECODER.decode(plain)
    except msgspec.DecodeError:
        raise BoxFault from None


def open_identity(ring: KeyRing, key_id: str, box: bytes, commitment: bytes) -> Identity:
    """Raises BoxFault, and ServiceDown("keys") when the ring has no such key."""
    return read(unseal(box, commitment, ring.named(Purpose.SEAL, key_id)))


def now_text(at: dt.datetime) -> str:
    """An instant as records write it: UTC, microseconds."""
    return at.astimezone(dt.UTC).isoformat(timespec="microseconds")
