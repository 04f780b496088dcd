"""A compiled decision is the plain one whatever differs, and keeps kinds of requests, nobody's data."""

from __future__ import annotations

import datetime as dt
import itertools
from collections.abc import Iterator
from dataclasses import fields, replace
from typing import Any

import pytest

from broker.domain.category import Category
from broker.domain.decision import Effect, Facts, Judgement, PartnerFacts
from broker.domain.identity import Restriction
from broker.domain.objection import Objection, ObjectionSnapshot, ObjectionState
from broker.domain.policy import PolicySet, Term
from broker.domain.requester import Permission, RelationshipGround, Requester
from broker.pipeline.decision import compiled, decide
from broker.pipeline.decision.compiled import CompiledDecision
from broker.policy.granting import GivenGrant
from tests.support.broken_rules import with_broken
from tests.support.patients import ASHA, BEN
from tests.support.policies import shipped_policies, usual_facts

UPHELD = Objection(
    objection_id="o1",
    state=ObjectionState.UPHELD,
    acknowledged_at=dt.datetime(2026, 1, 1, tzinfo=dt.UTC),
)
GRANT = usual_facts(grant=GivenGrant(ground="risk-to-life", partners=frozenset())).grant
DAY = dt.date(2026, 11, 2)
MIDNIGHT = dt.datetime.combine(DAY, dt.time(), dt.UTC)

# For every field other values. A field that is not here fails a test until somebody says what it may be.
OF_THE_FACTS: dict[str, tuple[Any, ...]] = {
    "requester": (),  # each of its fields stands in a table of its own, as those of a partner do
    "partners": ((), usual_facts().partners[:3], usual_facts().partners[::-1]),
    "objections": (
        ObjectionSnapshot(version=7),
        ObjectionSnapshot(version=1, objections=(UPHELD,)),
        ObjectionSnapshot(version=0, objections=(UPHELD,)),
    ),
    "now": (
        dt.datetime(2001, 1, 1, tzinfo=dt.UTC),
        dt.datetime(2099, 1, 1, tzinfo=dt.UTC),
        dt.datetime.max.replace(tzinfo=dt.UTC),
        dt.datetime(2026, 11, 2, 12),  # noqa: DTZ001 - of no zone: an error, and so a deny
        dt.datetime(2026, 11, 2, 12, tzinfo=dt.timezone(dt.timedelta(hours=14))),
    ),
    "restriction": (None, Restriction.RESTRICTED, Restriction.VERY_RESTRICTED, "U"),
    "practice_ods": (None, "D99001", "D99002", "D99999"),
    "deceased_on": ("2026-11-01", "2020-01-01", "one day", ""),
    "grant": (GRANT,),
    "numbers": (frozenset(), frozenset({BEN}), frozenset({ASHA, BEN})),
}
OF_THE_REQUESTER: dict[str, tuple[Any, ...]] = {
    "issuer": ("another",),
    "user_id": ("user-2",),
    "user_name": ("Imaginary Ash",),
    "organisation_ods": ("D99001", "D99002", "QX9", "RX999", ""),
    "roles": (("nurse",), ("receptionist",), ("doctor", "receptionist"), ("R9999",), (), ["doctor"]),
    "purpose": ("ETREAT", "BTG", "HRESCH", "treat"),
    "relationship": (*RelationshipGround, "none"),
    "permission": tuple(Permission),
    "scopes": (frozenset({"user/Observation.rs"}), frozenset({"openid"}), {"user/Observation.rs"}),
    "only_patient": (BEN,),
    "session_id": ("another",),
    "token_id": ("another",),
    "expires_at": (MIDNIGHT,),
}
OF_A_PARTNER: dict[str, tuple[Any, ...]] = {
    "partner_id": ("papermill", "nobody-signed"),
    "ods_codes": (frozenset({"RX999"}), frozenset()),
    "kind": ("gp",),
    "status": ("suspended",),
    "supplies": (frozenset({Category.RESULTS}), frozenset()),
    "closed": (frozenset({Category.RESULTS}),),
    "closed_to": (frozenset({"RX901", "D99001"}),),
    "open_to": (frozenset({"RX904"}), frozenset()),
}
BASES = {
    "usual": usual_facts(),
    "before the index": replace(usual_facts(), restriction=None, practice_ods=None),
    "an emergency": usual_facts(purpose="ETREAT", restriction=Restriction.RESTRICTED),
    "a practice": usual_facts(organisation="D99001", relationship=RelationshipGround.BOOKING),
    "refused": usual_facts(purpose="HRESCH"),
}


