"""A search over a made-up view, and what of it is shown."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from broker.domain.criteria import Criteria, DateValue, Filter, Prefix, TokenValue
from broker.domain.query import Interaction, RecordQuery
from broker.domain.resource import Resource
from broker.domain.spans import span_of
from broker.domain.view import View
from broker.pipeline.selecting import select
from tests.support.records import NUMBER, finished
from tests.support.views import view


def date(text: str) -> DateValue:
    """A date with its prefix, as a parameter says it."""
    prefix = Prefix(text[:2]) if text[:2].isalpha() else Prefix.EQ
    written = text[2:] if text[:2].isalpha() else text
    span = span_of(written)
    assert span is not None, text
    return DateValue(prefix, span, written)


def token(text: str) -> TokenValue:
    """A code, as a parameter says it, without escapes."""
    system, bar, code = text.rpartition("|")
    return TokenValue(system if bar else None, code)


def dated(name: str, *texts: str) -> Filter:
    """A filter by dates."""
    return Filter(name, tuple(date(text) for text in texts))


def coded(name: str, *texts: str) -> Filter:
    """A filter by codes."""
    return Filter(name, tuple(token(text) for text in texts))


def search(kind: str, *filters: Filter, **more: Any) -> RecordQuery:
    """A search for one type; every other criterion by its name."""
    return RecordQuery(
        interaction=Interaction.SEARCH,
        number=NUMBER,
        resource_types=frozenset({kind}),
        criteria=Criteria(filters=filters, **more),
    )


def whole(**bounds: str) -> RecordQuery:
    """The whole record, by `since`, `start` and `end`."""
    return RecordQuery(
        interaction=Interaction.EVERYTHING,
        number=NUMBER,
        criteria=Criteria(**{name: date(text) for name, text in bounds.items()}),
    )


def selected(
    items: Iterable[Resource], query: RecordQuery, item_ids: Sequence[str] = (), **members: Any
) -> View:
    """The view of these items under a question's criteria."""
    return finished(select(view(tuple(items), **members), query, item_ids))


def matched(items: Iterable[Resource], query: RecordQuery, **members: Any) -> list[str]:
    """Local ids of the matches, in their order."""
    found = selected(items, query, **members)
    assert found.selection is not None
    return _ids(found, [place for place in found.selection.shown if place in found.selection.matches])


def along(items: Iterable[Resource], query: RecordQuery, **members: Any) -> list[str]:
    """Local ids of what comes along."""
    found = selected(items, query, **members)
    assert found.selection is not None
    return _ids(found, [place for place in found.selection.shown if place not in found.selection.matches])


def shown(items: Iterable[Resource], query: RecordQuery, **members: Any) -> list[str]:
    """Local ids of all that is shown, in its order."""
    found = selected(items, query, **members)
    assert found.selection is not None
    return _ids(found, found.selection.shown)


def _ids(found: View, places: Iterable[int]) -> list[str]:
    return [found.items[place].header.id or "" for place in places]
