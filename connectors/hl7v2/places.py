"""Whom and what the items of one message are about, and the ids that they go by."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field

from connectors.hl7v2.datatypes import annotation, compact, extended
from connectors.hl7v2.items import Item
from connectors.hl7v2.reading import Message
from connectors.hl7v2.taking import Taking, carried
from connectors.r4 import Tree, stable_id

# The order before it is a resource of its own.
_REPORT = "OBR"
# FHIR R4, extension `note`.
_NOTE = "http://hl7.org/fhir/StructureDefinition/note"


@dataclass(slots=True)
class Surroundings:
    """What stands around an item: its message, the person and the visit named before it."""

    message: Message
    number_authority: str
    subject: str = field(default="", repr=False)
    encounter: str = ""
    _seen: Counter[str] = field(default_factory=Counter, repr=False)
    _brought: set[str] = field(default_factory=set, repr=False)

    def new_id(self, kind: str, *written: str) -> str:
        """The same for the same segments, answer after answer; the second of two alike has its own."""
        first = stable_id(kind, self.subject, *written)
        self._seen[first] += 1
        again = self._seen[first]
        return first if again == 1 else stable_id(first, str(again))

    def known_id(self, kind: str, *written: str) -> str:
        """Of whom or what others refer to: the same words again are the same person, or visit."""
        return stable_id(kind, self.subject, *written)

    def is_new(self, tree: Tree) -> bool:
        """False when this message has brought it already: many repeat the person before each result."""
        before = len(self._brought)
        self._brought.add(tree["id"])
        return len(self._brought) > before

    def about(self, member: str = "subject") -> Tree:
        """The person, or nothing where none was named: such an item proves nobody's."""
        return {member: {"reference": self.subject}} if self.subject else {}

    def during(self, member: str = "encounter") -> Tree:
        """The visit, where one was named."""
        return {member: {"reference": self.encounter}} if self.encounter else {}


def finished(tree: Tree, takings: list[Taking], item: Item, *known: str) -> Tree:
    """The resource with its comments, and with everything that had no place in it as given.

    `known` are the following segments that were read into it.
    """
    rest = [extension for taking in takings for extension in taking.rest()]
    others = [one for one in item.following if one.name not in known and one.name != "NTE"]
    if item.order and item.head.name != _REPORT:
        others = [item.order.head, *item.order.following, *others]
    return extended(compact(tree), *rest, *carried(others))


def notes_of(item: Item) -> tuple[list[Tree], list[Taking]]:
    """The comments behind an item, as Annotations, with what of them was not taken."""
    notes, takings = [], []
    for segment in item.followed_by("NTE"):
        comment = Taking(segment, 1)
        lines = [value.whole for value in comment.values(3)]
        author, written = comment.one(5), comment.text(6)
        takings.append(comment)
        if lines:
            notes.append(annotation(lines, author, written))
    return notes, takings


def noted(tree: Tree, notes: list[Tree]) -> Tree:
    """A resource of a type that has no comments of its own, with these."""
    return extended(tree, *({"url": _NOTE, "valueAnnotation": note} for note in notes))
