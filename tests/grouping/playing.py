"""Items as their places hold them, through the real translation and normalisation, into the view of them."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterable, Iterator, Mapping, Sequence
from typing import TypeAlias

from broker.domain.outcome import OutcomeLabel, PartnerOutcome, Tally
from broker.domain.registration import Organisation, PartnerRegistration
from broker.domain.resource import Resource
from broker.domain.view import View
from broker.pipeline.merging import Ground
from connectors.stu3 import translate
from tests.fidelity.reading import Tree, written
from tests.grouping.reading import Side
from tests.support.records import ALL, NOW, decision, finished, judgement, patient, person, read, registration

Merge: TypeAlias = Callable[
    [Sequence[Resource], Mapping[str, PartnerOutcome], Ground], Generator[None, None, View]
]
KINDS = {
    "practice": "gp",
    "other-practice": "gp",
    "trust": "acute",
    "other-trust": "acute",
    "community": "community",
    "clinic": "sexual-health",
    "council": "social-care",
}


def registered(place: str) -> PartnerRegistration:
    """A place as a partner that supplies everything."""
    organisation = Organisation(name=place.title(), ods_codes=frozenset({place}), kind=KINDS[place])
    return registration(place, organisation=organisation)


def held_at(place: str, sides: Iterable[tuple[Side, str]]) -> tuple[Resource, ...]:
    """What one place sends of some sides, each under the local id beside it, read and proved."""
    r4: list[bytes] = []
    stu3: list[bytes] = []
    sides = list(sides)
    for side, local_id in sides:
        (stu3 if side.stu3 else r4).extend(_sent(side, local_id))
    own = written(patient()).encode()
    if stu3:
        r4 += (entry.raw for entry in finished(translate([own, *stu3])).entries)
    elif all(side.item["resourceType"] != "Patient" for side, _ in sides):
        r4.append(own)
    normalised = read(r4, partner_id=place)
    if normalised.unreadable or normalised.quarantined or normalised.unproved:
        raise ValueError(f"not everything at {place} could be read and proved")
    return normalised.resources


def _sent(side: Side, local_id: str) -> Iterator[bytes]:
    """The item and what goes with it, whose local ids are the item's own too."""
    item = patient(**side.item) if side.item["resourceType"] == "Patient" else side.item
    yield _with_names(local_id, {**item, "id": local_id})
    for one in side.beside:
        yield _with_names(local_id, {**one, "id": f"{local_id}-{one['id']}"})


def _with_names(local_id: str, tree: Tree) -> bytes:
    """The only thing that an item of ours refers to beside the person is its drug."""
    return written(tree).replace('"Medication/drug"', f'"Medication/{local_id}-drug"').encode()


def view_of(held: Mapping[str, Sequence[Resource]], merge: Merge) -> View:
    """The places' items merged for a reader who may see everything, in the order of the places."""
    places = sorted(held)
    items = [resource for place in places for resource in held[place]]
    ground = Ground(
        patient=person(),
        judgement=judgement(*map(decision, places)),
        registrations=[registered(place) for place in places],
        wanted=ALL,
        sure=ALL,
        asked_at=NOW,
    )
    outcomes = {
        place: PartnerOutcome(
            partner_id=place,
            label=OutcomeLabel.COMPLETE,
            tally=Tally(received=len(held[place]), shown=len(held[place])),
        )
        for place in places
    }
    return finished(merge(items, outcomes, ground))


def index_in(view: View, place: str, local_id: str) -> int:
    """Where one item stands in the view."""
    return next(
        index for index, one in enumerate(view.items) if one.partner_id == place and one.header.id == local_id
    )
