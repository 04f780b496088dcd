"""One partner of one request: what is open there, and the first reason where nothing is."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from tests.prove.oracle.closed import CLASSES
from tests.prove.oracle.closely_kept import hidden_class_of
from tests.prove.oracle.holding import Binding, held_back, part_of
from tests.prove.oracle.names import Names
from tests.prove.oracle.protecting import is_protected
from tests.prove.oracle.supplying import against_partner, in_scope, naming, supplied
from tests.prove.oracle.verdict import Because, OfPartner, Part
from tests.prove.oracle.words import Words

# Who the person is bears no date and is no item.
_WHO = frozenset({"demographics"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Asker:
    """What is the same for every partner. `sees` is narrowed by scopes; `although_protected` may be all."""

    groups: frozenset[str]
    sees: frozenset[str]
    although_protected: frozenset[str]
    hidden: frozenset[str]
    bindings: list[Binding]
    names: Names


def of_partner(case: Any, partner: Any, asker: Asker, words: Words) -> OfPartner:
    """The judgement of one partner, when nothing is against the request as a whole."""
    because = against_partner(case, partner, words)
    if because:
        return answer(case, partner, words, because=because)
    offered = supplied(partner, asker.groups, words) & asker.sees
    if not offered:
        return answer(case, partner, words, because=("sharing-agreement", "nothing-for-this-role"))
    unprotected = offered & asker.although_protected
    if not unprotected:
        return answer(case, partner, words, because=("sharing-agreement", "nothing-for-this-role"))
    still_open, parts, held = _after_objections(case, partner, asker, words, unprotected)
    if not still_open:
        return answer(case, partner, words, because=held)
    hidden_source = hidden_class_of(partner.partner, asker.hidden, words)
    if hidden_source:
        return answer(case, partner, words, because=("sensitive-information", hidden_source))
    because = held or ("roles", words.groups.of_role(case.roles[0]) or "")
    return answer(
        case, partner, words, because=because, still_open=still_open, parts=parts, hidden=asker.hidden
    )


def _after_objections(
    case: Any, partner: Any, asker: Asker, words: Words, offered: frozenset[str]
) -> tuple[frozenset[str], frozenset[Part], Because | None]:
    """What stays open, what is held back in part of that, and the first reason that took something."""
    closed: frozenset[str] = frozenset()
    in_part: list[tuple[Binding, frozenset[str]]] = []
    first: Because | None = None
    for binding in asker.bindings:
        held = held_back(case, binding, partner, words, asker.names) & offered
        if not held:
            continue
        first = first or binding.because
        if binding.in_part:
            in_part.append((binding, held if binding.objected.categories == _WHO else held - _WHO))
        else:
            closed |= held
    still_open = offered - closed
    parts = frozenset(part_of(binding, held & still_open) for binding, held in in_part if held & still_open)
    return still_open, parts, first


def naming_of(case: Any, partner: str, words: Words) -> str:
    """How it is named for this person: a protected person's partners are one nameless line."""
    return "folded" if is_protected(case) else naming(partner, words)


def answer(
    case: Any,
    partner: Any,
    words: Words,
    *,
    because: Because | None,
    still_open: frozenset[str] = frozenset(),
    parts: frozenset[Part] = frozenset(),
    hidden: frozenset[str] = CLASSES,
) -> OfPartner:
    """What is said of one partner; a refusal unless something is open."""
    party = words.agreement.by_registration.get(partner.partner)
    return OfPartner(
        "permit" if still_open else "deny",
        because or ("decision", "no-permit"),
        still_open,
        parts,
        hidden,
        naming_of(case, partner.partner, words),
        in_scope(case, partner, words),
        is_protected(case),
        bool(still_open) and party is not None and party.asked == "pointed-to",
    )
