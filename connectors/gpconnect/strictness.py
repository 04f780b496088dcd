"""For the simulator: what the Spine Secure Proxy and a strict practice refuse before they look."""

from __future__ import annotations

import binascii
import re
import uuid
from base64 import urlsafe_b64decode
from collections.abc import Mapping
from typing import Any

import msgspec

from broker.domain.errors import InvalidNhsNumber
from broker.domain.identity import NHS_NUMBER_SYSTEM, ODS_SYSTEM, NhsNumber
from connectors.gpconnect.areas import BY_PARAMETER, FORBIDS_NOT_GIVEN
from connectors.gpconnect.calls import MEDIA_TYPE
from connectors.gpconnect.token import LIFETIME_S, SDS_ROLE_PROFILE, SDS_USER

PROXY_SYSTEM = "http://fhir.nhs.net/ValueSet/gpconnect-schedule-response-code-1-0"
SPINE_SYSTEM = "https://fhir.nhs.uk/STU3/CodeSystem/Spine-ErrorOrWarningCode-1"
STATUSES: Mapping[str, tuple[int, str]] = {
    "BAD_REQUEST": (400, "invalid"),
    "INVALID_NHS_NUMBER": (400, "value"),
    "INVALID_IDENTIFIER_SYSTEM": (400, "value"),
    "NO_PATIENT_CONSENT": (403, "forbidden"),
    "PATIENT_NOT_FOUND": (404, "not-found"),
    "NO_RECORD_FOUND": (404, "not-found"),
    "INVALID_PARAMETER": (422, "invalid"),
    "INVALID_RESOURCE": (422, "invalid"),
}
_ASID = re.compile(r"[0-9]{12}", re.ASCII)
_CLAIMS = frozenset(
    {
        *("iss", "sub", "aud", "exp", "iat", "reason_for_request", "requested_scope"),
        *("requesting_device", "requesting_organization", "requesting_practitioner"),
    }
)


class Refused(Exception):
    """Raised for what is answered with an OperationOutcome. `proxy_word` is the proxy's own refusal."""

    def __init__(self, code: str, *, status: int = 0, proxy_word: str = "") -> None:
        """`status` is the code's own unless it is given."""
        known_status, self.issue_code = STATUSES.get(code, (400, "invalid"))
        self.code, self.status, self.proxy_word = code, status or known_status, proxy_word
        super().__init__(code)


def check_headers(headers: Mapping[str, str], interaction: str) -> None:
    """Every header that Spine and a practice demand, each of its own form."""
    check_call(headers, interaction)
    if headers.get("Accept") != MEDIA_TYPE:
        raise Refused("BAD_REQUEST")
    if headers.get("Content-Type") != MEDIA_TYPE:
        raise Refused("415", status=415, proxy_word="Unsupported_Media_Type")


def check_call(headers: Mapping[str, str], interaction: str) -> None:
    """What the proxy itself demands: who calls whom, for what, and under which id."""
    try:
        uuid.UUID(headers.get("Ssp-TraceID", ""))
    except ValueError:
        raise Refused("BAD_REQUEST") from None
    for name in ("Ssp-From", "Ssp-To"):
        if not _ASID.fullmatch(headers.get(name, "")):
            raise Refused("BAD_REQUEST")
    if headers.get("Ssp-InteractionID") != interaction:
        raise Refused("BAD_REQUEST")


def check_parties(headers: Mapping[str, str], consumers: Mapping[str, str] | None, asid: str) -> None:
    """The proxy's own look at who calls whom. `consumers` are the ASIDs that it knows; None is any."""
    sender, receiver = headers["Ssp-From"], headers["Ssp-To"]
    if consumers is not None and sender not in consumers.values():
        raise Refused("403", status=403, proxy_word=f"ASID_CHECK_FAILED_MESSAGESENDER_{sender}")
    if receiver != asid:
        word = f"PARTYKEY_INTERACTION_CHECK_FAILED_MESSAGERECEIVER_{receiver}"
        raise Refused("403", status=403, proxy_word=word)


