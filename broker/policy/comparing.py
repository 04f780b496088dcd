"""Two revisions of the policies into what opens and what closes between them, cell by cell.

Both judge every request of a space by the decision itself. A cell is what one request may see of one
category at one partner. Beside the cells stands what a decision says otherwise (how a partner is named,
what a refused caller is told): a difference that is not known to be stricter counts as an opening.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, fields, is_dataclass
from typing import Any

from broker.domain.category import Category
from broker.domain.decision import Decision, Effect, Facts, Judgement, PartnerFacts
from broker.domain.policy import PolicySet
from broker.pipeline.decision import decide, may_hear_of_absence, may_read_register
from broker.pipeline.decision.rules import DECISION
from broker.pipeline.reconstruction import may_reconstruct
from broker.policy.points import Space
from broker.policy.situation import facts_of
from broker.policy.strictness import Beside, beside_of_decisions, beside_of_judgements

# What a PolicySet holds of its files' form, not of their rules.
_FORM = frozenset({"revision", "places"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One role at one partner, and what opens or closes there: a category, or `beside` the cells.

    `requests` is how many requests of the space show it. `where` has each dimension in which it does not
    show wherever this role sees anything from this partner, with the words in which it does: empty is
    wherever they look. `because` are the first rules, as `topic/rule`, by which the new revision decides.
    """

    role: str
    partner_id: str
    what: str
    requests: int
    where: Mapping[str, tuple[str, ...]]
    because: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """What `old` and `new` make of one space. Cells are counted; changes are grouped by role and partner.

    `undecided` counts requests on which a decision failed: of them nothing is known, so they count as
    openings. `rules` are the parts of the policies that differ, whether or not a cell does.
    """

    old: str
    new: str
    requests: int
    cells: int
    cells_opened: int
    cells_closed: int
    opened: tuple[Change, ...]
    closed: tuple[Change, ...]
    tells_more: tuple[Change, ...]
    tells_less: tuple[Change, ...]
    undecided: int
    rules: tuple[str, ...]

    @property
    def opens(self) -> bool:
        """True when somebody may see or hear what nobody was shown to see or hear before."""
        return bool(self.opened or self.tells_more or self.undecided)

    @property
    def cells_unchanged(self) -> int:
        """Seen before and after, or neither."""
        return self.cells - self.cells_opened - self.cells_closed


@dataclass(slots=True)
class _Found:
    """All requests that show one change."""

    requests: int = 0
    where: dict[str, set[str]] = field(default_factory=dict)
    because: set[str] = field(default_factory=set)

    def add(self, words: Mapping[str, str], because: str) -> None:
        self.requests += 1
        self.because.add(because)
        for name, word in words.items():
            self.where.setdefault(name, set()).add(word)


_Key = tuple[str, str, frozenset[Category]]
_Looks = Mapping[tuple[str, str], Mapping[frozenset[Category], list[Mapping[str, str]]]]


@dataclass(slots=True)
class _Tally:
    opened: dict[_Key, _Found] = field(default_factory=dict)
    closed: dict[_Key, _Found] = field(default_factory=dict)
    # Where each role sees which categories from each partner, before or after.
    looks: dict[tuple[str, str], dict[frozenset[Category], list[Mapping[str, str]]]] = field(
        default_factory=dict
    )
    more: dict[tuple[str, str, str], _Found] = field(default_factory=dict)
    less: dict[tuple[str, str, str], _Found] = field(default_factory=dict)
    undecided: int = 0

    def judge(self, words: Mapping[str, str], before: Judgement, after: Judgement) -> None:
        """Count one request."""
        self.undecided += _failed(before) or _failed(after)
        answered = before.effect is Effect.PERMIT and after.effect is Effect.PERMIT
        for old, new in zip(before.decisions, after.decisions, strict=True):
            if seen := old.categories | new.categories:
                looks = self.looks.setdefault((words["role"], old.partner_id), {})
                looks.setdefault(seen, []).append(words)
            if old == new:
                continue
            if old.categories != new.categories:
                self._cells(words, old, new, after)
            for beside in beside_of_decisions(old, new, answered=answered):
                self.tell(words, old.partner_id, beside)
        for beside in beside_of_judgements(before, after):
            self.tell(words, "", beside)

    def _cells(self, words: Mapping[str, str], old: Decision, new: Decision, after: Judgement) -> None:
        because = _because(new, after)
        for found, cells in (
            (self.opened, new.categories - old.categories),
            (self.closed, old.categories - new.categories),
        ):
            if cells:
                found.setdefault((words["role"], new.partner_id, cells), _Found()).add(words, because)

    def tell(self, words: Mapping[str, str], partner_id: str, beside: Beside) -> None:
        """Count one difference beside the cells."""
        found = self.more if beside.opens else self.less
        found.setdefault((words["role"], partner_id, beside.words), _Found()).add(words, "")

    def hear(self, words: Mapping[str, str], *, heard: bool, hears: bool) -> None:
        """Count a caller who hears now, or no longer, that nobody was found."""
        if heard is not hears:
            said = "hears that nobody was found" if hears else "no longer hears that nobody was found"
            self.tell(words, "", Beside(said, opens=hears))

    def reconstruct(self, words: Mapping[str, str], old: Judgement, new: Judgement) -> None:
        """Count each partner that this caller may ask again for what was disclosed now, or no longer."""
        for before, after in zip(old.decisions, new.decisions, strict=True):
            if before.effect is not after.effect:
                opens = after.effect is Effect.PERMIT
                said = f"{'reconstructs' if opens else 'no longer reconstructs'} disclosures"
                self.tell(words, after.partner_id, Beside(said, opens=opens))

    def read(self, words: Mapping[str, str], *, read: bool, reads: bool) -> None:
        """Count a caller who reads the register of objections now, or no longer."""
        if read is not reads:
            said = f"{'reads' if reads else 'no longer reads'} the register of objections"
            self.tell(words, "", Beside(said, opens=reads))


