"""The demonstration's users: a role's word into a person at an organisation, for a token's facts."""

from __future__ import annotations

from dataclasses import dataclass

from broker.adapters.development_issuer import DevelopmentIssuer
from broker.demonstration.partners import ADDENBURY, CASTLE_HILL, COUNTY, FEN_EDGE, FENLAND, PAPERMILL


@dataclass(frozen=True, slots=True, kw_only=True)
class User:
    """One made-up member of staff. `role` is a local word of the roles policy."""

    role: str
    name: str
    user_id: str
    organisation: str
    relationship: str = "registration"


USERS = {
    user.role: user
    for user in (
        User(role="doctor", name="Dr Ann Ashdown", user_id="900000000101", organisation=FEN_EDGE.ods),
        User(
            role="general-practitioner",
            name="Dr Gwen Gale",
            user_id="900000000109",
            organisation=CASTLE_HILL.ods,
        ),
        User(
            role="consultant",
            name="Dr Bela Barrow",
            user_id="900000000102",
            organisation=ADDENBURY.ods,
            relationship="referral",
        ),
        User(
            role="nurse",
            name="Carys Cole",
            user_id="900000000103",
            organisation=FENLAND.ods,
            relationship="referral",
        ),
        User(role="pharmacist", name="Dev Desai", user_id="900000000104", organisation=FEN_EDGE.ods),
        User(
            role="social-worker",
            name="Esme Eliot",
            user_id="900000000105",
            organisation=COUNTY.ods,
            relationship="referral",
        ),
        User(
            role="ward-clerk",
            name="Finn Frost",
            user_id="900000000106",
            organisation=PAPERMILL.ods,
            relationship="booking",
        ),
        User(role="receptionist", name="Gita Green", user_id="900000000107", organisation=FEN_EDGE.ods),
        User(role="privacy-officer", name="Hal Holt", user_id="900000000108", organisation=ADDENBURY.ods),
    )
}


def token_for(user: User, issuer: DevelopmentIssuer) -> str:
    """A development access token that states this user's facts."""
    return issuer.token(
        role=user.role,
        organisation=user.organisation,
        relationship=user.relationship,
        user_id=user.user_id,
        user_name=user.name,
    )
