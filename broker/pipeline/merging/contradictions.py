"""Items that cannot all be true, shown together as contradictions. No winner is chosen, and nothing goes."""

from __future__ import annotations

from collections.abc import Generator, Iterable, Sequence

from broker.domain.resource import Resource
from broker.domain.view import Contradiction, Group
from broker.pipeline.merging.deaths import deaths
from broker.pipeline.merging.denials import denials
from broker.pipeline.merging.doses import doses
from broker.pipeline.merging.ground import Ground
from broker.pipeline.merging.grouping import Grouping
from broker.pipeline.merging.resuscitation import resuscitation
from broker.pipeline.merging.standing import standing


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
        clashes += yield from standing(kind, items, contents)
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
