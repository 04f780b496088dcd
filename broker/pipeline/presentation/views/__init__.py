"""The useful views: a view's items into rows that answer one question, with their sources. Pure, in slices.

Each row names its sources and its items, a group is one row, a contradiction is marked on each side. Nothing
is reckoned, rounded or converted: values and dates are texts, as the partners wrote them.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterator, Mapping
from types import MappingProxyType
from typing import Any

import msgspec

from broker.domain.query import Interaction
from broker.domain.view import View
from broker.pipeline.presentation.frame import Frame
from broker.pipeline.presentation.presented import JSON, Presented
from broker.pipeline.presentation.views.heading import heading
from broker.pipeline.presentation.views.items import ViewItem, items_of
from broker.pipeline.presentation.views.medicines import medicines
from broker.pipeline.presentation.views.people import people
from broker.pipeline.presentation.views.results import results
from broker.pipeline.presentation.views.timeline import timeline
from broker.pipeline.presentation.views.told import Told

_CHUNK_BYTES = 96 * 1024
_LET_GO_IN_A_SLICE = 500
_Maker = Callable[[list[ViewItem], View, Frame], Generator[None, None, Told]]
_MAKERS: Mapping[Interaction, _Maker] = MappingProxyType(
    {
        Interaction.VIEW_MEDICINES: medicines,
        Interaction.VIEW_RESULTS: results,
        Interaction.VIEW_TIMELINE: timeline,
        Interaction.VIEW_PEOPLE: people,
    }
)


def present_view(view: View, frame: Frame) -> Generator[None, None, Presented]:
    """The view that the question names, as one JSON object with its rows last."""
    items = yield from items_of(view, frame)
    told = yield from _MAKERS[frame.query.interaction](items, view, frame)
    opening = msgspec.json.encode({**heading(view, frame, told.shown), **told.beside})[:-1]
    chunks = []
    for chunk in _chunks(opening, {**told.lists, "rows": told.rows}):
        chunks.append(chunk)
        yield
    yield from _let_go(items)
    yield from _let_go(told.rows)
    return Presented(body=tuple(chunks), shown=sorted(told.shown), media_type=JSON)


def _chunks(opening: bytes, lists: Mapping[str, list[dict[str, Any]]]) -> Iterator[bytes]:
    """The body in pieces, each list's members one after another."""
    waiting, size = [opening], len(opening)
    for name, members in lists.items():
        waiting.append(b',"%b":[' % name.encode())
        for place, member in enumerate(members):
            written = msgspec.json.encode(member)
            waiting += (b",", written) if place else (written,)
            size += len(written)
            if size > _CHUNK_BYTES:
                yield b"".join(waiting)
                waiting, size = [], 0
        waiting.append(b"]")
    waiting.append(b"}")
    yield b"".join(waiting)


def _let_go(things: list[Any]) -> Generator[None, None, None]:
    """Empty a long list in slices: to free a great tree at once holds the loop as work does."""
    while things:
        del things[-_LET_GO_IN_A_SLICE:]
        yield
