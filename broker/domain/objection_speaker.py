"""Who spoke when an objection was made, taken back or disputed, and by what right."""

from __future__ import annotations

import enum
from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from broker.domain.names import plain_name


class Standing(enum.StrEnum):
    """By what right somebody speaks. `attorney` and `deputy` are those for health and welfare alone."""

    SELF = "self"
    PARENT = "parent"
    ATTORNEY = "attorney"
    DEPUTY = "deputy"
    COURT_APPOINTED = "court-appointed"
    NOMINATED = "nominated"
    PERSONAL_REPRESENTATIVE = "personal-representative"


class Proof(enum.StrEnum):
    """What was seen of a proxy's authority."""

    BIRTH_CERTIFICATE = "birth-certificate"
    RESPONSIBILITY_ORDER = "responsibility-order"
    OPG_REGISTER = "opg-register"
    LASTING_POWER = "lasting-power"
    COURT_ORDER = "court-order"
    SIGNED_AUTHORITY = "signed-authority"
    GRANT_OF_REPRESENTATION = "grant-of-representation"


PROOFS: Mapping[Standing, frozenset[Proof]] = MappingProxyType(
    {
        Standing.SELF: frozenset(),
        Standing.PARENT: frozenset({Proof.BIRTH_CERTIFICATE, Proof.RESPONSIBILITY_ORDER, Proof.COURT_ORDER}),
        Standing.ATTORNEY: frozenset({Proof.OPG_REGISTER, Proof.LASTING_POWER}),
        Standing.DEPUTY: frozenset({Proof.OPG_REGISTER, Proof.COURT_ORDER}),
        Standing.COURT_APPOINTED: frozenset({Proof.COURT_ORDER}),
        Standing.NOMINATED: frozenset({Proof.SIGNED_AUTHORITY}),
        Standing.PERSONAL_REPRESENTATIVE: frozenset({Proof.GRANT_OF_REPRESENTATION}),
    }
)


class IdentifierKind(enum.StrEnum):
    """A kind of identifier that was asked for and agreed, never its value."""

    NHS_NUMBER = "nhs-number"
    BIRTH_DATE = "birth-date"
    ADDRESS = "address"


@dataclass(frozen=True, slots=True, kw_only=True)
class Authority:
    """What was seen of a proxy's right to speak, and the reference that it bears."""

    proof: Proof
    reference: str = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Speaker:
    """Who spoke. `name` and `authority` are of somebody who speaks for another."""

    standing: Standing = Standing.SELF
    name: str = field(repr=False, default="")
    authority: Authority | None = None

    def is_same_as(self, other: Speaker) -> bool:
        """True of two who are known to be one: by standing and name, however spaced or capitalised."""
        if self.standing is Standing.SELF or other.standing is Standing.SELF:
            return self.standing is other.standing
        return (self.standing, plain_name(self.name)) == (other.standing, plain_name(other.name)) and bool(
            plain_name(self.name)
        )
