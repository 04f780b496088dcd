"""Proved resources and a decision to what is released and how much is withheld.

The second fence: the first is not asking. Screening follows references and `contained`: what may not be
seen leaves no stub, dangling reference, narrative or text behind. Pure, one partner at a time, in slices.
"""

from __future__ import annotations

from collections.abc import Generator, Iterable, Sequence
from dataclasses import dataclass, field, replace

from broker.domain.category import SUPPORTING_TYPES, Category, categories_of_type
from broker.domain.decision import Decision
from broker.domain.list_warnings import warnings_in
from broker.domain.references import plain_name, references_in
from broker.domain.resource import Resource, is_empty_frame
from broker.domain.sensitivity import SensitivityClass
from broker.pipeline.screening.containing import Inside, judge_contained
from broker.pipeline.screening.differing import Known
from broker.pipeline.screening.following import follow
from broker.pipeline.screening.locationless import without_location
from broker.pipeline.screening.person import Person
from broker.pipeline.screening.reach import Reach, names_of, names_of_all
from broker.pipeline.screening.seeing import is_full_permit, may_be_seen
from broker.pipeline.screening.sensitive import is_hidden

_BYTES_IN_A_SLICE = 64 * 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class Screened:
    """What one partner's answer may show to this reader.

    `withheld` is for the audit record: a caller never sees a count made before screening.
    `narrative_hidden` says that text written over the whole of an item could speak of something withheld: it
    follows from the decision, so that a narrative's absence tells nothing of what came. `fallen` are the
    categories of permitted items that went with something withheld, or are of a type that was not asked for:
    they may not be called "none recorded". `differs` says that the partner's own Patient, which the reader
    might see, says of gender, title or name what the index does not. `place_kept` says that something came
    by which the person's whereabouts are kept from this reader. `warnings` stand on lists that this reader
    may see, also where no list was asked for: each with its list's category, and nothing of its items.
    """

    partner_id: str
    released: tuple[Resource, ...] = field(repr=False)
    withheld: int
    narrative_hidden: bool = False
    fallen: frozenset[Category] = frozenset()
    differs: bool = False
    place_kept: bool = False
    warnings: frozenset[tuple[Category, str]] = frozenset()


@dataclass(slots=True)
class _Judged:
    """One partner's resources, each judged alone. `inside` says what must go of what one contains."""

    items: list[Resource] = field(default_factory=list)
    support: list[Resource] = field(default_factory=list)
    withheld: list[Resource] = field(default_factory=list)
    patients: list[Resource] = field(default_factory=list)
    holders: list[Resource] = field(default_factory=list)
    inside: dict[int, Inside] = field(default_factory=dict)
    fallen: set[Category] = field(default_factory=set)
    differs: bool = False
    place_kept: bool = False


def screen(
    partner_id: str,
    resources: tuple[Resource, ...],
    decision: Decision,
    types: frozenset[str],
    known: Known,
) -> Generator[None, None, Screened]:
    """Release what `decision` permits; everything else is withheld.

    A Patient that differs from what is `known` of the person is withheld too, unless policy shows it.
    `types` are the resource types that were asked for (empty is all): an item of another type is set
    aside, because nobody asked for it, and hides nothing. Its category holds something all the same.
    """
    if decision.locationless:
        rebuilt, lost = yield from without_location(resources, decision, types)
        return _screened(partner_id, resources, rebuilt, narrative_hidden=True, fallen=lost)
    judged = yield from _judge(resources, decision, known)
    person = Person.of(judged.patients)
    if judged.holders:
        yield from _judge_holders(judged, decision, person, known)
    if is_full_permit(decision) and not judged.withheld and not judged.inside:
        released = yield from _asked_for(judged.items, judged.support, types)
        fallen = _set_aside(judged.items, types)
        whole = _screened(partner_id, resources, released, fallen=fallen, differs=judged.differs)
        return replace(whole, warnings=warnings_in(judged.items))
    items, support = yield from _followed(judged, decision, person)
    released = yield from _asked_for(items, support, types)
    left = _screened(
        partner_id,
        resources,
        released,
        narrative_hidden=True,
        fallen=_set_aside(items, types).union(judged.fallen),
        differs=judged.differs,
        place_kept=judged.place_kept,
    )
    return replace(left, warnings=warnings_in(items))


def _set_aside(items: Iterable[Resource], types: frozenset[str]) -> frozenset[Category]:
    """The categories of what was not asked for by its type: an allergy that is listed is an allergy."""
    if not types:
        return frozenset()
    return frozenset(
        one.category
        for one in items
        if one.header.resourceType not in types and not is_empty_frame(one.header.resourceType, one.raw)
    )


