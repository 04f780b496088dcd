"""An Authorization header taken apart, every byte judged before any key is looked for."""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from broker.adapters.tokens.checks import (
    HeaderRefused,
    KeyIdMissing,
    NoBearerToken,
    TokenMalformed,
    TokenTooLong,
    TokenTypeRefused,
)
from broker.adapters.tokens.key_reading import KEY_ID_CHARS_MAX
from broker.domain.json_bytes import UnreadableJson, parse_strict

_SCHEME = "Bearer "
_BEARER = re.compile(r"Bearer ([A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+)", re.ASCII)

# `crit` names extensions and none is understood; the rest would change what is read or whose key is used.
_REFUSED_HEADERS = frozenset({"crit", "b64", "zip", "enc", "jku", "jwk", "x5u", "x5c"})


@dataclass(frozen=True, slots=True)
class OpenedToken:
    """A token whose parts are readable. Nothing in it is believed yet."""

    text: str = field(repr=False)
    header: Mapping[str, Any] = field(repr=False)
    claims: Mapping[str, Any] = field(repr=False)

    @property
    def key_id(self) -> str:
        """The key that the token says it was signed with. Raises KeyIdMissing."""
        key_id = self.header.get("kid")
        if not isinstance(key_id, str) or not 0 < len(key_id) <= KEY_ID_CHARS_MAX:
            raise KeyIdMissing
        return key_id


def bearer_token(authorization: str | None, *, bytes_max: int) -> str:
    """The token of exactly one `Bearer x` header. Raises NoBearerToken, TokenTooLong."""
    if authorization is None:
        raise NoBearerToken
    if len(authorization) > bytes_max + len(_SCHEME):
        raise TokenTooLong
    found = _BEARER.fullmatch(authorization)
    if found is None:
        raise NoBearerToken
    return found.group(1)


def open_token(token: str) -> OpenedToken:
    """Header and claims as strict JSON objects. Raises TokenMalformed, HeaderRefused."""
    header, payload, signature = token.split(".")
    _decode(signature)
    opened = OpenedToken(token, _json_object(header), _json_object(payload))
    if not _REFUSED_HEADERS.isdisjoint(opened.header):
        raise HeaderRefused
    return opened


def refuse_other_type(opened: OpenedToken, accepted: tuple[str, ...]) -> None:
    """RFC 8725 section 3.11: a token says what kind it is. Raises TokenTypeRefused."""
    named = opened.header.get("typ")
    if not isinstance(named, str):
        raise TokenTypeRefused
    # RFC 7515 section 4.1.9: media types compare without case, `application/` may be left out.
    kind = named.lower().removeprefix("application/")
    if kind not in {word.lower() for word in accepted}:
        raise TokenTypeRefused


def _decode(part: str) -> bytes:
    """Canonical base64url only: one token must have one spelling."""
    try:
        raw = base64.urlsafe_b64decode(part + "=" * (-len(part) % 4))
    except (binascii.Error, ValueError):
        raise TokenMalformed from None
    if base64.urlsafe_b64encode(raw).rstrip(b"=") != part.encode():
        raise TokenMalformed
    return raw


def _json_object(part: str) -> dict[str, Any]:
    try:
        value = parse_strict(_decode(part))
    except UnreadableJson:
        raise TokenMalformed from None
    if not isinstance(value, dict):
        raise TokenMalformed
    return value
