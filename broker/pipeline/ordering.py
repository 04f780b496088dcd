"""One partner's resources in one order, whatever order it sent them in. Pure, in slices.

With the partners in the order of the registrations it is a total order: a page asked for again holds what it
held before. Who and where the items speak of comes first, then the person as the partner has them, then
type and id; two contents under one id stand by their bytes.
"""

from __future__ import annotations

import heapq
from collections.abc import Generator, Sequence

from broker.domain.category import SUPPORTING_TYPES
from broker.domain.resource import Resource

_IN_A_SLICE = 1_000
_FIRST = {**dict.fromkeys(SUPPORTING_TYPES, 0), "Patient": 1}


def ordered(resources: Sequence[Resource]) -> Generator[None, None, list[Resource]]:
    """The same resources, each as often as it was given."""
    runs = []
    for begins in range(0, len(resources), _IN_A_SLICE):
        runs.append(sorted(resources[begins : begins + _IN_A_SLICE], key=_place))
        yield
    if len(runs) == 1:
        return runs[0]
    merged: list[Resource] = []
    for resource in heapq.merge(*runs, key=_place):
        merged.append(resource)
        if len(merged) % _IN_A_SLICE == 0:
            yield
    return merged


def _place(resource: Resource) -> tuple[int, str, bytes]:
    return _FIRST.get(resource.header.resourceType, 2), resource.local_reference, resource.raw
