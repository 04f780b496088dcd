"""The parameters of a request to the criteria of its question: read, never judged."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

from broker.domain.criteria import Criteria, Filter, Include
from broker.domain.errors import BadRequest
from broker.domain.include_parameters import names_person
from broker.domain.search_parameters import DATE, MEDICINE, parameters_of
from broker.http import search_values as read
from broker.http.parameters import item_ids

VALUES_MAX = 64
Given = Mapping[str, Sequence[str]]


def search_criteria(given: Given, kind: str) -> Criteria:
    """Of a search for one type. Raises BadRequest and NotSupported, never with a value in it."""
    filters = tuple(_filters(given, kind))
    if sum(len(one.values) for one in filters) > VALUES_MAX:
        raise BadRequest(f"A search has at most {VALUES_MAX} codes and dates.")
    asked = {read.include(one, kind) for one in given.get("_include", ())}
    includes = tuple(sorted(asked | set(_medicines(filters, kind))))
    types = frozenset[str]().union(*(read.types_included(one) for one in includes))
    return Criteria(
        filters=filters,
        ids=item_ids(given.get("_id", ())),
        sort=read.sort_keys(given["_sort"][0], kind) if "_sort" in given else (),
        includes=includes,
        included_types=types,
        includes_person=any(names_person(one.kind, one.name) for one in includes),
    )


def _medicines(filters: Iterable[Filter], kind: str) -> Iterator[Include]:
    """A search by a medicine's code needs those that are named by reference, and shows them."""
    if any(MEDICINE in parameters_of(kind)[one.name].elements for one in filters):
        yield Include(kind, "medication")


def _filters(given: Given, kind: str) -> Iterator[Filter]:
    """A parameter that is given again is a filter of its own: both are to be satisfied."""
    for name, row in parameters_of(kind).items():
        for value in given.get(name, ()):
            made = read.dates(value, name) if row.search_type == DATE else read.tokens(value, name)
            yield Filter(name, made)


def record_criteria(given: Given) -> Criteria:
    """Of `$everything`. Raises BadRequest."""
    since, start, end = (
        read.bound(given[name][0] if name in given else None, name) for name in ("_since", "start", "end")
    )
    if start is not None and end is not None and start.span.begins_ns >= end.span.ends_ns:
        raise BadRequest("`start` is not after `end`.")
    return Criteria(since=since, start=start, end=end)
