"""Numbers to sealed tokens and back, references to item ids, and bytes to the digest of a release."""

from __future__ import annotations

import base64
import binascii
import hashlib
from typing import Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESSIV

from broker.adapters.keys import KeyRing, Purpose
from broker.domain.errors import Gone, InvalidNhsNumber, NotFound, ServiceDown
from broker.domain.identity import NhsNumber
from broker.domain.requester import Requester
from broker.ports.sealer import POINTER_BYTES

WINDOW_S: Final = 12 * 3600
_NUMBER_BYTES = 5
_KEY_TAG_BYTES = 2
_WINDOW_BYTES = 3
_HEADER_BYTES = _KEY_TAG_BYTES + _WINDOW_BYTES
_NONCE_BYTES = 16
_TOKEN_BYTES = _HEADER_BYTES + _NONCE_BYTES + _NUMBER_BYTES
_NOTE_BYTES_MIN = _KEY_TAG_BYTES + _NONCE_BYTES + 1
_DOCUMENT_TOKEN_BYTES = _TOKEN_BYTES + POINTER_BYTES
# What is sealed beside a patient token is bound to its own name: neither opens as the other.
_DOCUMENT = b"document"
_ITEM_HASH_BYTES = 13


class RingSealer:
    """The Sealer port over a key ring. Raises ServiceDown("keys") when a key is missing.

    A token is: tag of the key's id (2 bytes), window number (3), synthetic nonce and number (21), for a
    document its pointer (22), as base64url with `.` for `_`. Key, window, issuer, user and organisation
    are authenticated with it. A note has no window; what is sealed in it says how long it stands.
    """

    def __init__(self, ring: KeyRing, *, window_s: int = WINDOW_S) -> None:
        """`window_s` is how long one token stands, counted from multiples of it since 1970."""
        self._ring, self._window_s = ring, window_s
        self._generation = -1
        self._tokens: dict[bytes, AESSIV] = {}
        self._active_tag = b""
        self._items: dict[str, hashlib.blake2b] = {}
        self._item_key = b""
        self._digest = hashlib.blake2b()

    def patient_token(self, number: NhsNumber, requester: Requester, /, *, at_s: float) -> str:
        """Deterministic within one window; 35 characters of FHIR's id alphabet."""
        return self._sealed(_plain(number), requester, at_s)

    def open_patient_token(self, token: str, requester: Requester, /, *, at_s: float) -> NhsNumber:
        """Raises Gone when its window is over, NotFound when it is not ours or not this caller's."""
        return _number(self._opened(_read(token, _TOKEN_BYTES), requester, at_s))

    def document_token(
        self, number: NhsNumber, pointer: bytes, requester: Requester, /, *, at_s: float
    ) -> str:
        """Deterministic within one window; 64 characters of FHIR's id alphabet."""
        return self._sealed(_plain(number) + pointer, requester, at_s, _DOCUMENT)

    def open_document_token(
        self, token: str, requester: Requester, /, *, at_s: float
    ) -> tuple[NhsNumber, bytes]:
        """Raises as `open_patient_token`."""
        plain = self._opened(_read(token, _DOCUMENT_TOKEN_BYTES), requester, at_s, _DOCUMENT)
        return _number(plain[:_NUMBER_BYTES]), plain[_NUMBER_BYTES:]

    def note(self, kind: str, plain: bytes, bound: bytes, requester: Requester, /) -> str:
        """18 bytes and `plain`, as base64url with `.` for `_`."""
        self._follow_ring()
        tag = self._active_tag
        cipher = self._tokens[tag]
        return _written(tag + cipher.encrypt(plain, _bound_to_note(tag, kind, bound, requester)))

    def open_note(self, kind: str, token: str, bound: bytes, requester: Requester, /) -> bytes:
        """Raises NotFound by its form alone, Gone for everything else."""
        raw = _read(token)
        self._follow_ring()
        tag = raw[:_KEY_TAG_BYTES]
        cipher = self._tokens.get(tag)
        if cipher is None:
            raise Gone
        try:
            return cipher.decrypt(raw[_KEY_TAG_BYTES:], _bound_to_note(tag, kind, bound, requester))
        except InvalidTag:
            raise Gone from None

    def _sealed(self, plain: bytes, requester: Requester, at_s: float, *kind: bytes) -> str:
        self._follow_ring()
        header = self._active_tag + int(at_s // self._window_s).to_bytes(_WINDOW_BYTES)
        bound = [*kind, *_bound_to(header, requester)]
        return _written(header + self._tokens[self._active_tag].encrypt(plain, bound))

    def _opened(self, raw: bytes, requester: Requester, at_s: float, *kind: bytes) -> bytes:
        """What was sealed for this caller. Its window is looked at last: only who could open it hears."""
        self._follow_ring()
        header = raw[:_HEADER_BYTES]
        cipher = self._tokens.get(header[:_KEY_TAG_BYTES])
        if cipher is None:
            raise NotFound
        try:
            plain = cipher.decrypt(raw[_HEADER_BYTES:], [*kind, *_bound_to(header, requester)])
        except InvalidTag:
            raise NotFound from None
        self._refuse_window(int.from_bytes(header[_KEY_TAG_BYTES:]), at_s)
        return plain

    def item_id(self, partner_id: str, local_reference: str, /) -> str:
        """`<partner>-<26 hexadecimal digits>`: the same reference always gives the same id."""
        if self._generation != self._ring.generation:
            self._follow_ring()
        state = self._items.get(partner_id)
        if state is None:
            state = hashlib.blake2b(key=self._item_key, digest_size=_ITEM_HASH_BYTES, person=b"item id")
            state.update(partner_id.encode() + b"\0")
            self._items[partner_id] = state
        mine = state.copy()
        mine.update(local_reference.encode())
        return f"{partner_id}-{mine.hexdigest()}"

    def digest(self, raw: bytes, /) -> bytes:
        """Keyed BLAKE2b of the bytes as they stand, 32 bytes."""
        state = self.digesting()
        state.update(raw)
        return state.digest()

    def digesting(self) -> hashlib.blake2b:
        """The same, of bytes that come one piece after another."""
        if self._generation != self._ring.generation:
            self._follow_ring()
        return self._digest.copy()

    def digest_under(self, key_id: str, raw: bytes, /) -> bytes:
        """Raises ServiceDown("keys") for a key that the ring does not have."""
        key = self._ring.named(Purpose.DIGEST, key_id).secret
        return hashlib.blake2b(raw, key=key, digest_size=32, person=b"release").digest()

    def _refuse_window(self, window: int, at_s: float) -> None:
        now = int(at_s // self._window_s)
        if window < now:
            raise Gone
        if window > now:
            raise NotFound

    def _follow_ring(self) -> None:
        """Prepare the keyed states once for each reading of the ring."""
        if self._generation == self._ring.generation:
            return
        generation = self._ring.generation
        keys = self._ring.every(Purpose.TOKEN)
        tokens = {_key_tag(key.key_id): AESSIV(key.secret) for key in keys}
        if len(tokens) != len(keys):
            raise ServiceDown("keys")
        self._tokens, self._active_tag = tokens, _key_tag(keys[0].key_id)
        self._items, self._item_key = {}, self._ring.active(Purpose.ITEM).secret
        digest_key = self._ring.active(Purpose.DIGEST).secret
        self._digest = hashlib.blake2b(key=digest_key, digest_size=32, person=b"release")
        self._generation = generation


def _bound_to(header: bytes, requester: Requester) -> list[bytes]:
    caller = (requester.issuer, requester.user_id, requester.organisation_ods)
    return [header, *(part.encode() for part in caller)]


def _bound_to_note(tag: bytes, kind: str, bound: bytes, requester: Requester) -> list[bytes]:
    return [kind.encode(), *_bound_to(tag, requester), bound]


def _key_tag(key_id: str) -> bytes:
    return hashlib.blake2b(key_id.encode(), digest_size=_KEY_TAG_BYTES).digest()


def _plain(number: NhsNumber) -> bytes:
    return int(number.digits).to_bytes(_NUMBER_BYTES)


def _number(plain: bytes) -> NhsNumber:
    try:
        return NhsNumber.parse(f"{int.from_bytes(plain):010d}")
    except InvalidNhsNumber:
        raise NotFound from None


def _written(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").replace(b"_", b".").decode()


def _read(token: str, token_bytes: int | None = None) -> bytes:
    """The token's bytes, of any length where none is given. Raises NotFound for anything that `_written`
    would not write.
    """
    if not token.isascii() or "_" in token:
        raise NotFound
    padding = "=" * (-len(token) % 4)
    try:
        raw = base64.b64decode((token.replace(".", "_") + padding).encode(), altchars=b"-_", validate=True)
    except (binascii.Error, ValueError):
        raise NotFound from None
    is_long_enough = len(raw) >= _NOTE_BYTES_MIN if token_bytes is None else len(raw) == token_bytes
    if not is_long_enough or _written(raw) != token:
        raise NotFound
    return raw
