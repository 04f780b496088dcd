"""Each topic's `cases.yaml` into cases, and each case into what it expected and did not get."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from broker.domain.category import Category
from broker.domain.decision import Decision, Effect, Judgement, Naming, Told
from broker.domain.policy import PolicySet, Topic
from broker.domain.sensitivity import SensitivityClass
from broker.files import Section, nearest, read_file
from broker.pipeline.decision import decide, may_read_register
from broker.pipeline.decision.rules import DECISION, SENTENCES
from broker.pipeline.reconstruction import may_reconstruct
from broker.policy.loading import CASES
from broker.policy.reading import read_categories, refuse_repeats
from broker.policy.situation import Situation, facts_of, partners_of, read_situation, read_usual


@dataclass(frozen=True, slots=True, kw_only=True)
class PartnerExpectation:
    """What a case expects of one partner. None, and empty sets, expect nothing."""

    partner_id: str
    effect: str | None
    because: str | None
    shows: frozenset[Category]
    hides: frozenset[Category]
    only: frozenset[Category] | None
    holds_back_part: bool | None
    naming: str | None
    shows_differences: bool | None
    in_scope: bool | None
    reconstructs: bool | None
    opens_classes: frozenset[SensitivityClass]
    hides_classes: frozenset[SensitivityClass]


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """One sentence of what a policy does, with the situation and what must come of it."""

    topic: Topic
    name: str
    path: Path
    line: int
    column: int
    situation: Situation
    effect: str
    because: str | None
    told: str | None
    alert: bool | None
    placeless: bool | None
    confirms_medicines: bool | None
    reads_register: bool | None
    partners: tuple[PartnerExpectation, ...]

    @property
    def place(self) -> str:
        """File, line and column of its name."""
        return f"{self.path}:{self.line}:{self.column}"


def load_cases(folder: Path, policies: PolicySet) -> tuple[Case, ...]:
    """Every case of every topic, in the order of the topics. Raises FileFault."""
    usual = read_usual(folder, policies)
    cases = tuple(case for topic in Topic for case in _read_topic(folder, topic, usual, policies))
    _refuse_unproved_reconstruction(folder, cases, policies)
    return cases


def _refuse_unproved_reconstruction(folder: Path, cases: Iterable[Case], policies: PolicySet) -> None:
    """Each party that may be asked again has a case that says so: a word alone is soon not meant."""
    told = {one.partner_id for case in cases for one in case.partners if one.reconstructs}
    parties = {policies.party_of_partner[name].party_id for name in told}
    for partner in sorted(policies.reconstruction.partners):
        party = policies.party_of_partner[partner].party_id
        if party not in parties:
            top = read_file(folder / Topic.SHARING_AGREEMENT / CASES)
            remedy = f"Write a case in which `{party}` has `reconstructs: true`."
            raise top.fault(f"No case lets `{party}` be reconstructed.", remedy, at="cases")


def _read_topic(folder: Path, topic: Topic, usual: Situation, policies: PolicySet) -> Iterator[Case]:
    top = read_file(folder / topic / CASES)
    sections = top.sections("cases")
    refuse_repeats(sections, "name")
    for section in sections:
        yield _read_case(section, topic, usual, policies)
    top.finish()


def _read_case(section: Section, topic: Topic, usual: Situation, policies: PolicySet) -> Case:
    line, column = section.position("name")
    expect = section.section("expect")
    given = section.section("given") if "given" in section else None
    case = Case(
        topic=topic,
        name=section.text("name"),
        path=section.path,
        line=line,
        column=column,
        situation=read_situation(given, usual, policies) if given else usual,
        effect=expect.word("effect", Effect),
        because=_because(expect, policies),
        told=expect.word("told", Told, None),
        alert=expect.flag("alert", None),
        placeless=expect.flag("placeless", None),
        confirms_medicines=expect.flag("confirms_medicines", None),
        reads_register=expect.flag("reads_register", None),
        partners=_partners(expect, policies),
    )
    expect.finish()
    section.finish()
    return case


def _because(section: Section, policies: PolicySet) -> str | None:
    if "because" not in section:
        return None
    known = {"/".join(key) for key in (*SENTENCES, *policies.places)}
    word = section.text("because")
    if word not in known:
        problem = f"`{word}` is not a `topic/rule` that a policy can give as a reason."
        topic = word.partition("/")[0]
        close = {key for key in known if key.startswith(f"{topic}/")} or {*Topic, DECISION}
        raise section.fault(problem, nearest(word, close), at="because")
    return word


def _partners(expect: Section, policies: PolicySet) -> tuple[PartnerExpectation, ...]:
    if "partners" not in expect:
        return ()
    partners = expect.section("partners")
    for name in partners.names():
        if name not in policies.party_of_partner:
            remedy = nearest(name, policies.party_of_partner)
            raise partners.fault(f"`{name}` is not a partner of the agreement.", remedy, at=name)
    return tuple(_partner(partners.section(name), name, policies) for name in partners.names())


def _partner(section: Section, partner_id: str, policies: PolicySet) -> PartnerExpectation:
    expectation = PartnerExpectation(
        partner_id=partner_id,
        effect=section.word("effect", Effect, None),
        because=_because(section, policies),
        shows=_categories(section, "shows") or frozenset(),
        hides=_categories(section, "hides") or frozenset(),
        only=_categories(section, "only"),
        holds_back_part=section.flag("holds_back_part", None),
        naming=section.word("naming", Naming, None),
        shows_differences=section.flag("shows_differences", None),
        in_scope=section.flag("in_scope", None),
        reconstructs=section.flag("reconstructs", None),
        opens_classes=_classes(section, "opens_classes"),
        hides_classes=_classes(section, "hides_classes"),
    )
    section.finish()
    return expectation


def _categories(section: Section, name: str) -> frozenset[Category] | None:
    return read_categories(section, name) if name in section else None


def _classes(section: Section, name: str) -> frozenset[SensitivityClass]:
    return frozenset(SensitivityClass(word) for word in section.words(name, SensitivityClass, ()))


def failures_of(case: Case, policies: PolicySet) -> tuple[str, ...]:
    """What `case` expected and did not get, a sentence each; empty when it holds."""
    facts = facts_of(case.situation, partners_of(policies))
    judgement = decide(facts, policies)
    reads = may_read_register(facts, policies).effect is Effect.PERMIT
    return (
        *_request_failures(case, judgement),
        *_compare("reads_register", case.reads_register, reads),
        *_all_partner_failures(case, judgement),
        *_reconstruction_failures(case, may_reconstruct(facts, policies)),
    )


def _reconstruction_failures(case: Case, judgement: Judgement) -> Iterator[str]:
    for expected in case.partners:
        decision = judgement.decision_for(expected.partner_id)
        found = decision is not None and decision.effect is Effect.PERMIT
        for failure in _compare("reconstructs", expected.reconstructs, found):
            yield f"{expected.partner_id}: {failure}"


def _request_failures(case: Case, judgement: Judgement) -> Iterator[str]:
    reasons = {reason.rule for reason in judgement.reasons}
    placeless = all(decision.locationless for decision in judgement.decisions)
    yield from _compare("effect", case.effect, judgement.effect)
    yield from _compare("because", case.because, _reason_word(judgement))
    yield from _compare("told", case.told, judgement.told)
    yield from _compare("alert", case.alert, "alert-privacy-officer" in reasons)
    yield from _compare("placeless", case.placeless, placeless)
    yield from _compare("confirms_medicines", case.confirms_medicines, bool(judgement.medicines_notice))


def _all_partner_failures(case: Case, judgement: Judgement) -> Iterator[str]:
    for expected in case.partners:
        decision = judgement.decision_for(expected.partner_id)
        assert decision is not None, "a case names partners of the agreement alone"
        for failure in _partner_failures(expected, decision):
            yield f"{expected.partner_id}: {failure}"


def _partner_failures(expected: PartnerExpectation, decision: Decision) -> Iterator[str]:
    yield from _compare("effect", expected.effect, decision.effect)
    yield from _compare("because", expected.because, _reason_word(decision))
    yield from _compare("naming", expected.naming, decision.naming)
    yield from _compare("shows_differences", expected.shows_differences, decision.differences_shown)
    yield from _compare("in_scope", expected.in_scope, decision.in_scope)
    yield from _compare("holds_back_part", expected.holds_back_part, bool(decision.withholds))
    if expected.shows - decision.categories:
        yield f"`shows` {_listed(expected.shows - decision.categories)}, which is held back."
    if expected.hides & decision.categories:
        yield f"`hides` {_listed(expected.hides & decision.categories)}, which is shown."
    yield from _class_failures(expected, decision)
    if expected.only is not None and expected.only != decision.categories:
        yield f"`only` is {_listed(expected.only)}, and shown is {_listed(decision.categories)}."


def _class_failures(expected: PartnerExpectation, decision: Decision) -> Iterator[str]:
    """A partner of which nothing is shown opens no class."""
    hidden = decision.hidden_classes.classes
    closed = hidden if decision.effect is Effect.PERMIT else frozenset(SensitivityClass)
    if expected.opens_classes & closed:
        yield f"`opens_classes` {_listed(expected.opens_classes & closed)}, which is hidden."
    if expected.hides_classes - closed:
        yield f"`hides_classes` {_listed(expected.hides_classes - closed)}, which is open."


def _compare(name: str, expected: object, found: object) -> Iterator[str]:
    if expected is not None and expected != found:
        yield f"`{name}` is expected to be {_said(expected)} and is {_said(found)}."


def _said(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else f"`{value}`"


def _reason_word(judged: Judgement | Decision) -> str:
    """A deny's primary reason; a permit's first denial (what holds back a part), else its first permit."""
    denial = next((reason for reason in judged.reasons if reason.effect is Effect.DENY), None)
    reason = denial or judged.reasons[0]
    return f"{reason.topic}/{reason.rule}"


def _listed(categories: Iterable[str]) -> str:
    return ", ".join(sorted(categories)) or "nothing"
