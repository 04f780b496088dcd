"""One record and its translation into what is judged: each source item beside the R4 made of it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field, replace
from functools import partial

from tests.fidelity.facts import Ext, Inner, facts
from tests.fidelity.judging import Pair, Verdict, verdict
from tests.fidelity.places import ANY, found_at
from tests.fidelity.reading import Source, Tree, exact
from tests.fidelity.references import TYPES, Key, Names, same_target

ENDED_ALLERGIES = "1103671000000101"
ORIGINAL = "https://watersmeet.example/fhir/StructureDefinition/original"


@dataclass(frozen=True, slots=True)
class Output:
    """One R4 resource of a translation, the source resource that it was made of, and why it is listed."""

    source: int
    tree: Tree = field(repr=False)
    reason: str | None = None
    full_url: str | None = field(default=None, repr=False)


# Translates the resources of one record. The judge knows no translator; it is handed one.
Translate = Callable[[Source], Iterable[Output]]


@dataclass(frozen=True, slots=True)
class Record:
    """A source, read, beside the outputs of its translation."""

    name: str
    section: str
    sources: tuple[Tree, ...] = field(repr=False)
    full_urls: tuple[str | None, ...] = field(repr=False)
    outputs: tuple[Output, ...] = field(repr=False)

    def with_outputs(self, outputs: Iterable[Output]) -> Record:
        """The same source beside another translation."""
        return replace(self, outputs=tuple(outputs))


def record(source: Source, translate: Translate) -> Record:
    """One source, translated."""
    trees = tuple(exact(raw) for raw in source.resources)
    return Record(source.name, source.section, trees, source.full_urls, tuple(translate(source)))


def ended(resource: Tree) -> dict[str, Tree]:
    """The contained allergies of an `Ended allergies` list, by id: each is an item of its own."""
    if resource.get("resourceType") != "List":
        return {}
    codes = {node for _, node in found_at(resource, ("code", "coding", ANY, "code"))}
    if ENDED_ALLERGIES not in codes:
        return {}
    held = (one for one in resource.get("contained", ()) if one.get("resourceType") == "AllergyIntolerance")
    return {str(one["id"]): one for one in held if "id" in one}


def items(sources: Iterable[Tree]) -> Iterator[tuple[Key, Tree]]:
    """Every source item: each resource, and each contained one that must become an item."""
    for position, resource in enumerate(sources):
        yield (position, ""), resource
        yield from (((position, identity), one) for identity, one in ended(resource).items())


def made_of(held: Record) -> dict[Key, Output]:
    """The R4 that stands for each source item, where there is one."""
    by_source: dict[int, list[Output]] = {}
    for output in held.outputs:
        by_source.setdefault(output.source, []).append(output)
    made: dict[Key, Output] = {}
    for position, resource in enumerate(held.sources):
        left = by_source.get(position, [])
        whole = next((one for one in left if _stands_for(one, resource)), None)
        if whole is not None:
            made[position, ""] = whole
            left = [one for one in left if one is not whole]
        for identity, one in ended(resource).items():
            own = next((output for output in left if _is_own(output, one)), None)
            if own is not None:
                made[position, identity] = own
                left = [output for output in left if output is not own]
    return made


def _stands_for(output: Output, resource: Tree) -> bool:
    kind = str(resource.get("resourceType"))
    return output.reason is not None or output.tree.get("resourceType") == TYPES.get(kind, kind)


def _is_own(output: Output, one: Tree) -> bool:
    same = output.tree.get("identifier") == one.get("identifier") or output.tree.get("id") == one.get("id")
    return output.reason is not None or (output.tree.get("resourceType") == one.get("resourceType") and same)


@dataclass(frozen=True, slots=True)
class Ledger:
    """Which items each name means, in the source and in the R4."""

    given: Names = field(default_factory=Names)
    kept: Names = field(default_factory=Names)

    def same(self, holder: Key, given: str, kept: str) -> bool:
        """Whether two references, both written in `holder`, name the same item."""
        return same_target(given, kept, self.given.meant(given, holder), self.kept.meant(kept, holder))


def ledger(held: Record, made: dict[Key, Output]) -> Ledger:
    """The names of one record. A contained item is `#id` within its holder, and has its own id in R4."""
    names = Ledger()
    for key, resource in items(held.sources):
        position, inner = key
        if inner:
            names.given.items[f"{position}#{inner}"] = {key}
            names.given.items[f"List/{held.sources[position].get('id')}#{inner}"] = {key}
        else:
            names.given.add(key, resource, held.full_urls[position])
    for key, output in made.items():
        names.kept.add(key, output.tree, output.full_url)
        if key[1]:
            names.kept.items[f"{key[0]}#{key[1]}"] = {key}
    return names


def judged(held: Record) -> dict[Key, Verdict | None]:
    """Each source item's verdict; None for one that is lost."""
    made = made_of(held)
    return judged_with(held, made, ledger(held, made), None)


def judged_with(
    held: Record, made: dict[Key, Output], names: Ledger, only: set[int] | None
) -> dict[Key, Verdict | None]:
    """The verdicts with what is known of the record already; `only` judges some of its resources."""
    found: dict[Key, Verdict | None] = {}
    for key, resource in items(held.sources):
        if only is None or key[0] in only:
            output = made.get(key)
            found[key] = None if output is None else _verdict(key, resource, output, names)
    return found


def _verdict(key: Key, resource: Tree, output: Output, names: Ledger) -> Verdict:
    if output.reason is not None:
        return _of_listed(key, resource, output, names)
    leave_out = frozenset(() if key[1] else ended(resource))
    return verdict(Pair(resource, output.tree, partial(names.same, key)), leave_out)


def _of_listed(key: Key, resource: Tree, output: Output, names: Ledger) -> Verdict:
    """A listed item holds its original whole and names the same person, or it holds none of its facts."""
    original = next(
        (node for _, node in found_at(output.tree, (Ext("extension", ORIGINAL, 0), "valueString"))), None
    )
    kept = original is not None and exact(original) == resource and _same_person(key, resource, output, names)
    found = Verdict()
    inner = set(ended(resource))
    for fact in facts(resource):
        if not (isinstance(fact.place[0], Inner) and fact.place[0].identity in inner):
            found.kinds[fact.kind] = found.kinds.get(fact.kind, 0) + 1
            if not kept:
                found.missing.append(fact)
    return found


def _same_person(key: Key, resource: Tree, output: Output, names: Ledger) -> bool:
    """Whether a listed item is about whom its source names; about the record's person when that is nobody."""
    about = next((node for _, node in found_at(output.tree, ("subject", "reference"))), None)
    named = [
        node for member in ("subject", "patient") for _, node in found_at(resource, (member, "reference"))
    ]
    if about is None:
        return not named
    if named:
        return names.same(key, str(named[0]), str(about))
    return bool(names.kept.meant(str(about), key))
