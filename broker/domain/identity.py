"""Who the record is about: NHS numbers, identifiers and the traced person."""

from __future__ import annotations

import enum
import re
from dataclasses import dataclass, field

from broker.domain.errors import InvalidNhsNumber

NHS_NUMBER_SYSTEM = "https://fhir.nhs.uk/Id/nhs-number"
ODS_SYSTEM = "https://fhir.nhs.uk/Id/ods-organization-code"

# ASCII on purpose: `str.isdigit` also accepts Arabic-Indic and full-width digits.
_TEN_DIGITS = re.compile(r"[0-9]{10}", re.ASCII)
_SPACED = re.compile(r"([0-9]{3})[ -]([0-9]{3})[ -]([0-9]{4})", re.ASCII)


def check_digit_holds(digits: str) -> bool:
    """Modulus 11 over ten ASCII digits (NHS Data Dictionary, NHS NUMBER)."""
    weighted = sum(int(digit) * (10 - place) for place, digit in enumerate(digits[:9]))
    return (11 - weighted % 11) % 11 == int(digits[9])


@dataclass(frozen=True, slots=True, order=True)
class NhsNumber:
    """Ten digits that passed the check digit. Its repr never shows them, so no traceback or log can."""

    digits: str = field(repr=False)

    @classmethod
    def parse(cls, text: str) -> NhsNumber:
        """Read `9990000018` or `999 000 0018`. Raises InvalidNhsNumber, which never echoes the text."""
        spaced = _SPACED.fullmatch(text)
        digits = "".join(spaced.groups()) if spaced else text
        if not _TEN_DIGITS.fullmatch(digits) or not check_digit_holds(digits):
            raise InvalidNhsNumber
        return cls(digits)

    @property
    def is_synthetic(self) -> bool:
        """999 000 0000 to 999 999 9999 is never issued to a person."""
        return self.digits.startswith("999")

    @property
    def spaced(self) -> str:
        """As people read it: 3-3-4."""
        return f"{self.digits[:3]} {self.digits[3:6]} {self.digits[6:]}"


@dataclass(frozen=True, slots=True)
class Identifier:
    """A FHIR Identifier: `value` within `system`."""

    system: str
    value: str = field(repr=False)


class Restriction(enum.StrEnum):
    """PDS `meta.security` (v3-Confidentiality). Anything but `U` protects where the person is."""

    NONE = "U"
    RESTRICTED = "R"
    VERY_RESTRICTED = "V"

    @property
    def hides_location(self) -> bool:
        """Fail closed: every value but the unrestricted one hides location."""
        return self is not Restriction.NONE


@dataclass(frozen=True, slots=True, kw_only=True)
class PatientIdentity:
    """One person as the patient index names them at this moment.

    `number` is current; `numbers` holds every number that objections are judged under (current and
    asked for). `resource` is the index's Patient as JSON bytes, carried as it came.
    """

    number: NhsNumber
    numbers: frozenset[NhsNumber]
    birth_date: str = field(repr=False)
    family: str = field(repr=False, default="")
    given: tuple[str, ...] = field(repr=False, default=())
    restriction: Restriction = Restriction.NONE
    practice_ods: str | None = field(repr=False, default=None)
    deceased_on: str | None = field(repr=False, default=None)
    resource: bytes = field(repr=False, default=b"")
