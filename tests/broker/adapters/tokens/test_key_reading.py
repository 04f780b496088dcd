"""A key set is believed whole or not at all, and a refusal names only the fault."""

from __future__ import annotations

import json
from typing import Any

import pytest

from broker.adapters.tokens.key_reading import KeySetFault, read_key_set
from tests.support.issuers import Signer, rsa_key

GOOD = Signer()


def _set(*members: dict[str, Any]) -> bytes:
    return json.dumps({"keys": members}).encode()


SECRET = {"kty": "oct", "kid": "s", "k": "AAAA"}
DOUBTFUL_SETS = [
    (_set(SECRET), "secret-key"),
    (_set(GOOD.jwk, SECRET), "secret-key"),
    (_set(GOOD.jwk, {**Signer(key_id="b").jwk, "d": "AA"}), "secret-key"),
    (_set(GOOD.jwk, {**Signer("RS256", "b").jwk, "p": "AA"}), "secret-key"),
    (_set(GOOD.jwk, Signer().jwk), "repeated-key-id"),
    (_set(GOOD.jwk, Signer("RS256", "key-1").jwk), "repeated-key-id"),
    (_set(*(Signer(key_id=f"k{n}").jwk for n in range(33))), "too-many-keys"),
    (_set(), "no-usable-key"),
    (_set(Signer("RS256", "weak", rsa_key(1024)).jwk), "no-usable-key"),
    (_set({**GOOD.jwk, "kid": ""}), "no-usable-key"),
    (_set({**GOOD.jwk, "kid": 1}), "no-usable-key"),
    (_set({**GOOD.jwk, "use": "enc"}), "no-usable-key"),
    (_set({**GOOD.jwk, "key_ops": ["sign"]}), "no-usable-key"),
    (_set({**GOOD.jwk, "alg": "ES384"}), "no-usable-key"),
    (_set({**GOOD.jwk, "alg": "HS256"}), "no-usable-key"),
    (_set({**GOOD.jwk, "alg": 1}), "no-usable-key"),
    (_set({**GOOD.jwk, "crv": "P-521"}), "no-usable-key"),
    (_set({**GOOD.jwk, "crv": "P-384"}), "no-usable-key"),
    (_set({**GOOD.jwk, "x": GOOD.jwk["y"]}), "no-usable-key"),
    (_set({"kty": "OKP", "kid": "o", "crv": "Ed25519", "x": "AA"}), "no-usable-key"),
    (_set({"kty": "RSA", "kid": "r", "n": "AA", "e": "AQ"}), "no-usable-key"),
    (_set({**Signer("RS256", "r").jwk, "e": "Aw"}), "no-usable-key"),
    (_set({**GOOD.jwk, "kid": "watersmeet-development-1"}), "development-key"),
    (b'{"keys":[1]}', "not-a-key-set"),
    (b'{"keys":{}}', "not-a-key-set"),
    (b"\xff", "not-json"),
]


@pytest.mark.parametrize(("raw", "cause"), DOUBTFUL_SETS)
def test_a_doubtful_key_set_is_refused_whole(raw: bytes, cause: str) -> None:
    """Secrets, doubles and sets without one good key say nothing of what was sent, only which fault."""
    with pytest.raises(KeySetFault) as caught:
        read_key_set(raw, keys_max=32, development=False)
    assert caught.value.args == (cause,)


def test_keys_that_cannot_verify_are_left_beside_those_that_can() -> None:
    """A key of an unknown kind does not cost the issuer its good ones."""
    raw = _set({"kty": "OKP", "kid": "o", "crv": "Ed25519", "x": "AA"}, GOOD.jwk)
    found = read_key_set(raw, keys_max=32, development=False)
    assert {name: key.algorithms for name, key in found.items()} == {"key-1": frozenset({"ES256"})}
