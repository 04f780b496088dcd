"""A partner's pages to resources with their source, each proved to be about the right person.

Pure, and in slices: a generator that yields after each stretch of bytes, so that a large answer never
holds the loop. Nothing is dropped without being counted.
"""

from __future__ import annotations

from collections.abc import Generator, Iterable, Sequence
from dataclasses import dataclass, field

from broker.domain.category import Category, categories_of_type
from broker.domain.identity import PatientIdentity
from broker.domain.outcome import Cause, OutcomeLabel
from broker.domain.resource import Resource
from broker.pipeline.normalisation.reading import UNREADABLE, Sorted, read_resource
from broker.pipeline.normalisation.right_patient import OwnPatient, Proof, own_patient
from broker.ports.connector import Ending, Entry

_BYTES_IN_A_SLICE = 64 * 1024
_PROVED_IN_A_SLICE = 1_000
_OF_NO_CATEGORY = frozenset({Category.UNCLASSIFIED})


@dataclass(frozen=True, slots=True, kw_only=True)
class Normalised:
    """One partner's readable, proved resources, and the count of everything else that it sent.

    `unproved` names nobody and is of no category that a reader could be shown: it is withheld.
    """

    partner_id: str
    ending: Ending
    resources: tuple[Resource, ...] = field(repr=False)
    received: int
    repeated: int = 0
    unreadable: int = 0
    unproved: int = 0
    quarantined: int = 0
    person_references: frozenset[str] = field(repr=False, default=frozenset())


def normalise(
    partner_id: str,
    entries: Sequence[Entry],
    ending: Ending,
    *,
    proof: str,
    patient: PatientIdentity,
    endpoint: str,
) -> Generator[None, None, Normalised]:
    """Read and prove what one partner sent. `proof` is its connector's: demographics, number or lookup."""
    resources, unreadable = yield from _read_all(partner_id, entries)
    kept, repeated = _without_repeats(resources)
    yield
    own = own_patient(kept, patient, endpoint, needs_birth_date=proof == "demographics")
    if own.proof is not Proof.RIGHT and entries:
        return _nobody_proved(partner_id, own.proof, len(entries), repeated, unreadable)
    proved, unproved = yield from _proved(kept, own)
    quarantined = len(kept) - len(proved) - unproved
    return Normalised(
        partner_id=partner_id,
        ending=_ending(ending, unreadable, quarantined),
        resources=tuple(proved),
        received=len(entries),
        repeated=repeated,
        unreadable=unreadable,
        unproved=unproved,
        quarantined=quarantined,
        person_references=own.references,
    )


def _proved(resources: list[Resource], own: OwnPatient) -> Generator[None, None, tuple[list[Resource], int]]:
    """What is this person's; and how many name nobody and are of no category anyway."""
    proved, unproved = [], 0
    for count, resource in enumerate(resources, start=1):
        proof = own.proof_of(resource)
        if proof is Proof.RIGHT:
            proved.append(resource)
        elif proof is Proof.NONE and categories_of_type(resource.header.resourceType) == _OF_NO_CATEGORY:
            unproved += 1
        if count % _PROVED_IN_A_SLICE == 0:
            yield
    return proved, unproved


def _read_all(partner_id: str, entries: Iterable[Entry]) -> Generator[None, None, tuple[list[Resource], int]]:
    resources: list[Resource] = []
    unreadable = worked = 0
    known: Sorted = {}
    for entry in entries:
        resource = read_resource(partner_id, entry, known)
        if resource is UNREADABLE:
            unreadable += 1
        else:
            resources.append(resource)
        worked += len(entry.raw)
        if worked > _BYTES_IN_A_SLICE:
            worked = 0
            yield
    return resources, unreadable


def _without_repeats(resources: list[Resource]) -> tuple[list[Resource], int]:
    """Pages may overlap: the very same bytes again are one resource. Anything that differs is kept."""
    seen: dict[str, list[bytes]] = {}
    unique = []
    for resource in resources:
        contents = seen.get(resource.local_reference)
        if contents is None:
            seen[resource.local_reference] = [resource.raw]
        elif resource.raw in contents:
            continue
        else:
            contents.append(resource.raw)
        unique.append(resource)
    return unique, len(resources) - len(unique)


def _nobody_proved(
    partner_id: str, proof: Proof, received: int, repeated: int, unreadable: int
) -> Normalised:
    """No Patient in the answer is provably this person: all of it is set aside."""
    cause = Cause.WRONG_PATIENT if proof is Proof.WRONG else Cause.NO_PROOF
    return Normalised(
        partner_id=partner_id,
        ending=Ending(OutcomeLabel.IDENTITY_MISMATCH, cause),
        resources=(),
        received=received,
        repeated=repeated,
        unreadable=unreadable,
        quarantined=received - repeated - unreadable,
    )


def _ending(ending: Ending, unreadable: int, quarantined: int) -> Ending:
    """An answer of which something could not be shown is partial, whatever the partner called it."""
    if not ending.label.answered_fully or not (unreadable or quarantined):
        return ending
    cause = Cause.WRONG_PATIENT if quarantined else Cause.UNREADABLE_ENTRIES
    return Ending(OutcomeLabel.PARTIAL, cause, ending.expected, ending.as_of)
