"""Which partner may be asked again for what was disclosed, read from the agreement's words alone."""

from __future__ import annotations

from tests.prove.oracle.facts import Case
from tests.prove.oracle.reading import Section, texts
from tests.prove.oracle.words import Words

_OPENS_NOTHING = "none"
_TAKEN_BACK = "withdrawn"


def may_be_asked_again(case: Case, partner: str, words: Words, topic: Section) -> bool:
    """The requester may, nobody objected, the person is not protected, and the partner says so itself."""
    return _requester_may(case, words, topic) and _partner_may(case, partner, words, topic)


def _requester_may(case: Case, words: Words, topic: Section) -> bool:
    rules = topic.get("reconstruction")
    groups = [words.groups.of_role(role) for role in case.roles]
    own = words.agreement.by_organisation.get(case.organisation)
    if rules is None or not groups or None in groups or own is None or own.not_now(case.now):
        return False
    if case.now < words.in_force_from or case.purpose not in texts(rules["purposes"]):
        return False
    if any(words.groups.sees[str(group)] for group in groups):
        return False
    objected = any(one.state != _TAKEN_BACK for one in case.objections)
    protected = case.restriction not in {None, "not-yet-known", _OPENS_NOTHING}
    return set(groups) <= words.groups.meant_by(rules["by"]) and not objected and not protected


def _partner_may(case: Case, partner: str, words: Words, topic: Section) -> bool:
    party = words.agreement.by_registration.get(partner)
    [registered] = [one for one in case.partners if one.partner == partner]
    if party is None or party.not_now(case.now) or registered.status != "live":
        return False
    said = {str(one.get("partner")): one.get("reconstruction") for one in topic["parties"]}
    return said.get(party.main) == "permitted" and registered.organisations <= party.organisations