def check_token(authorization: str, root: str) -> dict[str, Any]:
    """The claims of an unsigned token that holds all that the guide demands. `root` may be empty: any."""
    scheme, _, token = authorization.partition(" ")
    header, claims = (_part(part) for part in [*token.split("."), "", ""][:2])
    whole = scheme == "Bearer" and token.count(".") == 2 and token.endswith(".")  # noqa: PLR2004 - three parts
    if not whole or header != {"alg": "none", "typ": "JWT"} or not claims.keys() >= _CLAIMS:
        raise Refused("BAD_REQUEST")
    if claims["exp"] - claims["iat"] != LIFETIME_S or (root and claims["aud"] != root):
        raise Refused("BAD_REQUEST")
    if claims["reason_for_request"] != "directcare" or "patient/*.read" not in claims["requested_scope"]:
        raise Refused("BAD_REQUEST")
    try:
        _check_parties_named(claims)
    except (KeyError, IndexError, TypeError):
        raise Refused("BAD_REQUEST") from None
    return claims


def asked_of(body: bytes) -> tuple[str, dict[str, dict[str, Any]]]:
    """The number, and each parameter with its parts. Refuses what the guide does not permit."""
    try:
        tree = msgspec.json.decode(body)
        given = [(one["name"], one) for one in tree["parameter"]]
        parts = {name: _parts(one) for name, one in given}
    except (msgspec.DecodeError, KeyError, TypeError):
        raise Refused("INVALID_RESOURCE") from None
    if tree.get("resourceType") != "Parameters" or len(parts) != len(given):
        raise Refused("INVALID_RESOURCE")
    number = _number(dict(given).get("patientNHSNumber", {}).get("valueIdentifier"))
    parts.pop("patientNHSNumber", None)
    _check_combinations(parts)
    return number, parts


def _part(encoded: str) -> dict[str, Any]:
    try:
        tree = msgspec.json.decode(urlsafe_b64decode(encoded + "=" * (-len(encoded) % 4)))
    except (msgspec.DecodeError, binascii.Error, ValueError):
        raise Refused("BAD_REQUEST") from None
    return tree if isinstance(tree, dict) else {}


def _check_parties_named(claims: Mapping[str, Any]) -> None:
    """Who asks, where they belong and on which device."""
    user, home, device = (
        claims["requesting_practitioner"],
        claims["requesting_organization"],
        claims["requesting_device"],
    )
    systems = {one["system"]: one["value"] for one in user["identifier"]}
    named = [one for one in home["identifier"] if one["system"] == ODS_SYSTEM and one["value"]]
    if not claims["sub"] or user["id"] != claims["sub"] or not systems.keys() >= {SDS_USER, SDS_ROLE_PROFILE}:
        raise Refused("BAD_REQUEST")
    if not named or not home["name"] or not user["name"][0]["family"] or not device["identifier"]:
        raise Refused("BAD_REQUEST")


def _parts(parameter: Mapping[str, Any]) -> dict[str, Any]:
    """Each part's value; a part without one is refused."""
    found = {}
    for part in parameter.get("part", []):
        values = [value for name, value in part.items() if name.startswith("value")]
        if len(values) != 1:
            raise Refused("INVALID_PARAMETER")
        found[part["name"]] = values[0]
    return found


def _number(identifier: Any) -> str:
    if not isinstance(identifier, dict) or identifier.get("system") != NHS_NUMBER_SYSTEM:
        raise Refused("INVALID_PARAMETER")
    try:
        return NhsNumber.parse(str(identifier.get("value"))).digits
    except InvalidNhsNumber:
        raise Refused("INVALID_NHS_NUMBER") from None


def _check_combinations(parts: Mapping[str, Mapping[str, Any]]) -> None:
    if not parts.keys() & BY_PARAMETER.keys():
        raise Refused("INVALID_PARAMETER")
    if "includeAllergies" in parts and "includeResolvedAllergies" not in parts["includeAllergies"]:
        raise Refused("INVALID_PARAMETER")
    vaccinations = parts.get("includeImmunisations", {})
    if parts.keys() & FORBIDS_NOT_GIVEN and vaccinations.keys() & {"includeNotGiven", "includeStatus"}:
        raise Refused("INVALID_PARAMETER")
