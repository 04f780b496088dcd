"""A view's items to the entries of a Bundle: ids, marks, and each partner's ink."""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Generator, Iterator

from broker.domain.category import SUPPORTING_TYPES
from broker.domain.resource import Resource
from broker.domain.view import View
from broker.pipeline.presentation.carrying import carry
from broker.pipeline.presentation.frame import Frame
from broker.pipeline.presentation.ink import CONTRADICTION_TAG, GROUP_TAG, Ink
from broker.pipeline.presentation.written import INCLUDE, MATCH, Written

_ITEMS_IN_A_SLICE = 200
_IDS_IN_A_SLICE = 1_000
Marks = dict[int, tuple[tuple[str, str], ...]]


class Pen:
    """What writes the items of one view as this reader sees them."""

    def __init__(self, view: View, frame: Frame) -> None:
        self._view = view
        self._frame = frame
        self._base = frame.base_url.encode()
        self._inks = _inks(view, frame)
        self._marks = _marks(view)
        self._taken: set[str] = set()

    def new_id(self, resource: Resource) -> str:
        """The id of the next item: each is given one once, in the view's order."""
        return _id(resource, self._inks[resource.partner_id], self._taken)

    def pieces(self, index: int, item_id: str) -> list[bytes]:
        """The item's entry, up to what closes it."""
        resource, view = self._view.items[index], self._view
        ink, written_id = self._inks[resource.partner_id], item_id.encode()
        return carry(
            resource,
            b'{"fullUrl":"%b/%b/%b","resource":'
            % (self._base, resource.header.resourceType.encode(), written_id),
            written_id,
            ink.meta(resource.category, self._marks.get(index, ())),
            ink,
            self._frame.document_link,
            without_narrative=resource.partner_id in view.narrative_hidden_from,
        )


def _name(item: Resource, item_id: str) -> str:
    return f"{item.header.resourceType}/{item_id}"


def entries_of(view: View, frame: Frame) -> Generator[None, None, list[Written]]:
    """Each shown item's entry, in the order in which it is shown."""
    pen = Pen(view, frame)
    ids = yield from ids_of(view, pen)
    entries = []
    for count, (index, is_match) in enumerate(_shown(view), start=1):
        pieces = pen.pieces(index, ids[index])
        pieces.append(MATCH if is_match else INCLUDE)
        entries.append(Written(index, pieces, is_match, _name(view.items[index], ids[index])))
        if count % _ITEMS_IN_A_SLICE == 0:
            yield
    return entries


def item_ids(view: View, frame: Frame) -> Generator[None, None, list[str]]:
    """The id of each of the view's items, whether it is shown or not: a criterion changes none."""
    return (yield from ids_of(view, Pen(view, frame)))


def _shown(view: View) -> Iterator[tuple[int, bool]]:
    """Where each shown item stands in the view, and whether it is a match."""
    selection = view.selection
    if selection is None:
        for index, resource in enumerate(view.items):
            yield index, resource.header.resourceType not in SUPPORTING_TYPES
        return
    yield from ((index, index in selection.matches) for index in selection.shown)


def ids_of(view: View, pen: Pen) -> Generator[None, None, list[str]]:
    """The id of each of the view's items, in order, by a pen that has written none."""
    ids = []
    for count, resource in enumerate(view.items, start=1):
        ids.append(pen.new_id(resource))
        if count % _IDS_IN_A_SLICE == 0:
            yield
    return ids


def _id(resource: Resource, ink: Ink, taken: set[str]) -> str:
    """An id of its own for each item; two different contents under one local id get two."""
    item_id = ink.item_id(resource.local_reference)
    if item_id in taken:
        mark = hashlib.blake2b(resource.raw, digest_size=8).hexdigest()
        item_id = ink.item_id(f"{resource.local_reference}#{mark}")
    taken.add(item_id)
    return item_id


def _inks(view: View, frame: Frame) -> dict[str, Ink]:
    """Each partner's ink, which knows the partner's own Patients before any reference is rewritten."""
    names = {} if view.locationless else frame.names
    inks = {
        partner_id: Ink(partner_id, names.get(partner_id, ""), frame.sealer, frame.token)
        for partner_id in {resource.partner_id for resource in view.items}
    }
    for resource in view.items:
        if resource.full_url is not None and resource.full_url.startswith("urn:"):
            inks[resource.partner_id].names_by_urn(resource)
    for partner_id, references in view.person_references.items():
        if partner_id in inks:
            inks[partner_id].refers_to_person(references)
    return inks


def _marks(view: View) -> Marks:
    """For each item, the codes of the groups and contradictions that it stands in."""
    marks: dict[int, list[tuple[str, str]]] = defaultdict(list)
    for number, group in enumerate(view.groups, start=1):
        for index in group.members:
            marks[index].append((GROUP_TAG, f"g{number}"))
    for number, contradiction in enumerate(view.contradictions_told, start=1):
        for index in contradiction.members:
            marks[index].append((CONTRADICTION_TAG, f"c{number}"))
    return {index: tuple(found) for index, found in marks.items()}
