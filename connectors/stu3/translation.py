"""The STU3 resources of one answer to R4 items, each with the place of the resource that it came from."""

from __future__ import annotations

from collections.abc import Generator, Sequence
from dataclasses import dataclass, field

from broker.domain.json_bytes import write_tree
from broker.domain.list_warnings import list_warnings
from broker.ports.connector import Entry, Pause
from connectors.r4 import ListedReason, Tree, listed
from connectors.stu3.context import Context, local_names
from connectors.stu3.courses import Courses
from connectors.stu3.ended import ended_items, take_ended
from connectors.stu3.names import Names
from connectors.stu3.persons import named_person
from connectors.stu3.reading import BYTES_A_RESOURCE_COSTS, Source, read_sources
from connectors.stu3.resources import category_in_r4, translate_contained, translate_large, translate_resource
from connectors.stu3.results import Results

# Well under 5 ms of work.
_BYTES_BETWEEN_PAUSES = 32 * 1024


@dataclass(frozen=True, slots=True)
class Item:
    """One R4 item. `source` is the place of its STU3 resource in what was given; `reason` says why an item
    is listed with its original instead of translated.
    """

    source: int
    entry: Entry
    reason: ListedReason | None = None


@dataclass(frozen=True, slots=True)
class Translation:
    """Everything that became of an answer. `list_warnings` are GP Connect's codes, `other` among them."""

    items: tuple[Item, ...] = field(repr=False)
    list_warnings: frozenset[str] = frozenset()

    @property
    def entries(self) -> tuple[Entry, ...]:
        """The items as a page takes them."""
        return tuple(item.entry for item in self.items)


def translate(resources: Sequence[bytes]) -> Generator[Pause, None, Translation]:
    """Translate the resources of one answer, the Patient among them. Every one of them becomes an item:
    one that cannot be read is not readable, and one of an unknown kind is listed.
    """
    names = Names()
    sources = yield from read_sources(resources, names)
    answer = _Answer(sources, names)
    items: list[Item] = []
    warnings: set[str] = set()
    worked = 0
    for source in sources:
        cost = len(source.raw) + BYTES_A_RESOURCE_COSTS
        worked += cost
        if worked > _BYTES_BETWEEN_PAUSES:
            worked = cost
            yield Pause()
        items.extend((yield from answer.items_of(source)))
        if source.kind == "List" and source.tree is not None:
            warnings.update(list_warnings(source.tree))
    return Translation(tuple(items), frozenset(warnings))


class _Answer:
    """What one answer's resources need to know of each other."""

    def __init__(self, sources: Sequence[Source], names: Names) -> None:
        self._context = Context(names, translate_contained)
        lists = (source for source in sources if source.kind == "List")
        self._ended = {source.place: ended for source in lists if (ended := take_ended(source, names))}
        self._courses = Courses(sources, self._context)
        self._results = Results(sources, self._context)
        self._patient = next((f"Patient/{each.new_id}" for each in sources if each.kind == "Patient"), None)

    def items_of(self, source: Source) -> Generator[Pause, None, list[Item]]:
        """The items of one resource: itself, and what stood in it as an item of its own."""
        if source.tree is None:
            return [Item(source.place, Entry(raw=source.raw, readable=False))]
        if not source.kind:
            return [self._listed(source, ListedReason.SHAPE)]
        ended = self._ended.get(source.place)
        tree = ended.rest if ended else source.tree
        self._context.local = {**local_names(tree), **(ended.local if ended else {})}
        out = yield from self._made(source, tree)
        if isinstance(out, ListedReason):
            return [self._listed(source, out)]
        self._courses.complete(out)
        self._results.complete(out)
        made = [out, *(ended_items(ended, self._context) if ended else ())]
        return [Item(source.place, Entry(raw=write_tree(each))) for each in made]

    def _made(self, source: Source, tree: Tree) -> Generator[Pause, None, Tree | ListedReason]:
        if len(source.raw) <= _BYTES_BETWEEN_PAUSES:
            return translate_resource(tree, source.new_id, self._context)
        slices = translate_large(tree, source.new_id, self._context)
        while True:
            try:
                next(slices)
            except StopIteration as done:
                made: Tree | ListedReason = done.value
                return made
            yield Pause()

    def _listed(self, source: Source, reason: ListedReason) -> Item:
        subject = named_person(source.tree or {}, self._patient, self._context) or self._patient
        made = listed(category_in_r4(source.kind), reason, source.raw, subject=subject)
        return Item(source.place, Entry(raw=write_tree(made)), reason)
