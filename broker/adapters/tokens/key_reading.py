"""A published key set (RFC 7517), read strictly into the keys that may verify a token."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, TypeAlias

from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePublicKey
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from jwt.algorithms import ECAlgorithm, RSAAlgorithm
from jwt.exceptions import InvalidKeyError

from broker.adapters.tokens.trust import DEVELOPMENT_KEY_PREFIX
from broker.domain.json_bytes import UnreadableJson, parse_strict

PublicKey: TypeAlias = EllipticCurvePublicKey | RSAPublicKey

KEY_ID_CHARS_MAX = 256
RSA_BITS_MIN = 2048
# A bigger modulus is no safer here and lets an issuer make every verification slow.
RSA_BITS_MAX = 8192
RSA_EXPONENT_MIN = 65537

_PRIVATE_MEMBERS = frozenset({"d", "p", "q", "dp", "dq", "qi", "oth", "k"})
_CURVE_ALGORITHM = {"P-256": "ES256", "P-384": "ES384"}
_RSA_ALGORITHMS = frozenset({"RS256", "RS384", "PS256"})


class KeySetFault(Exception):
    """The set cannot be believed. Holds a closed word for the cause and nothing that was sent."""


@dataclass(frozen=True, slots=True)
class VerifyingKey:
    """One public key and the algorithms that are its own. `published` is its JWK, to see it change."""

    key_id: str
    algorithms: frozenset[str]
    public: PublicKey = field(repr=False, compare=False)
    published: Mapping[str, Any] = field(repr=False, hash=False)


def read_key_set(raw: bytes, *, keys_max: int, development: bool) -> dict[str, VerifyingKey]:
    """Usable keys by key id. Raises KeySetFault when any part makes the whole set doubtful.

    Refused whole: private or symmetric material, a key id twice, too many keys, no usable key. Left
    out: encryption keys, unknown kinds, short keys. Development keys pass only when `development`.
    """
    members = _members(raw, keys_max)
    _refuse_secrets(members)
    _refuse_repeated_ids(members)
    keys = [key for member in members if (key := _read_key(member)) is not None]
    if not development and any(key.key_id.startswith(DEVELOPMENT_KEY_PREFIX) for key in keys):
        raise KeySetFault("development-key")
    if not keys:
        raise KeySetFault("no-usable-key")
    return {key.key_id: key for key in keys}


def _members(raw: bytes, keys_max: int) -> list[dict[str, Any]]:
    try:
        value = parse_strict(raw)
    except UnreadableJson:
        raise KeySetFault("not-json") from None
    members = value.get("keys") if isinstance(value, dict) else None
    if not isinstance(members, list) or not all(isinstance(member, dict) for member in members):
        raise KeySetFault("not-a-key-set")
    if len(members) > keys_max:
        raise KeySetFault("too-many-keys")
    return members


def _refuse_secrets(members: list[dict[str, Any]]) -> None:
    """An issuer that publishes a secret has lost it; one that mixes kinds invites key confusion."""
    for member in members:
        if member.get("kty") == "oct" or not _PRIVATE_MEMBERS.isdisjoint(member):
            raise KeySetFault("secret-key")


def _refuse_repeated_ids(members: list[dict[str, Any]]) -> None:
    ids = [member["kid"] for member in members if isinstance(member.get("kid"), str)]
    if len(set(ids)) != len(ids):
        raise KeySetFault("repeated-key-id")


def _read_key(member: dict[str, Any]) -> VerifyingKey | None:
    key_id = member.get("kid")
    if not isinstance(key_id, str) or not 0 < len(key_id) <= KEY_ID_CHARS_MAX or not _may_verify(member):
        return None
    try:
        public, possible = _public_key(member)
    except (InvalidKeyError, ValueError, TypeError, KeyError):
        return None
    named = member.get("alg")
    algorithms = possible if named is None else possible & {named if isinstance(named, str) else ""}
    if public is None or not algorithms:
        return None
    return VerifyingKey(key_id, frozenset(algorithms), public, member)


def _may_verify(member: dict[str, Any]) -> bool:
    operations = member.get("key_ops", ["verify"])
    return member.get("use", "sig") == "sig" and isinstance(operations, list) and "verify" in operations


def _public_key(member: dict[str, Any]) -> tuple[PublicKey | None, frozenset[str]]:
    """The key and the algorithms of its own kind and curve (CVE-2026-48523: never the header's choice)."""
    if member.get("kty") == "EC" and member.get("crv") in _CURVE_ALGORITHM:
        curve_key = ECAlgorithm.from_jwk(member)
        if isinstance(curve_key, EllipticCurvePublicKey):
            return curve_key, frozenset({_CURVE_ALGORITHM[member["crv"]]})
    if member.get("kty") == "RSA":
        modulus_key = RSAAlgorithm.from_jwk(member)
        if isinstance(modulus_key, RSAPublicKey) and _is_strong(modulus_key):
            return modulus_key, _RSA_ALGORITHMS
    return None, frozenset()


def _is_strong(key: RSAPublicKey) -> bool:
    bits_fit = RSA_BITS_MIN <= key.key_size <= RSA_BITS_MAX
    return bits_fit and key.public_numbers().e >= RSA_EXPONENT_MIN
