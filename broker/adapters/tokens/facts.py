"""Verified claims, through their issuer's map, to the requester that a decision knows."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping
from typing import Any

from broker.adapters.tokens.checks import (
    DevelopmentIssuerRefused,
    FactMalformed,
    NotANamedUser,
    OrganisationUnclear,
    PatientClaimWrong,
    PurposeUnclear,
    ScopesMissing,
)
from broker.adapters.tokens.claims import at, roles_of, short_text
from broker.adapters.tokens.trust import Issuer, WordClaim
from broker.domain.errors import InvalidNhsNumber
from broker.domain.identity import NhsNumber
from broker.domain.requester import Permission, RelationshipGround, Requester

_ODS = re.compile(r"[A-Z0-9]{3,12}", re.ASCII)
_SYSTEM_SCOPE = "system/"
# Of everybody without a smartcard alike: not one user (GP Connect, `sds-user-id`).
WITHOUT_SMARTCARD = "UNK"


def requester_of(issuer: Issuer, claims: Mapping[str, Any], *, expires_s: float) -> Requester:
    """The named user of a verified token. Raises the check that its facts fail."""
    role_organisation, roles = roles_of(issuer.claims, claims)
    patient = _patient(issuer, claims)
    scopes = _scopes(issuer, claims)
    return Requester(
        issuer=issuer.issuer,
        user_id=_user_id(issuer, claims),
        user_name=_user_name(issuer, claims, scopes),
        organisation_ods=_organisation(issuer, claims, role_organisation),
        roles=roles,
        purpose=_purpose(issuer, claims),
        relationship=_relationship(issuer, claims, patient),
        permission=_permission(issuer, claims),
        scopes=scopes,
        only_patient=patient,
        session_id=_optional_text(at(claims, issuer.claims.session)),
        token_id=short_text(claims["jti"]),
        expires_at=dt.datetime.fromtimestamp(expires_s, tz=dt.UTC),
    )


def _user_id(issuer: Issuer, claims: Mapping[str, Any]) -> str:
    """RFC 9068 section 2.2: in a client's own token `sub` is the client. Such a token is no one's, and so is
    one whose user id is what is written where there is no smartcard.
    """
    user_id = at(claims, issuer.claims.user_id)
    clients = [claims.get(name) for name in ("client_id", "azp") if name in claims]
    if not isinstance(user_id, str) or user_id in clients or claims["sub"] in clients:
        raise NotANamedUser
    if user_id.strip().upper() == WITHOUT_SMARTCARD:
        raise NotANamedUser
    return _named(user_id)


def _user_name(issuer: Issuer, claims: Mapping[str, Any], scopes: frozenset[str]) -> str:
    if any(scope.startswith(_SYSTEM_SCOPE) for scope in scopes):
        raise NotANamedUser
    return _named(at(claims, issuer.claims.user_name))


def _named(value: Any) -> str:
    try:
        return short_text(value)
    except FactMalformed:
        raise NotANamedUser from None


def _organisation(issuer: Issuer, claims: Mapping[str, Any], role_organisation: str | None) -> str:
    mapped = issuer.claims.organisation
    code = role_organisation if mapped is None else at(claims, mapped)
    if not isinstance(code, str) or not _ODS.fullmatch(code):
        raise OrganisationUnclear
    return code


def _purpose(issuer: Issuer, claims: Mapping[str, Any]) -> str:
    """One purpose: a text, a list of one, or a FHIR coding (IUA `purpose_of_use`)."""
    if issuer.purpose_claim is None:
        return issuer.purpose_fixed
    value = at(claims, issuer.purpose_claim.path)
    if isinstance(value, list):
        value = value[0] if len(value) == 1 else None
    if isinstance(value, dict):
        value = value.get("code")
    if not isinstance(value, str) or not value.strip():
        raise PurposeUnclear
    return issuer.purpose_claim.words.get(value, short_text(value))


def _relationship(issuer: Issuer, claims: Mapping[str, Any], patient: NhsNumber | None) -> RelationshipGround:
    """As the issuer states it; else a launch that names a patient is the ground; else none, a deny."""
    stated = _word(issuer.claims.relationship, claims)
    if stated is None:
        return RelationshipGround.LAUNCH_CONTEXT if patient else RelationshipGround.NONE
    if stated not in set(RelationshipGround):
        return RelationshipGround.NONE
    ground = RelationshipGround(stated)
    if ground is RelationshipGround.LAUNCH_CONTEXT and patient is None:
        return RelationshipGround.NONE
    return ground


def _permission(issuer: Issuer, claims: Mapping[str, Any]) -> Permission:
    stated = _word(issuer.claims.permission, claims)
    return Permission(stated) if stated in set(Permission) else Permission.UNKNOWN


def _word(claim: WordClaim | None, claims: Mapping[str, Any]) -> str | None:
    """Our word for a claim; an issuer's word that nobody mapped is itself, and an absent claim None."""
    value = None if claim is None else at(claims, claim.path)
    if claim is None or value is None:
        return None
    return claim.words.get(value, value) if isinstance(value, str) else ""


def _patient(issuer: Issuer, claims: Mapping[str, Any]) -> NhsNumber | None:
    path = issuer.claims.patient
    value = at(claims, path)
    if path is None or (value is None and path[-1] not in _parent(claims, path)):
        return None
    if not isinstance(value, str):
        raise PatientClaimWrong
    try:
        number = NhsNumber.parse(value)
    except InvalidNhsNumber:
        raise PatientClaimWrong from None
    if issuer.development and not number.is_synthetic:
        raise DevelopmentIssuerRefused
    return number


def _parent(claims: Mapping[str, Any], path: tuple[str, ...]) -> Mapping[str, Any]:
    """The object in which the last name of `path` would stand: a null there is a statement, not silence."""
    parent = at(claims, path[:-1])
    return parent if isinstance(parent, dict) else {}


def _scopes(issuer: Issuer, claims: Mapping[str, Any]) -> frozenset[str]:
    """A text of words between blanks (RFC 9068) or a list of words."""
    if issuer.claims.scopes is None:
        return frozenset()
    value = at(claims, issuer.claims.scopes)
    words = value.split() if isinstance(value, str) else value
    if not isinstance(words, list) or not words:
        raise ScopesMissing
    return frozenset(short_text(word) for word in words)


def _optional_text(value: Any) -> str:
    return "" if value is None else short_text(value)
