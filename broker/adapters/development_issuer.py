"""A token issuer for the demonstration: its own key in memory, its key set on a loopback socket.

It mints for anyone who can read its folder, so nothing real may believe it: production refuses its name,
its key ids and its plain-http key set, and it names no patient outside the 999 range.
"""

from __future__ import annotations

import json
import os
import secrets
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import jwt
from aiohttp import web
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec
from jwt.algorithms import ECAlgorithm

from broker.adapters.tokens.trust import (
    DEMONSTRATION,
    DEVELOPMENT_ISSUER,
    DEVELOPMENT_KEY_PREFIX,
    ClaimMap,
    Issuer,
    RoleForm,
    Trust,
    WordClaim,
)
from broker.domain.identity import NhsNumber

AUDIENCE = "urn:watersmeet:demonstration:fhir"
LIFETIME_S_MAX = 900
RUN_FOLDER_VARIABLE = "WATERSMEET_DEMO_RUN"

_ALGORITHM = "ES256"
_KEY_FILE = "development-issuer.pem"
_KEY_ID_FILE = "development-issuer.json"
_KEY_SET_PATH = "/keys"
_MODE_OTHERS = 0o077


class DevelopmentIssuerFault(Exception):
    """The issuer cannot do this; the message says why and what to do, and holds no person's data."""


