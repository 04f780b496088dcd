"""Records for the pure stages: a person, resources as a partner would write them, and decisions."""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Generator, Iterable
from typing import Any, TypeVar

import orjson

from broker.domain.category import Category
from broker.domain.decision import Decision, Effect, Judgement
from broker.domain.identity import NHS_NUMBER_SYSTEM, NhsNumber, PatientIdentity
from broker.domain.outcome import OutcomeLabel
from broker.domain.registration import Organisation, PartnerRegistration, PartnerStatus
from broker.domain.resource import Resource
from broker.pipeline.judging import stricter
from broker.pipeline.normalisation import Normalised, normalise
from broker.pipeline.screening.differing import Known
from broker.ports.connector import Ending, Entry

Made = TypeVar("Made")
NUMBER = NhsNumber.parse("9990000018")
OTHER = NhsNumber.parse("9990000026")
BIRTH_DATE = "1951-04-09"
ENDPOINT = "https://partner.example/fhir"
ALL = frozenset(Category) - {Category.UNCLASSIFIED}
NOW = dt.datetime(2026, 11, 22, 12, 0, tzinfo=dt.UTC)


def finished(work: Generator[Any, Any, Made]) -> Made:
    """Run a stage to its end."""
    while True:
        try:
            next(work)
        except StopIteration as end:
            made: Made = end.value
            return made


def person(**changes: Any) -> PatientIdentity:
    """The person of NUMBER as the index names them."""
    given: dict[str, Any] = {
        "number": NUMBER,
        "numbers": frozenset({NUMBER}),
        "birth_date": BIRTH_DATE,
        "resource": orjson.dumps(patient(id=NUMBER.digits)),
    }
    return PatientIdentity(**{**given, **changes})


def patient(number: str = NUMBER.digits, **members: Any) -> dict[str, Any]:
    """A partner's Patient."""
    identifier = [{"system": NHS_NUMBER_SYSTEM, "value": number}]
    return {
        "resourceType": "Patient",
        "id": "p1",
        "identifier": identifier,
        "birthDate": BIRTH_DATE,
        **members,
    }


# What the index says of `person`.
KNOWN = Known.of(orjson.dumps(patient()))


def item(kind: str, local_id: str, **members: Any) -> dict[str, Any]:
    """A clinical item about the partner's Patient p1."""
    name = "patient" if kind in {"AllergyIntolerance", "Immunization"} else "subject"
    return {"resourceType": kind, "id": local_id, name: {"reference": "Patient/p1"}, **members}


def entry(resource: dict[str, Any] | bytes, **members: Any) -> Entry:
    """What a connector yields of it."""
    raw = resource if isinstance(resource, bytes) else orjson.dumps(resource)
    return Entry(raw=raw, **members)


def read(
    resources: Iterable[dict[str, Any] | bytes],
    *,
    partner_id: str = "addenbury",
    label: OutcomeLabel = OutcomeLabel.COMPLETE,
    proof: str = "demographics",
    identity: PatientIdentity | None = None,
) -> Normalised:
    """Normalise one partner's answer."""
    entries = [entry(one) for one in resources]
    work = normalise(
        partner_id, entries, Ending(label), proof=proof, patient=identity or person(), endpoint=ENDPOINT
    )
    return finished(work)


def readable(
    resources: Iterable[dict[str, Any] | bytes], partner_id: str = "addenbury"
) -> tuple[Resource, ...]:
    """The proved resources of one partner, its Patient first."""
    return read([patient(), *resources], partner_id=partner_id).resources


def decision(
    partner_id: str = "addenbury", categories: frozenset[Category] = ALL, **changes: Any
) -> Decision:
    """A permit for some categories."""
    effect = Effect.PERMIT if categories else Effect.DENY
    return Decision(
        **{"partner_id": partner_id, "effect": effect, "categories": categories, "reasons": (), **changes}
    )


def judgement(*decisions: Decision, **changes: Any) -> Judgement:
    """A permit for the whole, with these decisions."""
    given: dict[str, Any] = {
        "effect": Effect.PERMIT,
        "reasons": (),
        "decisions": decisions,
        "revision": "r1",
        "objection_version": 0,
        "suppression_notice": "Some information may not be shown.",
        "medicines_notice": "Confirm with the person.",
    }
    return Judgement(**{**given, **changes})


def registration(partner_id: str = "addenbury", **changes: Any) -> PartnerRegistration:
    """A live partner that supplies everything."""
    given: dict[str, Any] = {
        "partner_id": partner_id,
        "organisation": Organisation(name=partner_id.title(), ods_codes=frozenset({"RX901"}), kind="acute"),
        "connector": "fhir_r4",
        "endpoint": ENDPOINT,
        "supplies": ALL,
        "status": PartnerStatus.LIVE,
        "contact": ("Call the switchboard.",),
    }
    return PartnerRegistration(**{**given, **changes})


class PlainSealer:
    """The Sealer port without a key ring: keyed hashes under a fixed key, for stages that only need names."""

    def patient_token(self, number: NhsNumber, requester: object, /, *, at_s: float) -> str:
        """A stable name that holds no digits of the number in clear."""
        return "t" + hashlib.blake2b(f"{number.digits}{requester}{at_s}".encode(), digest_size=12).hexdigest()

    def item_id(self, partner_id: str, local_reference: str, /) -> str:
        """As the real one: the partner's id and a hash."""
        return f"{partner_id}-{hashlib.blake2b(local_reference.encode(), digest_size=12).hexdigest()}"

    def digest(self, raw: bytes, /) -> bytes:
        """Keyed, 32 bytes."""
        return hashlib.blake2b(raw, key=b"test", digest_size=32).digest()


def normalise_entries(entries: list[Entry]) -> Generator[None, None, Normalised]:
    """The stage itself, over a complete answer."""
    return normalise(
        "addenbury",
        entries,
        Ending(OutcomeLabel.COMPLETE),
        proof="demographics",
        patient=person(),
        endpoint=ENDPOINT,
    )


def narrowed(earlier: Decision, later: Decision) -> Decision:
    """What is left of the later of two decisions."""
    [found] = stricter(judgement(earlier), judgement(later)).decisions
    return found
