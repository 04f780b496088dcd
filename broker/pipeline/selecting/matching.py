"""One item against everything that a search asks of it."""

from __future__ import annotations

from collections.abc import Iterator

from broker.domain.criteria import Criteria, DateValue, Filter, TokenValue
from broker.domain.resource import Meta, Resource
from broker.domain.search_parameters import DATE, LAST_UPDATED, MEDICINE, SearchParameter, parameters_of
from broker.domain.spans import Span, span_of
from broker.domain.view import View
from broker.pipeline.selecting.care_dates import may_be_of_the_time
from broker.pipeline.selecting.companions import Places
from broker.pipeline.selecting.dates import satisfies, spans_in
from broker.pipeline.selecting.elements import Elements
from broker.pipeline.selecting.medicines import Medicines
from broker.pipeline.selecting.tokens import codes_in, is_of


class Matching:
    """The criteria of one question, for the items of one view."""

    def __init__(self, criteria: Criteria, view: View, places: Places) -> None:
        """`places` are those of the view's items by their names."""
        self._criteria = criteria
        self._asked_at = view.asked_at
        self._elements = Elements()
        self._medicines = Medicines(view.items, places, self._elements)

    def matches(self, resource: Resource) -> bool:
        """Every filter is satisfied, and the item may be of the time asked for."""
        criteria = self._criteria
        if not all(self._satisfies(resource, one) for one in criteria.filters):
            return False
        if criteria.since is not None and not _changed_since(resource, criteria.since):
            return False
        if criteria.start is None and criteria.end is None:
            return True
        return may_be_of_the_time(resource, self._elements, criteria.start, criteria.end)

    def spans(self, resource: Resource, name: str) -> list[Span]:
        """The spans of a date parameter; none where the type has no such parameter."""
        if name == LAST_UPDATED.name:
            return _last_updated(resource)
        parameter = parameters_of(resource.header.resourceType).get(name)
        if parameter is None or parameter.search_type != DATE:
            return []
        return spans_in(self._elements.values(resource, parameter.elements))

    def _satisfies(self, resource: Resource, asked: Filter) -> bool:
        parameter = parameters_of(resource.header.resourceType).get(asked.name)
        if parameter is None:
            return False
        if parameter.search_type == DATE:
            own = self.spans(resource, asked.name)
            return any(satisfies(value, own, self._asked_at) for value in _dates(asked))
        return self._has_code(resource, parameter, asked)

    def _has_code(self, resource: Resource, parameter: SearchParameter, asked: Filter) -> bool:
        values = list(self._elements.values(resource, parameter.elements))
        if MEDICINE in parameter.elements:
            values += self._medicines.codes(resource)
        own = list(codes_in(values, parameter.system))
        return any(is_of(value, code) for value in _tokens(asked) for code in own)


def _dates(asked: Filter) -> Iterator[DateValue]:
    return (value for value in asked.values if isinstance(value, DateValue))


def _tokens(asked: Filter) -> Iterator[TokenValue]:
    return (value for value in asked.values if isinstance(value, TokenValue))


def _last_updated(resource: Resource) -> list[Span]:
    meta = resource.header.meta
    written = meta.lastUpdated if isinstance(meta, Meta) else None
    span = span_of(written) if written else None
    return [] if span is None else [span]


def _changed_since(resource: Resource, since: DateValue) -> bool:
    """At or after; where nobody says when it changed, it may have been since."""
    own = _last_updated(resource)
    return not own or own[0].ends_ns > since.span.begins_ns