def changed(base: Facts) -> Iterator[tuple[str, Facts]]:
    """The base with every value of every field, one at a time, and the field's name."""
    for name, values in OF_THE_FACTS.items():
        for value in values:
            yield name, replace(base, **{name: value})
    for name, values in OF_THE_REQUESTER.items():
        for value in values:
            yield name, replace(base, requester=replace(base.requester, **{name: value}))
    first, *others = base.partners
    for name, values in OF_A_PARTNER.items():
        for value in values:
            yield name, replace(base, partners=(replace(first, **{name: value}), *others))


@pytest.mark.parametrize(
    ("of", "table"),
    [(Facts, OF_THE_FACTS), (Requester, OF_THE_REQUESTER), (PartnerFacts, OF_A_PARTNER)],
    ids=lambda one: one.__name__ if isinstance(one, type) else "",
)
def test_no_field_of_the_facts_is_forgotten(of: Any, table: dict[str, tuple[Any, ...]]) -> None:
    """Whoever adds one says here what else it may be."""
    assert set(table) == {field.name for field in fields(of)}


@pytest.mark.parametrize("base", BASES.values(), ids=BASES)
def test_whatever_field_differs_the_compiled_decision_differs_as_the_plain_one_does(base: Facts) -> None:
    """The usual kind is kept first, so that a field which is left out of the key would find it."""
    policies = shipped_policies()
    decision = CompiledDecision(policies, base.partners)
    assert decision(base) == decide(base, policies)
    for name, facts in changed(base):
        for _ in range(2):
            assert decision(facts) == decide(facts, policies), name
    assert decision(base) is decision(base)


class Watched:
    """Facts that note which of their parts are read."""

    def __init__(self, of: object, read: set[str]) -> None:
        self._of, self._read = of, read

    def __getattr__(self, name: str) -> Any:
        self._read.add(name)
        return getattr(self._of, name)


def test_of_the_requester_a_decision_reads_only_what_a_kind_is_told_apart_by() -> None:
    """Where nobody objected and no grant is named, whatever else differs."""
    of_facts: set[str] = set()
    of_requester: set[str] = set()
    for base in BASES.values():
        for _, facts in changed(base):
            if facts.grant is None and not facts.objections.objections:
                asks: Any = Watched(facts.requester, of_requester)
                seen: Any = Watched(replace(facts, requester=asks), of_facts)
                decide(seen, shipped_policies())
    assert of_requester == {"roles", "purpose", "relationship", "organisation_ods", "scopes"}
    assert of_facts == {field.name for field in fields(Facts)} - {"numbers"}


class Plain:
    """`decide`, with the Facts that it was asked about."""

    def __init__(self) -> None:
        self.asked: list[Facts] = []

    def __call__(self, facts: Facts, policies: PolicySet) -> Judgement:
        """As the real one."""
        self.asked.append(facts)
        return decide(facts, policies)


@pytest.fixture
def plain(monkeypatch: pytest.MonkeyPatch) -> Plain:
    """What the compiled decision has judged in full."""
    made = Plain()
    monkeypatch.setattr(compiled, "decide", made)
    return made