def _judge(resources: Iterable[Resource], decision: Decision, known: Known) -> Generator[None, None, _Judged]:
    judged, kept_place = _Judged(), decision.hidden_classes.only(SensitivityClass.RESTRICTED_LOCATION)
    worked = 0
    for resource in resources:
        kind = resource.header.resourceType
        if kind in SUPPORTING_TYPES and not is_hidden(resource, decision.hidden_classes):
            judged.support.append(resource)
        elif may_be_seen(resource, decision):
            differs = kind == "Patient" and known.differs(resource.raw)
            judged.differs = judged.differs or differs
            withheld = differs and not decision.differences_shown
            (judged.withheld if withheld else judged.items).append(resource)
        else:
            judged.withheld.append(resource)
            judged.place_kept = judged.place_kept or is_hidden(resource, kept_place)
            if _is_unforeseen(resource, decision):  # what its kind might have been is not "none"
                judged.fallen |= categories_of_type(kind) - {Category.UNCLASSIFIED}
        if kind == "Patient":
            judged.patients.append(resource)
        if resource.header.contained:
            judged.holders.append(resource)
        worked += len(resource.raw)
        if worked > _BYTES_IN_A_SLICE:
            worked = 0
            yield
    return judged


def _is_unforeseen(withheld: Resource, decision: Decision) -> bool:
    """True where the decision alone does not tell that something of its category could be withheld: an
    item of no known category, and one of a class that policy does not expect there or that nobody may see.
    """
    if withheld.category is Category.UNCLASSIFIED:
        return True
    return withheld.category in decision.categories - decision.hidden_classes.categories


def _judge_holders(
    judged: _Judged, decision: Decision, person: Person, known: Known
) -> Generator[None, None, None]:
    """Look inside; a holder with something inside that cannot be read is withheld."""
    unreadable: set[int] = set()
    worked = 0
    for holder in judged.holders:
        inside = judge_contained(holder, decision, person, known)
        if inside is None:
            unreadable.add(id(holder))
        elif inside.removed:
            judged.inside[id(holder)] = inside
        judged.differs = judged.differs or (inside is not None and inside.differs)
        judged.place_kept = judged.place_kept or inside is None or inside.place_kept
        worked += len(holder.raw)
        if worked > _BYTES_IN_A_SLICE:
            worked = 0
            yield
    if unreadable:
        fallen = [one for one in (*judged.items, *judged.support) if id(one) in unreadable]
        judged.fallen.update(
            one.category for one in fallen if one.header.resourceType not in SUPPORTING_TYPES
        )
        judged.items = [one for one in judged.items if id(one) not in unreadable]
        judged.support = [one for one in judged.support if id(one) not in unreadable]
        judged.withheld += fallen


def _followed(
    judged: _Judged, decision: Decision, person: Person
) -> Generator[None, None, tuple[list[Resource], list[Resource]]]:
    """Items and support without a reference to anything that may not be named."""
    candidates = [*judged.items, *judged.support]
    hides_words = judged.differs and not decision.differences_shown
    seen = yield from names_of_all(candidates)
    hidden = yield from names_of_all(judged.withheld)
    reach = Reach(decision, person, seen, hidden, hides_words_of_person=hides_words)
    inside = {
        place: judged.inside[id(one)] for place, one in enumerate(candidates) if id(one) in judged.inside
    }
    followed = yield from follow(candidates, inside, reach)
    yield
    among = len(judged.items)
    judged.fallen.update(
        item.category for item, kept in zip(judged.items, followed[:among], strict=True) if kept is None
    )
    items, support = _standing(followed[:among]), _standing(followed[among:])
    yield
    return items, support


def _standing(followed: Sequence[Resource | None]) -> list[Resource]:
    return [resource for resource in followed if resource is not None]


def _asked_for(
    items: list[Resource], support: list[Resource], types: frozenset[str]
) -> Generator[None, None, list[Resource]]:
    """Items of the types asked for; who and where too, of these types where any were asked for."""
    if types:
        yield
        items = [item for item in items if item.header.resourceType in types]
        support = [one for one in support if one.header.resourceType in types]
    return (yield from _with_support(items, support))


def _with_support(items: list[Resource], support: list[Resource]) -> Generator[None, None, list[Resource]]:
    """Who and where, only beside an item that refers to them, and what those refer to in turn."""
    if not support:
        return items
    waiting: dict[str, list[Resource]] = {}  # several that differ may bear one name: all are meant
    for resource in support:
        for name in names_of(resource):
            waiting.setdefault(name, []).append(resource)
    released = list(items)
    found: set[int] = set()
    worked = 0
    for resource in released:  # grows while it is walked: support may refer to support
        if len(found) == len(support):
            break
        for reference in references_in(resource.raw):
            for one in waiting.get(reference) or waiting.get(plain_name(reference) or "") or ():
                if id(one) not in found:
                    found.add(id(one))
                    released.append(one)
        worked += len(resource.raw)
        if worked > _BYTES_IN_A_SLICE:
            worked = 0
            yield
    return released


def _screened(
    partner_id: str,
    resources: tuple[Resource, ...],
    released: list[Resource],
    *,
    narrative_hidden: bool = False,
    fallen: frozenset[Category] = frozenset(),
    differs: bool = False,
    place_kept: bool = False,
) -> Screened:
    return Screened(
        partner_id=partner_id,
        released=tuple(released),
        withheld=len(resources) - len(released),
        narrative_hidden=narrative_hidden,
        fallen=fallen,
        differs=differs,
        place_kept=place_kept,
    )
