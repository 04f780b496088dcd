"""Token issuers for tests: keys of every kind, tokens with any one thing wrong, key sets on real sockets."""

from __future__ import annotations

import asyncio
import base64
import json
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from functools import cache
from typing import Any

from aiohttp import web
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from jwt.algorithms import ECAlgorithm, RSAAlgorithm

from broker.adapters.tokens.trust import ClaimMap, Issuer, RoleForm, Trust, WordClaim
from tests.support.clocks import HandClock
from tests.support.loopback import served

ISSUER = "https://issuer.example/tenant"
AUDIENCE = "https://broker.example/fhir"
SYNTHETIC = "9990000018"

_HASHES: Mapping[str, hashes.HashAlgorithm] = {"256": hashes.SHA256(), "384": hashes.SHA384()}


def encoded(raw: bytes) -> str:
    """Base64url without padding."""
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


@cache
def rsa_key(bits: int = 2048, which: int = 0) -> rsa.RSAPrivateKey:
    """A private key, made once for each `which`."""
    del which
    return rsa.generate_private_key(public_exponent=65537, key_size=bits)


@dataclass
class Signer:
    """A private key that signs whatever it is given, however wrong."""

    algorithm: str = "ES256"
    key_id: str = "key-1"
    key: Any = None

    def __post_init__(self) -> None:
        if self.key is None and self.algorithm.startswith("ES"):
            curve = ec.SECP256R1() if self.algorithm == "ES256" else ec.SECP384R1()
            self.key = ec.generate_private_key(curve)
        elif self.key is None:
            self.key = rsa_key()

    @property
    def jwk(self) -> dict[str, Any]:
        """The public key as published."""
        kind = ECAlgorithm if isinstance(self.key, ec.EllipticCurvePrivateKey) else RSAAlgorithm
        public = kind.to_jwk(self.key.public_key(), as_dict=True)
        public.pop("key_ops", None)
        return {**public, "kid": self.key_id, "use": "sig", "alg": self.algorithm}

    def sign(self, message: bytes, algorithm: str | None = None) -> bytes:
        """A signature with this key by any algorithm that fits its kind."""
        algorithm = algorithm or self.algorithm
        digest = _HASHES[algorithm[2:]]
        if algorithm.startswith("ES"):
            r, s = decode_dss_signature(self.key.sign(message, ec.ECDSA(digest)))
            size = (self.key.curve.key_size + 7) // 8
            return r.to_bytes(size, "big") + s.to_bytes(size, "big")
        if algorithm.startswith("PS"):
            salted = padding.PSS(padding.MGF1(digest), digest.digest_size)
            return bytes(self.key.sign(message, salted, digest))
        return bytes(self.key.sign(message, padding.PKCS1v15(), digest))

    def header(self, **changes: Any) -> dict[str, Any]:
        """A good header with `changes`; a None removes the member."""
        return _changed({"alg": self.algorithm, "kid": self.key_id, "typ": "at+jwt"}, changes)

    def token(
        self, claims: Mapping[str, Any] | bytes, header: Mapping[str, Any] | bytes | None = None
    ) -> str:
        """A token signed over exactly these members, or exactly these bytes."""
        head = header if isinstance(header, bytes) else json.dumps(header or self.header()).encode()
        body = claims if isinstance(claims, bytes) else json.dumps(claims).encode()
        message = f"{encoded(head)}.{encoded(body)}"
        return f"{message}.{encoded(self.sign(message.encode()))}"


def _changed(members: dict[str, Any], changes: Mapping[str, Any]) -> dict[str, Any]:
    merged = {**members, **changes}
    return {name: value for name, value in merged.items() if value is not None}


def good_claims(clock: HandClock, **changes: Any) -> dict[str, Any]:
    """Claims that open a record, with `changes`; a None removes the member."""
    now_s = int(clock.now().timestamp())
    return _changed(
        {
            "iss": ISSUER,
            "aud": AUDIENCE,
            "sub": "user-7",
            "jti": "token-1",
            "iat": now_s,
            "exp": now_s + 600,
            "name": "Sample Reader",
            "org": "RGT",
            "roles": ["R8000"],
            "purpose": "TREAT",
            "relationship": "registration",
            "permission": "asked",
            "scope": "patient/*.rs",
            "sid": "session-1",
        },
        changes,
    )


CLAIM_MAP = ClaimMap(
    user_id=("sub",),
    user_name=("name",),
    roles=("roles",),
    role_form=RoleForm.LIST,
    organisation=("org",),
    relationship=WordClaim(path=("relationship",)),
    permission=WordClaim(path=("permission",)),
    patient=("patient",),
    scopes=("scope",),
    session=("sid",),
)


def issuer_at(url: str, **changes: Any) -> Issuer:
    """A registered issuer whose key set is at `url`."""
    issuer = Issuer(
        issuer=ISSUER,
        audience=AUDIENCE,
        key_set=url,
        algorithms=("ES256",),
        token_types=("at+jwt",),
        claims=CLAIM_MAP,
        purpose_claim=WordClaim(path=("purpose",)),
    )
    return replace(issuer, **changes)


def trust_in(*issuers: Issuer, environment: str = "production") -> Trust:
    """A trust of these issuers alone."""
    return Trust(environment=environment, issuers={issuer.issuer: issuer for issuer in issuers})


@dataclass
class KeySetServer:
    """A key-set endpoint on a real socket, whose every manner the test sets between reads."""

    keys: list[dict[str, Any]] = field(default_factory=list)
    url: str = ""
    reads: int = 0
    status: int = 200
    raw: bytes | None = None
    headers: dict[str, str] = field(default_factory=dict)
    seen: list[Mapping[str, str]] = field(default_factory=list)
    asked: asyncio.Event = field(default_factory=asyncio.Event)
    # Cleared, the endpoint holds its answer back.
    may_answer: asyncio.Event = field(default_factory=asyncio.Event)

    async def answer(self, request: web.Request) -> web.Response:
        """One read of the key set."""
        self.reads += 1
        self.seen.append(dict(request.headers))
        self.asked.set()
        await self.may_answer.wait()
        body = json.dumps({"keys": self.keys}).encode() if self.raw is None else self.raw
        return web.Response(status=self.status, body=body, headers=self.headers)


@asynccontextmanager
async def key_set_server(*signers: Signer) -> AsyncIterator[KeySetServer]:
    """Serve these signers' public keys on loopback."""
    server = KeySetServer(keys=[signer.jwk for signer in signers])
    server.may_answer.set()
    app = web.Application()
    app.router.add_route("*", "/{path:.*}", server.answer)
    async with served(app) as origin:
        server.url = f"{origin}/keys"
        try:
            yield server
        finally:
            server.may_answer.set()
