"""Whom the broker believes: the issuers of `config/trust.yaml` as frozen values."""

from __future__ import annotations

import enum
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

DEMONSTRATION = "demonstration"
DEVELOPMENT_ISSUER = "urn:watersmeet:development"
DEVELOPMENT_KEY_PREFIX = "watersmeet-development-"

# Asymmetric only. A word that is not here can never be configured, so no `none` and no shared secret.
ALGORITHMS = ("ES256", "ES384", "RS256", "RS384", "PS256")
TOKEN_TYPES = ("at+jwt", "JWT")

ClaimPath = tuple[str, ...]


class RoleForm(enum.StrEnum):
    """How an issuer writes roles: NHS CIS2 `nhsid_nrbac_roles`, one text, or a list of texts."""

    CIS2 = "cis2"
    TEXT = "text"
    LIST = "list"


@dataclass(frozen=True, slots=True, kw_only=True)
class WordClaim:
    """A claim whose value becomes a word of ours. `words` turns the issuer's words into them."""

    path: ClaimPath
    words: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class ClaimMap:
    """Where an issuer keeps each fact: paths of member names, from the top of the payload.

    A None path is a fact that this issuer does not state. With CIS2 roles the organisation is the
    selected role's own, so `organisation` is None.
    """

    user_id: ClaimPath
    user_name: ClaimPath
    roles: ClaimPath
    role_form: RoleForm
    organisation: ClaimPath | None = None
    selected_role: ClaimPath | None = None
    relationship: WordClaim | None = None
    permission: WordClaim | None = None
    patient: ClaimPath | None = None
    scopes: ClaimPath | None = None
    session: ClaimPath | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Issuer:
    """One token issuer. Exactly one of `purpose_fixed` and `purpose_claim` is given.

    `authority` is a PEM file of the certificate authority behind `key_set`, or empty for the system's.
    """

    issuer: str
    audience: str
    key_set: str
    algorithms: tuple[str, ...]
    token_types: tuple[str, ...]
    claims: ClaimMap
    purpose_fixed: str = ""
    purpose_claim: WordClaim | None = None
    authority: str = ""
    development: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Trust:
    """The whole trust file. `issuers` is by issuer name; `connector_distributions` may be loaded.

    `test_people_keys` are the public keys (PEM files) of those who may sign a list of invented people.
    """

    environment: str
    connector_distributions: tuple[str, ...] = ()
    test_people_keys: tuple[Path, ...] = ()
    issuers: Mapping[str, Issuer] = field(default_factory=dict)

    @property
    def is_demonstration(self) -> bool:
        """Every other environment is held to production's rules."""
        return self.environment == DEMONSTRATION
