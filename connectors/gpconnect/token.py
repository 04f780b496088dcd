"""Who asks, into the unsigned token that GP Connect carries for its audit: no secret, and no proof.

Trust lies in mutual TLS and in the Spine Secure Proxy; the practice writes these claims in its own audit.
"""

from __future__ import annotations

import re
from base64 import urlsafe_b64encode
from typing import Any

from broker.domain.identity import ODS_SYSTEM
from broker.domain.json_bytes import write_tree
from broker.domain.query import PartnerAsk
from broker.domain.requester import Requester
from connectors.gpconnect.access import Access, Consumer

LIFETIME_S = 300
SDS_USER = "https://fhir.nhs.uk/Id/sds-user-id"
SDS_ROLE_PROFILE = "https://fhir.nhs.uk/Id/sds-role-profile-id"
# GP Connect's word for a user who has no smartcard.
UNKNOWN = "UNK"
_SDS_ID = re.compile(r"[0-9]{12}", re.ASCII)


def bearer(ask: PartnerAsk, access: Access, consumer: Consumer, *, audience: str) -> str:
    """The value of the Authorization header, new for each request."""
    issued_at = int(ask.asked_at.timestamp())
    claims = {
        "iss": access.issuer,
        "sub": ask.requester.user_id,
        "aud": audience,
        "exp": issued_at + LIFETIME_S,
        "iat": issued_at,
        "reason_for_request": "directcare",
        "requested_scope": "patient/*.read conf/N",
        "requesting_device": _device(access),
        "requesting_organization": _organisation(consumer),
        "requesting_practitioner": _practitioner(ask.requester, access),
    }
    return f"Bearer {_part({'alg': 'none', 'typ': 'JWT'})}.{_part(claims)}."


def _part(tree: dict[str, Any]) -> str:
    return urlsafe_b64encode(write_tree(tree)).rstrip(b"=").decode("ascii")


def _device(access: Access) -> dict[str, Any]:
    return {
        "resourceType": "Device",
        "identifier": [{"system": access.device_system, "value": access.device}],
        "model": access.device_model,
        "version": access.device_version,
    }


def _organisation(consumer: Consumer) -> dict[str, Any]:
    """The user's own, never the broker's."""
    return {
        "resourceType": "Organization",
        "identifier": [{"system": ODS_SYSTEM, "value": consumer.ods}],
        "name": consumer.name,
    }


def _practitioner(requester: Requester, access: Access) -> dict[str, Any]:
    has_smartcard = requester.issuer in access.smartcard_issuers
    profiles = [role for role in requester.roles if _SDS_ID.fullmatch(role)]
    identifiers = {
        SDS_USER: requester.user_id if has_smartcard else UNKNOWN,
        SDS_ROLE_PROFILE: profiles[0] if has_smartcard and profiles else UNKNOWN,
        access.user_system: requester.user_id,
    }
    return {
        "resourceType": "Practitioner",
        "id": requester.user_id,
        "identifier": [{"system": system, "value": value} for system, value in identifiers.items()],
        "name": [_name(requester)],
    }


def _name(requester: Requester) -> dict[str, Any]:
    """A token names its user in one piece, and nobody here can say which word is the family name."""
    name = requester.user_name or requester.user_id
    return {"text": name, "family": name}