def compare(old: PolicySet, new: PolicySet, space: Space, partners: tuple[PartnerFacts, ...]) -> Comparison:
    """Judge every request of `space` on `partners` by `old` and by `new`."""
    tally = _Tally()
    for words, situation in space.points():
        facts = facts_of(situation, partners)
        tally.judge(words, decide(facts, old), decide(facts, new))
        if not situation.objections:  # whether somebody is found is told alike, whoever the person is
            tally.hear(words, heard=may_hear_of_absence(facts, old), hears=may_hear_of_absence(facts, new))
            if old.reconstruction != new.reconstruction:
                tally.reconstruct(words, may_reconstruct(facts, old), may_reconstruct(facts, new))
            tally.read(words, read=_reads_register(facts, old), reads=_reads_register(facts, new))
    return Comparison(
        old=old.revision,
        new=new.revision,
        requests=space.size,
        cells=space.size * len(partners) * len(Category),
        cells_opened=_cells(tally.opened),
        cells_closed=_cells(tally.closed),
        opened=tuple(_changes(_by_category(tally.opened), tally.looks)),
        closed=tuple(_changes(_by_category(tally.closed), tally.looks)),
        tells_more=tuple(_changes(tally.more, tally.looks)),
        tells_less=tuple(_changes(tally.less, tally.looks)),
        undecided=tally.undecided,
        rules=rules_changed(old, new),
    )


def _reads_register(facts: Facts, policies: PolicySet) -> bool:
    return may_read_register(facts, policies).effect is Effect.PERMIT


def rules_changed(old: PolicySet, new: PolicySet) -> tuple[str, ...]:
    """The parts of a PolicySet that differ, by name; its revision and its lines are not rules."""
    names = [member.name for member in fields(PolicySet) if member.name not in _FORM]
    return tuple(name for name in names if _plain(getattr(old, name)) != _plain(getattr(new, name)))


def _plain(value: Any) -> Any:
    """`value` as what its parts say: some parts of a policy are equal only to themselves."""
    if is_dataclass(value):
        return {member.name: _plain(getattr(value, member.name)) for member in fields(value)}
    if isinstance(value, Mapping):
        return {key: _plain(one) for key, one in value.items()}
    if isinstance(value, tuple):
        return [_plain(one) for one in value]
    return value


def _failed(judgement: Judgement) -> bool:
    first = judgement.reasons[0]
    return first.topic == DECISION and first.rule == "error"


def _because(decision: Decision, judgement: Judgement) -> str:
    reason = (*decision.reasons, *judgement.reasons)[0]
    return f"{reason.topic}/{reason.rule}"


def _cells(found: Mapping[_Key, _Found]) -> int:
    return sum(one.requests * len(categories) for (_, _, categories), one in found.items())


def _by_category(found: Mapping[_Key, _Found]) -> Mapping[tuple[str, str, str], _Found]:
    """What was counted by sets of categories, for each category on its own."""
    merged: dict[tuple[str, str, str], _Found] = {}
    for (role, partner_id, categories), one in found.items():
        for category in categories:
            into = merged.setdefault((role, partner_id, str(category)), _Found())
            into.requests += one.requests
            into.because |= one.because
            for name, words in one.where.items():
                into.where.setdefault(name, set()).update(words)
    return merged


def _changes(found: Mapping[tuple[str, str, str], _Found], looks: _Looks) -> Iterator[Change]:
    for (role, partner_id, what), one in sorted(found.items()):
        around = _words_in(_looks_at(what, looks.get((role, partner_id), {})))
        narrowed = {name: words for name, words in one.where.items() if words != around.get(name)}
        yield Change(
            role=role,
            partner_id=partner_id,
            what=what,
            requests=one.requests,
            where={name: tuple(sorted(words)) for name, words in sorted(narrowed.items()) if name != "role"},
            because=tuple(sorted(one.because - {""})),
        )


def _looks_at(
    what: str, looks: Mapping[frozenset[Category], list[Mapping[str, str]]]
) -> Iterator[Mapping[str, str]]:
    """The requests in which that category is seen before or after; of what is told, all of them."""
    category = Category(what) if what in set(Category) else None
    for seen, requests in looks.items():
        if category is None or category in seen:
            yield from requests


def _words_in(requests: Iterable[Mapping[str, str]]) -> Mapping[str, set[str]]:
    words: dict[str, set[str]] = {}
    for request in requests:
        for name, word in request.items():
            words.setdefault(name, set()).add(word)
    return words
