"""Items that cannot all be true, shown together as contradictions. No winner is chosen, and nothing goes."""

from __future__ import annotations

from collections.abc import Generator, Iterable, Sequence

from broker.domain.resource import Resource
from broker.domain.view import Contradiction, Group
from broker.pipeline.merging.between_partners import differ_between_partners
from broker.pipeline.merging.content import Contents
from broker.pipeline.merging.deaths import deaths
from broker.pipeline.merging.denials import denials
from broker.pipeline.merging.doses import doses
from broker.pipeline.merging.episodes import is_active, overlap
from broker.pipeline.merging.ground import Ground
from broker.pipeline.merging.grouping import Grouping
from broker.pipeline.merging.kin import Kin
from broker.pipeline.merging.resuscitation import resuscitation

_ITEMS_IN_A_SLICE = 250
Slices = Generator[None, None, list[Contradiction]]


def contradictions(
    items: Sequence[Resource], grouping: Grouping, groups: Iterable[Group], ground: Ground
) -> Generator[None, None, tuple[Contradiction, ...]]:
    """In the order of the list in `broker.domain.contradictions`, versions of one thing last."""
    found, contents = grouping.sides, grouping.contents
    clashes = denials(found, items, contents)
    yield
    clashes += resuscitation(found, items, contents, groups)
    yield
    clashes += yield from doses(found.medicines, items, contents)
    for kind in (found.problems, found.allergies):
        clashes += yield from _standing(kind, items, contents)
    clashes += deaths(found.people, items, died=bool(ground.patient.deceased_on))
    yield
    versions = [
        Contradiction(one.members, f"{column}-differs")
        for one in grouping.versions
        for column in one.differing
    ]
    told = {frozenset(one.members) for one in versions if one.why == "status-differs"}
    kept = [one for one in clashes if one.why != "standing-differs" or frozenset(one.members) not in told]
    return tuple(dict.fromkeys((*kept, *versions)))


def _standing(indexes: Sequence[int], items: Sequence[Resource], contents: Contents) -> Slices:
    """What has one code, and is active at one source and over or refuted at another."""
    kin, says = Kin(), dict[int, bool]()
    for count, index in enumerate(indexes, start=1):
        active = is_active(contents.of(index).state)
        if active is not None:
            says[index] = active
            for name in contents.of(index).said.names:
                kin.name(name, index)
        if count % _ITEMS_IN_A_SLICE == 0:
            yield
    families = yield from kin.families()
    return [
        Contradiction(tuple(family), "standing-differs")
        for family in families
        if differ_between_partners(family, items, says.__getitem__) and overlap(family, items, says)
    ]
