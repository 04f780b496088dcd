"""Pointers to holders: which of the partners that wait for one are named, and which are not asked.

A pointer is believed only where it is provably about the right person, so this reads resources that
normalisation has proved. Pure.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

import msgspec

from broker.domain.identity import ODS_SYSTEM
from broker.domain.outcome import Cause, OutcomeLabel, PartnerOutcome
from broker.domain.query import PartnerAsk
from broker.domain.registration import PartnerRegistration
from broker.domain.resource import Reference, Resource
from broker.pipeline.normalisation import Normalised


class _Pointer(msgspec.Struct, gc=False):
    custodian: Reference | None = None


_POINTER = msgspec.json.Decoder(_Pointer)


def holders_named(resources: Iterable[Resource]) -> frozenset[str]:
    """The ODS codes of the organisations that look after what the pointers name.

    R4 4.0.1, DocumentReference.custodian; the National Record Locator gives it as an identifier.
    """
    return frozenset(ods for ods in _custodians(resources) if ods is not None)


def _custodians(resources: Iterable[Resource]) -> Iterator[str | None]:
    """Who looks after what each pointer names; None where that cannot be read."""
    return (_custodian(one) for one in resources if one.header.resourceType == "DocumentReference")


def _custodian(pointer: Resource) -> str | None:
    try:
        custodian = _POINTER.decode(pointer.raw).custodian
    except msgspec.DecodeError:
        return None  # a custodian of another shape names no organisation
    if custodian is None or custodian.identifier is None or custodian.identifier.system != ODS_SYSTEM:
        return None
    return custodian.identifier.value


def asked_after_pointers(
    waiting: Sequence[PartnerAsk],
    registrations: Iterable[PartnerRegistration],
    located: Sequence[Normalised],
    *,
    every_locator: bool = True,
) -> tuple[tuple[PartnerAsk, ...], tuple[PartnerOutcome, ...]]:
    """Of the partners that wait for a pointer: those that one names, and why the others are not asked.

    Without a whole answer of every locator, or with a pointer whose holder cannot be read, nobody knows who
    holds what, and that is said. `every_locator` is False where one of them was not asked for pointers.
    """
    custodians = set(_custodians(resource for one in located for resource in one.resources))
    named = custodians - {None}
    whole = bool(located) and every_locator and None not in custodians
    whole = whole and all(one.ending.label.answered_fully for one in located)
    codes = {one.partner_id: one.organisation.ods_codes for one in registrations}
    asked = tuple(ask for ask in waiting if not named.isdisjoint(codes[ask.partner_id]))
    cause = Cause.NOT_A_HOLDER if whole else Cause.NOT_LOCATED
    skipped = [ask for ask in waiting if ask not in asked]
    return asked, tuple(
        PartnerOutcome(partner_id=ask.partner_id, label=OutcomeLabel.NOT_ASKED, cause=cause)
        for ask in skipped
    )
