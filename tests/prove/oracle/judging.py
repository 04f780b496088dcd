"""One request into a judgement: of the requester first, then of each partner."""

from __future__ import annotations

from typing import Any

from tests.prove.oracle.asking import (
    Groups,
    against_organisation,
    against_purpose,
    against_relationship,
    groups_of,
    named_by_scopes,
    seen_by_all,
)
from tests.prove.oracle.closely_kept import hidden_classes
from tests.prove.oracle.granting import against_grant
from tests.prove.oracle.holding import Binding, bindings
from tests.prove.oracle.names import Names
from tests.prove.oracle.of_partner import Asker, answer, of_partner
from tests.prove.oracle.protecting import open_although_protected
from tests.prove.oracle.verdict import Because, Verdict, Whole
from tests.prove.oracle.words import Telling, Words

_TUPLES_KEPT_MAX = 1000
_RESTRICTED: Because = ("disclosure", "restricted-person")


def judge(case: Any, words: Words) -> Verdict:
    """`case.partner` of `case.partners`. KeyError where it is not among them."""
    whole = judge_all(case, words)
    return Verdict(whole, whole.partners[case.partner])


def judge_all(case: Any, words: Words) -> Whole:
    """The whole request, with every partner of `case.partners`."""
    broken = _not_deciding(case, words)
    if broken:
        return _refused(case, words, broken, "neutral", frozenset())
    groups, permits, because = _requester(case, words)
    if because:
        told = (
            _told_if(words.restricted_telling, case, groups, "restricted")
            if because == _RESTRICTED
            else "neutral"
        )
        return _refused(case, words, because, told, permits)
    return _by_partners(case, groups, permits, words)


def _not_deciding(case: Any, words: Words) -> Because | None:
    """The machinery before the words: without it nothing is known, and not knowing is a no."""
    if getattr(case, "store", "ok") != "ok" or case.now.tzinfo is None:
        return ("decision", "error")
    engine = getattr(case, "engine", "ok")
    if engine == "not-yet-in-force" or (engine == "ok" and case.now < words.in_force_from):
        return ("decision", "not-yet-in-force")
    return None if engine == "ok" else ("decision", "error")


def _requester(case: Any, words: Words) -> tuple[Groups, frozenset[Because], Because | None]:
    """The role groups, what is permitted on the way, and the first reason against the whole request."""
    because, groups = groups_of(case, words)
    because = because or against_purpose(case, words) or against_relationship(case, groups, words)
    if because:
        return groups, frozenset(), because
    permits = {("roles", group) for group in groups} | {("purposes", case.purpose)}
    permits.add(("relationships", case.relationship))
    if words.relationships[case.relationship][1]:
        permits.add(("relationships", "alert-privacy-officer"))
    because = against_organisation(case, words)
    if because is None and not named_by_scopes(case.scopes):
        because = ("decision", "scopes")
    because = because or against_grant(case, groups, words)
    if because is None and case.grant is not None:
        permits |= {("emergency-access", case.grant.ground), ("emergency-access", "alert-privacy-officer")}
    if because is None and not open_although_protected(case, groups, words):
        because = _RESTRICTED
    return groups, frozenset(permits), because


def _by_partners(case: Any, groups: Groups, permits: frozenset[Because], words: Words) -> Whole:
    names = _names(case, words)
    binding = bindings(case, groups, words, names)
    whole = [one for one in binding if one.stops_all]
    unopened = [one for one in whole if not one.offers and (case.grant is None or one.names_staff)]
    if unopened:
        told = _told_of_objection(case, groups, unopened, words)
        return _refused(case, words, unopened[0].because, told, permits)
    asker = _asker(case, groups, binding, names, words)
    partners = {one.partner: of_partner(case, one, asker, words) for one in case.partners}
    if any(one.effect == "permit" for one in partners.values()):
        first = ("roles", words.groups.of_role(case.roles[0]) or "")
        return Whole("permit", first, "neutral", _alerts(permits), partners, permits)
    objected = next((one.because for one in partners.values() if one.because[0] == "objections"), None)
    if objected is None:
        return Whole("deny", ("decision", "no-permit"), "neutral", _alerts(permits), partners, permits)
    told = _told_of_objection(case, groups, binding, words)
    return Whole("deny", objected, told, _alerts(permits), partners, permits)


def _asker(case: Any, groups: Groups, binding: list[Binding], names: Names, words: Words) -> Asker:
    return Asker(
        groups=groups,
        sees=seen_by_all(groups, words) & named_by_scopes(case.scopes),
        although_protected=open_although_protected(case, groups, words),
        hidden=hidden_classes(case, groups, words),
        bindings=binding,
        names=names,
    )


def _names(case: Any, words: Words) -> Names:
    """The names that these partners have; worked out once for each tuple, which is kept with them."""
    key = id(case.partners)
    if key not in words.memory:
        if len(words.memory) >= _TUPLES_KEPT_MAX:
            words.memory.clear()
        words.memory[key] = (case.partners, Names(case.partners, words))
    return words.memory[key][1]


def _told_of_objection(case: Any, groups: Groups, whole: list[Binding], words: Words) -> str:
    if not words.tells_staff and all(one.names_staff for one in whole):
        return "neutral"
    return _told_if(words.objection_telling, case, groups, "objection")


def _told_if(telling: Telling, case: Any, groups: Groups, word: str) -> str:
    roles, relationships = telling
    return word if groups <= roles and case.relationship in relationships else "neutral"


def _alerts(permits: frozenset[Because]) -> bool:
    return any(rule == "alert-privacy-officer" for _, rule in permits)


def _refused(case: Any, words: Words, because: Because, told: str, permits: frozenset[Because]) -> Whole:
    """A refusal of the whole request, which every partner carries."""
    partners = {one.partner: answer(case, one, words, because=because) for one in case.partners}
    return Whole("deny", because, told, _alerts(permits), partners, permits)
