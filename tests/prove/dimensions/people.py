"""Who asks, why, by what right and from where: every word that policy sorts, and words that it does not."""

from __future__ import annotations

from typing import Any

Values = dict[str, dict[str, Any]]


def _roles(**named: tuple[str, ...]) -> Values:
    return {name.replace("_", "-"): {"roles": roles} for name, roles in named.items()}


ROLES: Values = _roles(
    doctor=("doctor",),
    nurse=("S8000:G8000:R8001",),
    allied_health=("paramedic",),
    pharmacist=("pharmacist",),
    social_worker=("social-worker",),
    clinical_admin=("R8008",),
    receptionist=("receptionist",),
    privacy_officer=("privacy-officer",),
    doctor_and_nurse=("doctor", "midwife"),
    all_who_care=("doctor", "nurse", "physiotherapist", "pharmacist", "social-worker"),
    doctor_and_receptionist=("consultant", "R8009"),
    doctor_and_unknown=("doctor", "astronaut"),
    unknown_role=("R9999",),
    no_role=(),
)

PURPOSES: Values = {
    word or "no-purpose": {"purpose": word}
    for word in ("TREAT", "ETREAT", "COORDN", "CAREMGT", "BTG", "THREAT", "HRESCH", "treat", "")
}

RELATIONSHIPS: Values = {
    word: {"relationship": word}
    for word in ("launch-context", "registration", "referral", "booking", "self-claimed", "none")
}

ORGANISATIONS: Values = {
    "hospital": {"organisation": "RX901"},
    "practice": {"organisation": "D99001"},
    "other-practice": {"organisation": "D99002"},
    "board": {"organisation": "QX9"},
    "stranger": {"organisation": "RX999"},
    "nobody": {"organisation": ""},
    "practice-of-a-network": {"organisation": "Z01001"},
    "practice-of-no-network": {"organisation": "Z41001"},
    "suspended-practice": {"organisation": "Z71001"},
    "suspended-hospital": {"organisation": "Z70001"},
    "blind-hospital": {"organisation": "Z60001"},
}

SCOPES: Values = {
    name: {"scopes": frozenset(scopes)}
    for name, scopes in {
        "no-scopes": (),
        "everything": ("user/*.read", "launch"),
        "observations": ("patient/Observation.rs",),
        "observations-and-plans": ("user/Observation.cruds", "user/CarePlan.*", "openid"),
        "patient": ("patient/Patient.read",),
        "search-alone": ("user/Observation.s",),
        "with-a-query": ("user/Observation.rs?category=laboratory",),
        "not-clinical": ("openid", "launch/patient"),
    }.items()
}
