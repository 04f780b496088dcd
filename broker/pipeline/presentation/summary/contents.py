"""What stands in a summary: the entries of the document, and which of them each section shows. Pure."""

from __future__ import annotations

import hashlib
import uuid
from collections.abc import Generator, Iterable
from dataclasses import dataclass, field

import msgspec

from broker import __version__
from broker.domain.category import FRAME_TYPES
from broker.domain.none_known import says_none_known
from broker.domain.references import references_in
from broker.domain.told_item import Item, told_item
from broker.domain.view import View
from broker.pipeline.presentation.detected_issues import Issue, issues_of
from broker.pipeline.presentation.entries import Pen, ids_of
from broker.pipeline.presentation.frame import Frame
from broker.pipeline.presentation.summary.choosing import Chosen, choose
from broker.pipeline.presentation.summary.composition import PROGRAM
from broker.pipeline.presentation.summary.sections import Section

_ITEMS_IN_A_SLICE = 100
# What one item names to say what it is about, and which has no line of its own.
_LENDERS = frozenset({"Medication"})


class _Entry(msgspec.Struct):
    resource: dict[str, object]


# A fraction stays the text that was sent: `1.50` is never 1.5.
_ENTRY = msgspec.json.Decoder(_Entry, float_hook=str)


@dataclass(slots=True)
class Contents:
    """`entries` are Bundle entries by index into `View.items`, each item's own bytes; `names` are `Type/id`.

    `witnesses` stand in no section, and a sentence of ours rests on each: lists by which a source states that
    it knows of none, and what contradicts something. `lenders` have no line of their own, and those that are
    `lent` say what others are about. `issues` are ours, on what contradicts. `document_id` is a UUID of this
    person, moment, reader and content, `device_id` is of this program.
    """

    chosen: Chosen
    document_id: str = ""
    device_id: str = ""
    names: list[str] = field(default_factory=list)
    entries: dict[int, bytes] = field(default_factory=dict)
    witnesses: list[int] = field(default_factory=list)
    lenders: list[int] = field(default_factory=list)
    lent: set[int] = field(default_factory=set)
    issues: list[Issue] = field(default_factory=list)

    def told(self, section: Section) -> Generator[None, None, list[Item]]:
        """The items of a section, and those that lend them their words."""
        items, named = [], set()
        for index in self.chosen.items[section]:
            items.append(self._item(index))
            named.update(references_in(self.entries[index]))
            if len(items) % _ITEMS_IN_A_SLICE == 0:
                yield
        lent = [index for index in self.lenders if self.names[index] in named]
        self.lent.update(lent)
        return [*items, *map(self._item, lent)]

    def _item(self, index: int) -> Item:
        return told_item(_ENTRY.decode(self.entries[index]).resource)


def contents_of(view: View, frame: Frame) -> Generator[None, None, Contents]:
    """Every item of every section, and whatever of the view they name."""
    contents = Contents((yield from choose(view, frame.at)))
    pen = Pen(view, frame)
    ids = yield from ids_of(view, pen)
    kinds = [resource.header.resourceType for resource in view.items]
    contents.names = [f"{kind}/{item_id}" for kind, item_id in zip(kinds, ids, strict=True)]
    yield
    contents.witnesses = _witnesses(view, contents.chosen)
    places = {name: index for index, name in enumerate(contents.names)}
    waiting = [*contents.witnesses, *(one for chosen in contents.chosen.items.values() for one in chosen)]
    while waiting:
        index = waiting.pop()
        if index not in contents.entries:
            entry = b"".join((*pen.pieces(index, ids[index]), b"}"))
            contents.entries[index] = entry
            waiting += _named(entry, places)
            if len(contents.entries) % _ITEMS_IN_A_SLICE == 0:
                yield
    contents.lenders = [index for index in sorted(contents.entries) if kinds[index] in _LENDERS]
    contents.issues = issues_of(view, frame, dict(enumerate(contents.names)))
    contents.document_id = yield from _document_id(contents, frame)
    contents.device_id = frame.sealer.item_id(PROGRAM.lower(), f"Device/{__version__}")
    return contents


def _witnesses(view: View, chosen: Chosen) -> list[int]:
    frames = (index for index, one in enumerate(view.items) if one.header.resourceType in FRAME_TYPES)
    rested_on = {index for index in frames if says_none_known(view.items[index])}
    rested_on.update(index for one in view.contradictions_told for index in one.members)
    return sorted(rested_on.difference(*chosen.items.values()))


def _document_id(contents: Contents, frame: Frame) -> Generator[None, None, str]:
    """Keyed, so that it tells nobody anything. Whatever differs, be it the reader, gives another."""
    whole = hashlib.blake2b(f"{frame.token}\x1f{frame.at.isoformat()}".encode())
    for place, index in enumerate(sorted(contents.entries)):
        whole.update(contents.entries[index])
        if place % _ITEMS_IN_A_SLICE == 0:
            yield
    digest = frame.sealer.digest(b"document" + whole.digest())
    return str(uuid.UUID(bytes=digest[:16], version=4))


def _named(entry: bytes, places: dict[str, int]) -> Iterable[int]:
    return (places[name] for name in references_in(entry) if name in places)
