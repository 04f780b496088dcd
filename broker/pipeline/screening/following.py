"""What may not be seen leaves no reference behind: optional ones are cut, required ones take their holder.

Only where something could be kept from the reader; and most resources are cleared by their bytes alone,
so that a tree is made where there is something to look at. In slices, counted in bytes.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Generator, Iterable, Mapping, Sequence
from heapq import heapify, heappop, heappush

import msgspec

from broker.domain.json_bytes import lossless_tree, write_tree
from broker.domain.references import may_hide, plain_name, references_in
from broker.domain.resource import ABSENT, Header, Resource
from broker.pipeline.screening.containing import NOTHING_REMOVED, Inside
from broker.pipeline.screening.member_names import CLINICAL, PERHAPS_CLINICAL
from broker.pipeline.screening.pruning import Pruning
from broker.pipeline.screening.reach import Reach, names_of

# A tree of this many bytes is about two milliseconds of work.
_BYTES_IN_A_SLICE = 32 * 1024
# Members that could name an item by other means than a reference, or by one of an unusual shape.
_NAMING = frozenset(name.encode() for name in (CLINICAL | PERHAPS_CLINICAL) - {"reference"})
# The one usual shape of such a member, from the end of its name on.
_USUAL = b'":{"reference":"'
_TYPED = re.compile(rb'"type"\s*:\s*"(?:[A-Z]|http)')
_JSON_AS_TEXT = re.compile(rb'"valueString"\s*:\s*"(?:\s|\\[nrt])*[\[{]')
_HEADER = msgspec.json.Decoder(Header)


def follow(
    resources: Sequence[Resource], inside: Mapping[int, Inside], reach: Reach
) -> Generator[None, None, list[Resource | None]]:
    """Each resource as it may stand, or None where it cannot, in their order.

    `inside` says, by place in `resources`, what must go of what a resource contains. One that falls may
    itself be referred to, so this goes on until nothing more falls. `reach` learns of each.
    """
    followed: list[Resource | None] = []
    fallen: list[int] = []
    worked = 0
    for place, resource in enumerate(resources):
        cut = _cut(resource, inside.get(place, NOTHING_REMOVED), reach)
        followed.append(cut)
        if cut is None:
            fallen.append(place)
        worked += len(resource.raw)
        if worked > _BYTES_IN_A_SLICE:
            worked = 0
            yield
    if fallen:
        yield from _follow_fallen(resources, followed, fallen, reach)
    return followed


def _follow_fallen(
    resources: Sequence[Resource], followed: list[Resource | None], fallen: Iterable[int], reach: Reach
) -> Generator[None, None, None]:
    """Look again at whatever refers to what fell, the smallest first.

    So something that lists many is looked at once, when all that falls of them has fallen.
    """
    holders = yield from _holders(followed)
    waiting = {place for lost in fallen for place in _lose(resources[lost], holders, reach)}
    queue = [(len(resources[place].raw), place) for place in waiting]
    heapify(queue)
    while queue:
        _, place = heappop(queue)
        waiting.discard(place)
        holder = followed[place]
        if holder is not None:
            followed[place] = _cut(holder, NOTHING_REMOVED, reach)
            if followed[place] is None:
                for other in _lose(resources[place], holders, reach) - waiting:
                    waiting.add(other)
                    heappush(queue, (len(resources[other].raw), other))
        yield


def _lose(lost: Resource, holders: dict[str, list[int]], reach: Reach) -> set[int]:
    """Hide what fell; the places of those that refer to it."""
    reach.falls(lost)
    return {place for name in names_of(lost) for place in holders.pop(name, ())}


def _holders(followed: Sequence[Resource | None]) -> Generator[None, None, dict[str, list[int]]]:
    """For each name that is referred to, the places of those that refer to it."""
    holders: dict[str, list[int]] = defaultdict(list)
    worked = 0
    for place, resource in enumerate(followed):
        if resource is None:
            continue
        for reference in references_in(resource.raw):
            for name in {reference, plain_name(reference) or reference}:
                holders[name].append(place)
        worked += len(resource.raw)
        if worked > _BYTES_IN_A_SLICE:
            worked = 0
            yield
    return holders


def _cut(resource: Resource, inside: Inside, reach: Reach) -> Resource | None:
    """The resource without what may not stand; itself when all of it may; None when it cannot stand."""
    plain = not inside.removed and not _is_unusual(resource) and _all_open(resource, reach)
    if plain and not (reach.hides_words_of_person and b'"display"' in resource.raw):
        return resource
    tree = lossless_tree(resource.raw)
    pruning = Pruning(reach)
    if not pruning.prune(tree, inside):
        return None
    if not pruning.changed:
        return resource
    raw = write_tree(tree)
    given = resource.given or resource.raw
    return msgspec.structs.replace(resource, raw=raw, header=_HEADER.decode(raw), given=given)


def _is_unusual(resource: Resource) -> bool:
    """True when bytes alone cannot show that every Reference may stand and no narrative is inside."""
    raw, header = resource.raw, resource.header
    if may_hide(raw) or header.contained is not None or _names_unusually(raw):
        return True
    outer = 0 if header.text is ABSENT else bytes(header.text).count(b'"div"')
    return raw.count(b'"div"') > outer


def _names_unusually(raw: bytes) -> bool:
    """True when something could be named by other means than a plain Reference. Doubt says yes.

    Without the members of the usual shape, no string between quotes may be the name of such a member.
    """
    rest = raw.replace(_USUAL, b"\0")
    return (
        not _NAMING.isdisjoint(rest.split(b'"'))
        or b'Reference"' in rest
        or raw.count(b'reference"') != raw.count(b'"reference":"')
        or (b'"type"' in raw and _TYPED.search(raw) is not None)
        or (b'"valueString"' in raw and _JSON_AS_TEXT.search(raw) is not None)
    )


def _all_open(resource: Resource, reach: Reach) -> bool:
    return all(reach.opens(reference) for reference in references_in(resource.raw))
