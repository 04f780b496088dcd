"""Tokens that were verified a moment ago, so that the next request with the same one costs a digest.

Safe because access tokens are reusable until they expire: an entry answers only for the very same bytes
(the SHA-256 of the whole token), only until its own expiry, and only while the key that verified it is
still the published one. What a person may see is decided afresh for every request; nothing of that is
kept here.
"""

from __future__ import annotations

import hashlib
from collections import OrderedDict
from dataclasses import dataclass, field

from broker.adapters.tokens.key_reading import VerifyingKey
from broker.domain.requester import Requester


@dataclass(frozen=True, slots=True)
class VerifiedToken:
    """What a full check came to, and what must still hold for it to stand."""

    requester: Requester = field(repr=False)
    issuer: str
    key: VerifyingKey = field(repr=False)
    expires_s: float


class VerifiedTokens:
    """At most `entries_max` of them, the longest unused dropped first. Zero keeps none."""

    def __init__(self, entries_max: int) -> None:
        self._entries_max = entries_max
        self._entries: OrderedDict[bytes, VerifiedToken] = OrderedDict()

    def __len__(self) -> int:
        return len(self._entries)

    @staticmethod
    def digest(token: str) -> bytes:
        """The SHA-256 of every byte of the token, signature included."""
        return hashlib.sha256(token.encode()).digest()

    def get(self, digest: bytes) -> VerifiedToken | None:
        """What is known of these bytes."""
        found = self._entries.get(digest)
        if found is not None:
            self._entries.move_to_end(digest)
        return found

    def put(self, digest: bytes, verified: VerifiedToken, *, now_s: float) -> None:
        """Remember, dropping what has expired and then what was longest unused."""
        if self._entries_max == 0:
            return
        self._entries[digest] = verified
        if len(self._entries) > self._entries_max:
            self._drop_expired(now_s)
        while len(self._entries) > self._entries_max:
            self._entries.popitem(last=False)

    def drop(self, digest: bytes) -> None:
        """Forget one entry."""
        self._entries.pop(digest, None)

    def _drop_expired(self, now_s: float) -> None:
        expired = [digest for digest, entry in self._entries.items() if entry.expires_s <= now_s]
        for digest in expired:
            del self._entries[digest]
