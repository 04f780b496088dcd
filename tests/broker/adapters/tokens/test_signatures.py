"""A signature verifies by its own key, its own algorithm and its own issuer, and by nothing else."""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace

import pytest
from cryptography.hazmat.primitives import serialization

from broker.adapters.tokens.authenticator import JwtAuthenticator
from tests.support.clocks import HandClock
from tests.support.issuers import Signer, encoded, good_claims, issuer_at, key_set_server, rsa_key, trust_in
from tests.support.token_bench import authenticator_of, failed_check

CLOCK = HandClock()


@asynccontextmanager
async def trusting(*signers: Signer, algorithms: tuple[str, ...]) -> AsyncIterator[JwtAuthenticator]:
    """An authenticator whose one issuer publishes these signers' keys."""
    async with key_set_server(*signers) as server:
        trust = trust_in(issuer_at(server.url, algorithms=algorithms))
        async with authenticator_of(trust, CLOCK) as authenticator:
            yield authenticator


@pytest.mark.parametrize("algorithms", [("RS256",), ("RS256", "PS256", "ES256")])
async def test_a_shared_secret_made_of_the_public_key_is_refused(algorithms: tuple[str, ...]) -> None:
    """A3: HS256 over the public key as PEM, DER or JWK, where the issuer signs with RS256."""
    signer = Signer("RS256")
    async with trusting(signer, algorithms=algorithms) as authenticator:
        for secret in _public_spellings(signer):
            token = _hmac_token(signer, secret)
            assert await failed_check(authenticator, f"Bearer {token}") == "AlgorithmRefused"


def _public_spellings(signer: Signer) -> list[bytes]:
    public = signer.key.public_key()
    info = serialization.PublicFormat.SubjectPublicKeyInfo
    return [
        public.public_bytes(serialization.Encoding.PEM, info),
        public.public_bytes(serialization.Encoding.DER, info),
        json.dumps(signer.jwk).encode(),
        b"",
    ]


def _hmac_token(signer: Signer, secret: bytes) -> str:
    header = json.dumps(signer.header(alg="HS256")).encode()
    message = f"{encoded(header)}.{encoded(json.dumps(good_claims(CLOCK)).encode())}"
    return f"{message}.{encoded(hmac.digest(secret, message.encode(), hashlib.sha256))}"


@pytest.mark.parametrize("algorithm", ["ES256", "ES384", "RS256", "RS384", "PS256"])
async def test_every_listed_algorithm_verifies(algorithm: str) -> None:
    """Each algorithm of the fixed list opens with its own key."""
    signer = Signer(algorithm)
    async with trusting(signer, algorithms=(algorithm,)) as authenticator:
        assert await authenticator.authenticate(f"Bearer {signer.token(good_claims(CLOCK))}")


async def test_a_key_verifies_only_by_its_own_algorithm() -> None:
    """A4, CVE-2026-48523: the header's algorithm is allowed and the key could, but says another."""
    signer = Signer("RS256")
    head = json.dumps(signer.header(alg="PS256")).encode()
    message = f"{encoded(head)}.{encoded(json.dumps(good_claims(CLOCK)).encode())}"
    token = f"{message}.{encoded(signer.sign(message.encode(), 'PS256'))}"
    async with trusting(signer, algorithms=("RS256", "PS256")) as authenticator:
        assert await failed_check(authenticator, f"Bearer {token}") == "AlgorithmRefused"


async def test_a_short_key_verifies_nothing() -> None:
    """An RSA key of 1024 bits beside a good one is as if it were not published."""
    weak = Signer("RS256", "weak", rsa_key(1024))
    async with trusting(Signer("RS256"), weak, algorithms=("RS256",)) as authenticator:
        token = weak.token(good_claims(CLOCK))
        assert await failed_check(authenticator, f"Bearer {token}") == "KeyUnknown"


async def test_the_key_of_one_issuer_opens_nothing_for_another() -> None:
    """Two issuers that publish the same key id stay apart."""
    ours, theirs = Signer(), Signer()
    async with key_set_server(ours) as server, key_set_server(theirs) as other:
        elsewhere = replace(issuer_at(other.url), issuer="https://other.example")
        async with authenticator_of(trust_in(issuer_at(server.url), elsewhere), CLOCK) as both:
            token = theirs.token(good_claims(CLOCK))
            assert await failed_check(both, f"Bearer {token}") == "SignatureWrong"
