"""What is open: never against an objection in force, but by a grant that fits, for one who may."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from tests.prove.theorems.statement import Judged, Theorem
from tests.prove.words import Asked, Granted, Objected, Registered

_IN_FORCE = frozenset({"received", "under-review", "upheld", "partly-upheld"})
_BY_LAW = frozenset({"assisted-conception", "gender-recognition"})
_EVERYTHING = "everything"


def _past_an_objection(judged: Judged) -> bool:
    asked = judged.asked
    if not asked.objections:
        return False
    passes = _grant_passes(judged)
    for registered, opened in zip(asked.partners, judged.opened, strict=True):
        if opened.categories:
            let = passes if passes and registered.partner in asked.grant.partners else frozenset()
            for one in asked.objections:
                if let and not _names_me(one, asked):
                    if _held(one, judged, registered) & opened.categories - let:
                        return True
                elif _held(one, judged, registered) & opened.categories:
                    return True
    return False


def _names_me(one: Objected, asked: Asked) -> bool:
    return asked.user in one.staff


def _held(one: Objected, judged: Judged, registered: Registered) -> frozenset[str]:
    """What the objection holds whole at this partner; of a decision not to uphold only what is certain."""
    asked = judged.asked
    undecided = one.state == "not-upheld" and one.carve_out is None
    if one.state not in _IN_FORCE and not undecided:
        return frozenset()
    if one.items or one.period_from or one.period_until or (one.staff and asked.user not in one.staff):
        return frozenset()
    if one.partners and _all_known(one, judged) and not _reaches(one, judged, registered):
        return frozenset()
    return one.categories or _ALL


_ALL = frozenset(
    [
        "demographics",
        "allergies",
        "medicines",
        "problems",
        "procedures",
        "results",
        "observations",
        "vaccinations",
        "contacts",
        "appointments",
        "referrals",
        "plans",
        "alerts",
        "documents",
        "social-care",
        "unclassified",
    ]
)


def _reaches(one: Objected, judged: Judged, registered: Registered) -> bool:
    """By the registration's own name and code, or by the viewer's organisation."""
    as_source = {registered.partner} | (
        registered.organisations if len(registered.organisations) == 1 else set()
    )
    if one.direction != "viewer" and one.partners & as_source:
        return True
    return one.direction != "source" and judged.asked.organisation in one.partners


def _all_known(one: Objected, judged: Judged) -> bool:
    return one.partners <= set(_names(judged))


def _names(judged: Judged) -> Iterator[str]:
    for registered in judged.asked.partners:
        yield registered.partner
        yield from registered.organisations
    for party in judged.revision.words["sharing-agreement"]["parties"]:
        yield party.get("partner") or party["party"]
        yield from party["organisations"]


def _grant_passes(judged: Judged) -> frozenset[str]:
    """The categories of the grant's ground, where it is this person's, this user's and of this moment, and
    every role that the requester has is one that may; nothing otherwise.
    """
    asked, grant = judged.asked, judged.asked.grant
    ground = _ground(judged, grant)
    if grant is None or ground is None or not _bound(asked, grant):
        return frozenset()
    groups = _groups(judged)
    if not groups or not groups <= set(ground["roles"]):
        return frozenset()
    opens = set(ground["opens"])
    return frozenset(opens | (_ALL - {"unclassified"} if _EVERYTHING in opens else set()))


def _ground(judged: Judged, grant: Granted | None) -> dict[str, Any] | None:
    grounds = judged.revision.words.get("emergency-access", {"grounds": ()})["grounds"]
    return next((one for one in grounds if grant and one["ground"] == grant.ground), None)


def _bound(asked: Asked, grant: Granted) -> bool:
    return (
        bool(grant.numbers & asked.numbers)
        and (grant.user, grant.issuer) == (asked.user, asked.issuer)
        and (grant.organisation, grant.purpose) == (asked.organisation, asked.purpose)
        and grant.session == asked.session != ""
        and grant.granted_at <= asked.now < grant.expires_at
        and not grant.ended
    )


def _groups(judged: Judged) -> set[str] | None:
    """The requester's role groups; None when one of the roles is nobody's."""
    found = set()
    for role in judged.asked.roles:
        named = {
            group["id"]
            for group in judged.revision.words["roles"]["groups"]
            if role in group["local_words"] or role.rpartition(":")[2] in group["national_codes"]
        }
        if not named:
            return None
        found |= named
    return found


def _law_opened(judged: Judged) -> bool:
    return any(one.categories and not one.hidden >= _BY_LAW for one in judged.opened)


def _named_opened(judged: Judged) -> bool:
    return any(
        _names_me(one, judged.asked) and any(opened.categories for opened in judged.opened)
        for one in judged.asked.objections
        if one.state in _IN_FORCE and not one.partners and not one.categories and not one.items
    )


THEOREMS = (
    Theorem(
        "A permit opens nothing that an objection in force holds, or a grant does for one who may.",
        _past_an_objection,
    ),
    Theorem("The two classes that the law closes are open to nobody.", _law_opened),
    Theorem("Whoever is named in an objection sees nothing of it, whatever grant they have.", _named_opened),
)