class DevelopmentIssuer:
    """Made by `start` (serving) or `load` (minting only, beside a running demonstration)."""

    def __init__(
        self, key: ec.EllipticCurvePrivateKey, key_id: str, *, now_s: Callable[[], float] = time.time
    ) -> None:
        self._key = key
        self._key_id = key_id
        self._now_s = now_s
        self._runner: web.AppRunner | None = None
        self._port = 0

    @classmethod
    async def start(cls, port: int = 0, *, now_s: Callable[[], float] = time.time) -> DevelopmentIssuer:
        """A new key, served on 127.0.0.1; port 0 takes a free one. End it with `aclose`."""
        key_id = DEVELOPMENT_KEY_PREFIX + secrets.token_hex(8)
        issuer = cls(ec.generate_private_key(ec.SECP256R1()), key_id, now_s=now_s)
        await issuer._serve(port)
        return issuer

    @property
    def key_set_url(self) -> str:
        """Where the public key is read. Raises DevelopmentIssuerFault when it is not served."""
        if self._runner is None:
            raise DevelopmentIssuerFault("The development issuer is not serving its key set.")
        return f"http://127.0.0.1:{self._port}{_KEY_SET_PATH}"

    @property
    def issuer(self) -> Issuer:
        """How the demonstration's trust names this issuer."""
        return Issuer(
            issuer=DEVELOPMENT_ISSUER,
            audience=AUDIENCE,
            key_set=self.key_set_url,
            algorithms=(_ALGORITHM,),
            token_types=("at+jwt",),
            claims=_CLAIMS,
            purpose_claim=WordClaim(path=("purpose",)),
            development=True,
        )

    def trust(self, *connector_distributions: str) -> Trust:
        """The demonstration's whole trust: this issuer alone."""
        return Trust(
            environment=DEMONSTRATION,
            connector_distributions=connector_distributions,
            issuers={DEVELOPMENT_ISSUER: self.issuer},
        )

    def token(  # noqa: PLR0913 - one keyword for each fact that a token states
        self,
        *,
        role: str,
        organisation: str,
        purpose: str = "TREAT",
        relationship: str = "registration",
        permission: str = "asked",
        patient: NhsNumber | None = None,
        lifetime_s: int = 600,
        user_id: str = "900000000001",
        user_name: str = "Demonstration User",
        session_id: str | None = None,
    ) -> str:
        """A signed access token. `organisation` is an ODS code; `patient` narrows it to one person. Without
        `session_id` each token is of a session of its own; an empty one names none.

        Raises DevelopmentIssuerFault for a patient outside the 999 range or a lifetime over 900 s.
        """
        if patient is not None and not patient.is_synthetic:
            raise DevelopmentIssuerFault("The development issuer names only patients of the 999 range.")
        if not 0 < lifetime_s <= LIFETIME_S_MAX:
            raise DevelopmentIssuerFault(f"A token lives 1 to {LIFETIME_S_MAX} seconds.")
        facts = {
            "sub": user_id,
            "name": user_name,
            "organisation": organisation,
            "roles": [role],
            "purpose": purpose,
            "relationship": relationship,
            "permission": permission,
        }
        if session_id != "":
            facts["sid"] = session_id or secrets.token_hex(8)
        if patient is not None:
            facts["patient"] = patient.digits
        return self._sign(facts, lifetime_s)

    def _sign(self, facts: dict[str, Any], lifetime_s: int) -> str:
        issued_s = int(self._now_s())
        claims = {
            "iss": DEVELOPMENT_ISSUER,
            "aud": AUDIENCE,
            "iat": issued_s,
            "exp": issued_s + lifetime_s,
            "jti": secrets.token_hex(16),
            **facts,
        }
        header = {"typ": "at+jwt", "kid": self._key_id}
        return jwt.encode(claims, self._key, algorithm=_ALGORITHM, headers=header)

    def save(self, folder: Path) -> None:
        """Write the key for `load`, readable by this user alone. `folder` is outside the repository."""
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        _refuse_shared(folder)
        pem = self._key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
        _write_private(folder / _KEY_FILE, pem)
        _write_private(folder / _KEY_ID_FILE, json.dumps({"key_id": self._key_id}).encode())

    @classmethod
    def load(cls, folder: Path, *, now_s: Callable[[], float] = time.time) -> DevelopmentIssuer:
        """The issuer of a running demonstration, for minting. Raises DevelopmentIssuerFault."""
        try:
            for path in (folder, folder / _KEY_FILE, folder / _KEY_ID_FILE):
                _refuse_shared(path)
            key = serialization.load_pem_private_key((folder / _KEY_FILE).read_bytes(), password=None)
            key_id = json.loads((folder / _KEY_ID_FILE).read_bytes())["key_id"]
        except FileNotFoundError:
            message = f"No demonstration has written its issuer into {folder}. Start one with `make demo`."
            raise DevelopmentIssuerFault(message) from None
        except (OSError, ValueError, KeyError, TypeError):
            raise DevelopmentIssuerFault(f"The issuer in {folder} cannot be read. Start it anew.") from None
        if not isinstance(key, ec.EllipticCurvePrivateKey) or not isinstance(key_id, str):
            raise DevelopmentIssuerFault(f"The key in {folder} is not a development key.")
        return cls(key, key_id, now_s=now_s)

    async def _serve(self, port: int) -> None:
        app = web.Application()
        app.router.add_get(_KEY_SET_PATH, self._answer)
        self._runner = web.AppRunner(app, access_log=None)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", port)
        await site.start()
        self._port = self._runner.addresses[0][1]

    async def _answer(self, _request: web.Request) -> web.Response:
        public = ECAlgorithm.to_jwk(self._key.public_key(), as_dict=True)
        member = {**public, "kid": self._key_id, "use": "sig", "alg": _ALGORITHM}
        return web.json_response({"keys": [member]}, headers={"Cache-Control": "max-age=300"})

    async def aclose(self) -> None:
        """Stop serving."""
        if self._runner is not None:
            await self._runner.cleanup()
            self._runner = None


_CLAIMS = ClaimMap(
    user_id=("sub",),
    user_name=("name",),
    roles=("roles",),
    role_form=RoleForm.LIST,
    organisation=("organisation",),
    relationship=WordClaim(path=("relationship",)),
    permission=WordClaim(path=("permission",)),
    patient=("patient",),
    session=("sid",),
)


def default_run_folder() -> Path:
    """Where a demonstration of this user keeps its run: outside the repository, this user's alone."""
    named = os.environ.get(RUN_FOLDER_VARIABLE)
    return Path(named) if named else Path(tempfile.gettempdir()) / f"watersmeet-demo-{os.getuid()}"


def _refuse_shared(path: Path) -> None:
    """A key that another user could read or plant is not a key."""
    found = path.stat(follow_symlinks=False)
    if found.st_uid != os.getuid() or found.st_mode & _MODE_OTHERS:
        raise DevelopmentIssuerFault(f"{path} is open to other users. Remove it and start anew.")


def _write_private(path: Path, content: bytes) -> None:
    """Beside, then renamed: never half a key, never readable by others even for a moment."""
    beside = path.with_name(f"{path.name}.{secrets.token_hex(4)}")
    handle = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "wb") as file:
        file.write(content)
    beside.replace(path)
