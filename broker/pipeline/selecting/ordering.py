"""Matches into the order that `_sort` asks for. What has no such date comes last, either way round."""

from __future__ import annotations

from collections.abc import Generator, Sequence

from broker.domain.criteria import SortKey
from broker.domain.resource import Resource
from broker.domain.view import View
from broker.pipeline.selecting.matching import Matching

_ITEMS_IN_A_SLICE = 400


def in_order(
    matches: Sequence[int], view: View, matching: Matching, keys: Sequence[SortKey]
) -> Generator[None, None, list[int]]:
    """By the first key, then by the next; where all are alike, in the view's own order.

    Of several dates the earliest counts upwards and the latest downwards (R4 4.0.1, search.html#sort).
    """
    ordered = list(matches)
    for key in reversed(keys):  # each sort keeps the order of what is alike, so the first key is the last
        dated: list[tuple[int, int]] = []
        undated: list[int] = []
        for count, place in enumerate(ordered, start=1):
            moment = _moment(key, view.items[place], matching)
            if moment is None:
                undated.append(place)
            else:
                dated.append((moment, place))
            if count % _ITEMS_IN_A_SLICE == 0:
                yield
        dated.sort(key=lambda one: one[0], reverse=key.descending)
        ordered = [place for _, place in dated] + undated
        yield
    return ordered


def _moment(key: SortKey, resource: Resource, matching: Matching) -> int | None:
    """Nanoseconds, as in a Span."""
    spans = matching.spans(resource, key.name)
    if not spans:
        return None
    return max(one.ends_ns for one in spans) if key.descending else min(one.begins_ns for one in spans)