def test_a_kind_is_judged_once_whoever_asks_about_whom(plain: Plain) -> None:
    """At every minute and second of one hour; and where it is made nothing of either is known."""
    base = usual_facts()
    decision = CompiledDecision(shipped_policies(), base.partners)
    other = replace(
        base,
        requester=replace(base.requester, user_id="user-2", issuer="another", session_id="another"),
        numbers=frozenset({BEN}),
        now=base.now.replace(minute=59, second=59, microsecond=999_999),
    )
    assert decision(base) is decision(other)
    [asked] = plain.asked
    assert (asked.requester.user_id, asked.requester.issuer, asked.requester.session_id) == ("", "", "")
    assert asked.numbers == frozenset()


@pytest.mark.parametrize("field", ["objections", "deceased_on", "grant", "now", "partners"])
def test_what_is_of_a_person_or_out_of_the_ordinary_is_judged_in_full_each_time(
    plain: Plain, field: str
) -> None:
    """Objections, also those of before; a death, a grant, a time that is not of UTC, other partners."""
    base = usual_facts()
    decision = CompiledDecision(shipped_policies(), base.partners)
    values = [one for one in OF_THE_FACTS[field] if not (field == "now" and one.tzinfo is dt.UTC)]
    for value, _ in itertools.product(values, range(2)):
        decision(replace(base, **{field: value}))
    assert [getattr(facts, field) for facts in plain.asked] == [one for one in values for _ in range(2)]


def test_an_error_is_not_kept(plain: Plain) -> None:
    """The next request of the kind is judged anew; each is denied."""
    base = usual_facts()
    broken = with_broken(shipped_policies(), "relationships")
    decision = CompiledDecision(broken, base.partners)
    for _ in range(2):
        asked = len(plain.asked)
        assert decision(base).reasons[0].rule == "error"
        assert len(plain.asked) > asked


def test_what_was_asked_for_longest_ago_gives_way(plain: Plain, monkeypatch: pytest.MonkeyPatch) -> None:
    """So that what is kept has a bound, whatever anybody asks."""
    monkeypatch.setattr(compiled, "KINDS_KEPT_MAX", 2)
    kinds = [usual_facts(roles=(role,)) for role in ("doctor", "nurse", "pharmacist")]
    decision = CompiledDecision(shipped_policies(), kinds[0].partners)
    kinds = [replace(one, partners=decision.partners) for one in kinds]
    for place in (0, 1, 0, 2, 0):
        decision(kinds[place])
    assert len(plain.asked) == len(kinds)
    decision(kinds[1])
    assert len(plain.asked) == len(kinds) + 1


def edged(**term: dt.date) -> PolicySet:
    """The policies with one partner whose membership begins or ends."""
    policies = shipped_policies()
    party = replace(
        policies.party_of_partner["papermill"], term=Term(**{"start": dt.date(2024, 1, 1), **term})
    )
    return replace(policies, party_of_partner={**policies.party_of_partner, "papermill": party})


@pytest.mark.parametrize("policies", [edged(start=DAY), edged(end=DAY)], ids=["begins", "ends"])
@pytest.mark.parametrize("backwards", [False, True])
def test_no_judgement_is_kept_over_a_midnight_also_where_the_clock_goes_back(
    policies: PolicySet, *, backwards: bool
) -> None:
    """Of both midnights, to the microsecond."""
    edges = [MIDNIGHT + dt.timedelta(hours=hours) for hours in range(-25, 26)]
    instants = sorted({*edges, *(one - dt.timedelta(microseconds=1) for one in edges)}, reverse=backwards)
    base = usual_facts()
    decision = CompiledDecision(policies, base.partners)
    found = set()
    for instant in (*instants, *instants):
        facts = replace(base, now=instant)
        judgement = decision(facts)
        assert judgement == decide(facts, policies)
        papermill = judgement.decision_for("papermill")
        assert papermill is not None
        found.add(papermill.effect)
    assert found == {Effect.PERMIT, Effect.DENY}
