"""The policies about what is held back: objections and disclosure."""

from __future__ import annotations

from collections.abc import Mapping

from broker.domain.category import Category
from broker.domain.decision import Naming
from broker.domain.identity import Restriction
from broker.domain.objection import ObjectionState
from broker.domain.policy import (
    PLACELESS,
    Decider,
    Differences,
    DisclosureRules,
    Emergency,
    Ground,
    GroundRule,
    ObjectionRules,
    ToldFirst,
)
from broker.files import Section
from broker.pipeline.decision.rules import SENTENCES
from broker.policy.reading import (
    Places,
    Vocabulary,
    read_categories,
    read_grounds,
    read_groups,
    refuse_repeats,
    require_every,
    some_words,
)
from broker.policy.reading_governance import read_governance

BINDS, OPENS, ENDS = "binds", "opens-by-carve-out", "no-longer-binds"
EFFECTS = (BINDS, OPENS, ENDS)

# These bind whatever a file says: the public was promised it.
ALWAYS_BIND = frozenset(
    {
        ObjectionState.RECEIVED,
        ObjectionState.UNDER_REVIEW,
        ObjectionState.UPHELD,
        ObjectionState.PARTLY_UPHELD,
    }
)

RESTRICTIONS: Mapping[str, Restriction] = {
    "restricted": Restriction.RESTRICTED,
    "very-restricted": Restriction.VERY_RESTRICTED,
}


def read_objections(top: Section, places: Places, vocabulary: Vocabulary) -> ObjectionRules:
    """Read `states`, `grounds`, `telling` and `governance`."""
    effects = _states(top, places)
    telling = top.section("telling")
    rules = ObjectionRules(
        binds=_with(effects, BINDS),
        opens=_with(effects, OPENS),
        ends=_with(effects, ENDS),
        grounds=_grounds(top, vocabulary),
        told_roles=read_groups(telling, "roles", vocabulary),
        told_relationships=read_grounds(telling, "relationships"),
        tells_staff=telling.flag("named_staff"),
        words=telling.text("words"),
        contact=_contact(telling),
        governance=read_governance(top, places, vocabulary),
    )
    telling.finish()
    places.add_fixed(top, "states", _fixed(places, "outside-carve-out", "review-date-passed"))
    places.add_fixed(top, "states", _fixed(places, "state-not-known", "objected-to-all-but-care"))
    places.add_fixed(top, "grounds", _fixed(places, "ground-not-known"))
    return rules


def _states(top: Section, places: Places) -> Mapping[ObjectionState, str]:
    sections = top.sections("states")
    refuse_repeats(sections, "state")
    effects = {}
    for section in sections:
        state = ObjectionState(section.word("state", ObjectionState))
        places.add(str(state), section, "state", section.text("title"))
        effects[state] = _effect(section, state)
        section.finish()
    require_every(top, "states", effects, ObjectionState)
    return effects


def _effect(section: Section, state: ObjectionState) -> str:
    effect = section.word("effect", EFFECTS)
    if state in ALWAYS_BIND and effect != BINDS:
        remedy = "An objection holds from the moment it is acknowledged: write `binds`."
        raise section.fault(f"`{state}` cannot be `{effect}`.", remedy, at="effect")
    if effect == ENDS and state is not ObjectionState.WITHDRAWN:
        remedy = "Only the person ends an objection, by withdrawing it."
        raise section.fault(f"`{state}` cannot be `{ENDS}`.", remedy, at="effect")
    return effect


def _grounds(top: Section, vocabulary: Vocabulary) -> Mapping[str, GroundRule]:
    sections = top.sections("grounds")
    refuse_repeats(sections, "ground")
    return {rule.ground: rule for rule in (_ground(section, vocabulary) for section in sections)}


def _ground(section: Section, vocabulary: Vocabulary) -> GroundRule:
    rule = GroundRule(
        ground=Ground(section.word("ground", Ground)),
        title=section.text("title"),
        decided_by=frozenset(Decider(word) for word in some_words(section, "decided_by", Decider)),
        to=read_groups(section, "to", vocabulary),
        opens=read_categories(section, "opens"),
        review_within_days=section.integer("review_within_days", least=1),
        told_first=ToldFirst(section.word("told_first", ToldFirst)),
    )
    section.finish()
    return rule


def _with(effects: Mapping[ObjectionState, str], effect: str) -> frozenset[ObjectionState]:
    return frozenset(state for state, found in effects.items() if found == effect)


def read_disclosure(top: Section, places: Places, vocabulary: Vocabulary) -> DisclosureRules:
    """Read `notice`, `medicines_notice`, `demographic_differences`, `naming`, `neutral` and `restricted`."""
    naming, neutral, restricted = (top.section(name) for name in ("naming", "neutral", "restricted"))
    telling = restricted.section("telling")
    rules = DisclosureRules(
        naming=_naming(naming, vocabulary),
        otherwise=Naming(naming.word("otherwise", Naming)),
        notice=top.text("notice"),
        medicines_notice=top.text("medicines_notice"),
        differences=Differences(top.word("demographic_differences", Differences)),
        neutral_words=neutral.text("words"),
        neutral_contact=_contact(neutral),
        restricted_roles=read_groups(telling, "roles", vocabulary),
        restricted_relationships=read_grounds(telling, "relationships"),
        restricted_words=restricted.text("words"),
        restricted_contact=_contact(restricted),
        emergency=_emergency(restricted, places, vocabulary),
    )
    for section in (naming, neutral, telling, restricted):
        section.finish()
    places.add_fixed(top, "restricted", _fixed(places, "restricted-person"))
    return rules


def _naming(section: Section, vocabulary: Vocabulary) -> Mapping[str, Naming]:
    partners = section.sections("partners", default=()) if "partners" in section else ()
    refuse_repeats(partners, "partner")
    naming = {}
    for partner in partners:
        partner.text("because")
        named = partner.word("partner", vocabulary.partners)
        naming[named] = Naming(partner.word("naming", Naming))
        partner.finish()
    return naming


def _emergency(restricted: Section, places: Places, vocabulary: Vocabulary) -> Emergency | None:
    """None when the file has no `emergency`: then a protected person's record never opens."""
    if "emergency" not in restricted:
        places.add_fixed(restricted, "words", _fixed(places, "restricted-emergency"))
        return None
    section = restricted.section("emergency")
    emergency = Emergency(
        restrictions=frozenset(RESTRICTIONS[word] for word in section.words("restrictions", RESTRICTIONS)),
        purposes=frozenset(section.words("purposes", ("ETREAT",))),
        roles=read_groups(section, "roles", vocabulary),
        categories=_placeless(section),
    )
    section.finish()
    places.add_fixed(restricted, "emergency", _fixed(places, "restricted-emergency"))
    return emergency


def _placeless(section: Section) -> frozenset[Category]:
    categories = read_categories(section, "categories")
    telling = sorted(categories - PLACELESS)
    if telling:
        remedy = f"An emergency may open {', '.join(sorted(PLACELESS))}."
        raise section.fault(f"`{telling[0]}` may say where a person is.", remedy, at="categories")
    return categories


def _contact(section: Section) -> tuple[str, ...]:
    routes = section.words("contact")
    if not routes or not all(route.strip() for route in routes):
        raise section.fault("`contact` names no route.", "Say whom to call instead.", at="contact")
    return routes


def _fixed(places: Places, *rules: str) -> Mapping[str, str]:
    return {rule: SENTENCES[places.topic, rule] for rule in rules}
