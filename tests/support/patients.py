"""Patients as a partner has them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from broker.domain.identity import NHS_NUMBER_SYSTEM, NhsNumber, check_digit_holds

ASHA = NhsNumber.parse("9990000018")
BEN = NhsNumber.parse("9990000026")
OLD = NhsNumber.parse("9990000034")


def patient(number: str, local_id: str, birth_date: str = "1951-04-09") -> dict[str, Any]:
    """A Patient as this partner has it."""
    return {
        "resourceType": "Patient",
        "id": local_id,
        "meta": {"security": [{"code": "U"}]},
        "identifier": [{"system": NHS_NUMBER_SYSTEM, "value": number}],
        "birthDate": birth_date,
    }


def asha_and_ben(resources: Sequence[Mapping[str, Any]]) -> dict[str, tuple[Mapping[str, Any], ...]]:
    """A partner's people: Asha with these resources, Ben with none, and nobody under OLD."""
    return {
        ASHA.digits: (patient(ASHA.digits, "a1"), *resources),
        BEN.digits: (patient(BEN.digits, "b1", "1980-01-01"),),
    }


def number_outside_999() -> str:
    """A valid number that could be somebody's, worked out here so that none is written down."""
    return next(str(n) for n in range(4_000_000_000, 4_000_000_100) if check_digit_holds(str(n)))
