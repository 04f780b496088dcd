"""The RFC 7520 and RFC 7797 examples, which others signed: what we offer verifies, the rest is refused."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import jwt
import pytest

from broker.adapters.tokens.authenticator import JwtAuthenticator, check_signature
from broker.adapters.tokens.checks import CheckFailed, TokenMalformed
from broker.adapters.tokens.key_reading import KeySetFault, VerifyingKey, read_key_set
from broker.adapters.tokens.key_sets import KeySets
from broker.domain.errors import Unauthenticated
from tests.support.clocks import HandClock
from tests.support.issuers import issuer_at, trust_in

PRIVATE = ("d", "p", "q", "dp", "dq", "qi", "oth")


def _cookbook(real_data: Path, name: str = "*.json") -> list[tuple[str, Any]]:
    found = sorted((real_data / "jose" / "cookbook").glob(name))
    assert found, f"no vector is called {name}"
    return [(path.name, json.loads(path.read_text())) for path in found]


def _public_key(member: dict[str, Any], algorithm: str | None = None) -> VerifyingKey:
    public = {name: value for name, value in member.items() if name not in PRIVATE}
    public |= {"alg": algorithm} if algorithm else {}
    raw = json.dumps({"keys": [public]}).encode()
    return read_key_set(raw, keys_max=1, development=False)[member["kid"]]


def test_the_published_rs256_signature_verifies_and_no_other_does(real_data: Path) -> None:
    """RFC 7520 section 4.1: the signature fits, so only its payload, which is no claims set, is refused."""
    [(_, vector)] = _cookbook(real_data, "jws_4_1*")
    key = _public_key(vector["input"]["key"], "RS256")
    token = vector["output"]["compact"]
    assert jwt.PyJWS().decode(token, key.public, algorithms=["RS256"])
    with pytest.raises(TokenMalformed):
        check_signature(token, key, "RS256", issuer_at("https://unused.example"))
    head, payload, signature = token.split(".")
    for place in range(0, len(signature), 16):
        other = "A" if signature[place] != "A" else "B"
        changed = f"{head}.{payload}.{signature[:place]}{other}{signature[place + 1 :]}"
        with pytest.raises(CheckFailed) as caught:
            check_signature(changed, key, "RS256", issuer_at("https://unused.example"))
        assert type(caught.value).__name__ == "SignatureWrong"


@pytest.mark.parametrize("name", ["jwk_3_2*", "jwk_3_4*", "jwk_3_5*", "jwk_3_6*"])
def test_published_private_and_symmetric_keys_are_refused(real_data: Path, name: str) -> None:
    """RFC 7520 section 3: a key set that holds a secret is not believed."""
    [(_, member)] = _cookbook(real_data, name)
    with pytest.raises(KeySetFault, match="secret-key"):
        read_key_set(json.dumps({"keys": [member]}).encode(), keys_max=1, development=False)


def test_the_published_rsa_key_is_read_and_the_p521_key_is_not_offered(real_data: Path) -> None:
    """RFC 7520 sections 3.1 and 3.3."""
    [(_, member)] = _cookbook(real_data, "jwk_3_3*")
    assert _public_key(member).algorithms == {"RS256", "RS384", "PS256"}
    [(_, curve)] = _cookbook(real_data, "jwk_3_1*")
    with pytest.raises(KeySetFault, match="no-usable-key"):
        _public_key(curve)


async def test_every_published_compact_token_is_refused(real_data: Path) -> None:
    """Signed with HS256, ES512, PS384 or EdDSA, encrypted, detached, unencoded or no claims set at all."""
    trust = trust_in(issuer_at("https://unreachable.invalid/keys"))
    clock = HandClock()
    authenticator = JwtAuthenticator(trust, KeySets(trust.issuers.values(), clock), clock)
    refused = 0
    for _, vector in _cookbook(real_data):
        token = vector.get("output", {}).get("compact")
        if token is None:
            continue
        with pytest.raises(Unauthenticated):
            await authenticator.authenticate(f"Bearer {token}")
        refused += 1
    assert refused > 15
