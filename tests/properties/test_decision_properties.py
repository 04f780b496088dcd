"""What holds of a decision whatever the facts are."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

from hypothesis import given, settings
from hypothesis import strategies as st

from broker.domain.category import Category
from broker.domain.decision import Effect, Facts, Judgement, PartnerFacts
from broker.domain.identity import Restriction
from broker.domain.objection import (
    Carveout,
    Direction,
    Objection,
    ObjectionSnapshot,
    ObjectionState,
    Scope,
)
from broker.domain.requester import RelationshipGround, Requester
from broker.pipeline.decision import decide
from tests.support.policies import NETWORK, shipped_policies, usual_facts

POLICIES = shipped_policies()
ODS = sorted({ods for codes in NETWORK.values() for ods in codes} | {"QX9"})

words = st.text(max_size=8)
roles = st.sampled_from(["doctor", "nurse", "receptionist", "social-worker", "S8000:G8000:R8001", "R0001"])
categories = st.frozensets(st.sampled_from(Category), max_size=3)
partner_names = st.frozensets(st.sampled_from([*NETWORK, *ODS, "RX999"]), max_size=2)
days = st.dates(dt.date(2026, 10, 1), dt.date(2027, 2, 1))
iso_days = st.none() | days.map(dt.date.isoformat)

scopes = st.builds(
    Scope,
    partners=partner_names,
    direction=st.sampled_from(Direction),
    staff=st.frozensets(st.sampled_from(["user-1", "user-2"]), max_size=1),
    categories=categories,
    items=st.frozensets(st.tuples(words, words), max_size=1),
    period_start=iso_days,
    period_end=iso_days,
)
carveouts = st.builds(
    Carveout,
    ground=st.sampled_from(["safeguarding", "care-not-possible", "convenience", ""]),
    roles=st.frozensets(st.sampled_from(["doctor", "nurse", "social-worker"])),
    categories=categories,
    partners=partner_names,
    review_on=st.none() | days,
)
objections = st.builds(
    Objection,
    objection_id=words,
    state=st.sampled_from(ObjectionState),
    scope=scopes,
    acknowledged_at=st.just(dt.datetime(2026, 1, 1, tzinfo=dt.UTC)),
    verified=st.booleans(),
    carveout=st.none() | carveouts,
)
smart_scopes = st.sampled_from(["user/*.read", "patient/Observation.rs", "openid"])
requesters = st.builds(
    Requester,
    issuer=st.just("issuer"),
    user_id=st.sampled_from(["user-1", "user-2"]),
    user_name=st.just(""),
    organisation_ods=st.sampled_from(ODS) | words,
    roles=st.lists(roles | words, max_size=2).map(tuple),
    purpose=st.sampled_from(["TREAT", "ETREAT", "HRESCH"]) | words,
    relationship=st.sampled_from(RelationshipGround),
    scopes=st.frozensets(
        st.sampled_from(["user/*.read", "patient/Observation.rs", "openid"]) | words, max_size=2
    ),
)
partners = st.builds(
    PartnerFacts,
    partner_id=st.sampled_from(sorted(NETWORK)) | words,
    ods_codes=st.frozensets(st.sampled_from(ODS) | words, max_size=2),
    kind=st.sampled_from(["gp", "acute", ""]),
    status=st.sampled_from(["live", "suspended"]) | words,
    supplies=st.just(frozenset(Category)) | categories,
)
facts = st.builds(
    Facts,
    requester=requesters,
    partners=st.lists(partners, max_size=4).map(tuple),
    objections=st.builds(
        ObjectionSnapshot, version=st.integers(), objections=st.lists(objections, max_size=3).map(tuple)
    ),
    now=st.datetimes(timezones=st.just(dt.UTC)) | st.datetimes(),
    restriction=st.none() | st.sampled_from(Restriction),
    practice_ods=st.none() | st.sampled_from(ODS) | words,
    deceased_on=st.none() | iso_days | words,
)

# Facts that usually permit, so that a property about permits meets some.
likely = st.builds(
    lambda role, day, known, held: replace(
        usual_facts(roles=(role,), day=day, objections=tuple(held)),
        restriction=Restriction.NONE if known else None,
    ),
    role=roles,
    day=days,
    known=st.booleans(),
    held=st.lists(objections, max_size=2),
)


def _shown(judgement: Judgement) -> dict[str, frozenset[Category]]:
    return {decision.partner_id: decision.categories for decision in judgement.decisions}


@given(facts)
def test_deciding_is_total_and_every_answer_is_whole(any_facts: Facts) -> None:
    """No facts raise; each partner has its decision; a deny shows nothing and leads with its reason."""
    judgement = decide(any_facts, POLICIES)
    assert [d.partner_id for d in judgement.decisions] == [p.partner_id for p in any_facts.partners]
    for judged in (judgement, *judgement.decisions):
        assert judged.reasons
        assert judged.reasons[0].effect is judged.effect
    for decision in judgement.decisions:
        assert bool(decision.categories) == (decision.effect is Effect.PERMIT)
        assert all(part.categories and part.categories <= decision.categories for part in decision.withholds)
        assert not (decision.withholds and decision.effect is Effect.DENY)
    if judgement.effect is Effect.DENY:
        assert all(decision.effect is Effect.DENY for decision in judgement.decisions)
    else:
        assert any(decision.effect is Effect.PERMIT for decision in judgement.decisions)


@given(facts)
def test_deciding_twice_is_deciding_once(any_facts: Facts) -> None:
    """The same facts have the same judgement, so a decision can be replayed."""
    assert decide(any_facts, POLICIES) == decide(any_facts, POLICIES)


@settings(max_examples=300)
@given(likely, objections)
def test_an_objection_more_never_opens_anything(some_facts: Facts, more: Objection) -> None:
    """It turns no deny into a permit, adds no category, and drops nothing that was held back in part."""
    before = decide(some_facts, POLICIES)
    snapshot = some_facts.objections
    added = replace(snapshot, objections=(*snapshot.objections, more))
    after = decide(replace(some_facts, objections=added), POLICIES)
    assert not (before.effect is Effect.DENY and after.effect is Effect.PERMIT)
    for earlier, later in zip(before.decisions, after.decisions, strict=True):
        assert later.categories <= earlier.categories
        for part in earlier.withholds:
            kept = part.categories & later.categories
            assert not kept or replace(part, categories=kept) in later.withholds


@given(likely, st.permutations(range(2)))
def test_the_order_of_objections_shows_nothing_more(some_facts: Facts, order: list[int]) -> None:
    """What is shown does not hang on which objection was read first."""
    held = some_facts.objections.objections
    turned = tuple(held[at] for at in order if at < len(held))
    again = replace(some_facts, objections=replace(some_facts.objections, objections=turned))
    assert _shown(decide(some_facts, POLICIES)) == _shown(decide(again, POLICIES))


@given(likely, words, st.sampled_from(["roles", "purpose", "organisation_ods"]))
def test_a_word_that_nobody_knows_is_a_deny(some_facts: Facts, word: str, name: str) -> None:
    """An unknown role (beside a known one too), purpose or organisation opens nothing."""
    unknown = f"unknown {word}"
    value = (*some_facts.requester.roles, unknown) if name == "roles" else unknown
    requester = replace(some_facts.requester, **{name: value})  # type: ignore[arg-type] # by the name
    assert decide(replace(some_facts, requester=requester), POLICIES).effect is Effect.DENY


@given(likely, roles)
def test_a_role_more_never_opens_anything(some_facts: Facts, more: str) -> None:
    """Several roles see what every one of them may see."""
    before = _shown(decide(some_facts, POLICIES))
    requester = replace(some_facts.requester, roles=(*some_facts.requester.roles, more))
    after = _shown(decide(replace(some_facts, requester=requester), POLICIES))
    assert all(after[partner_id] <= before[partner_id] for partner_id in before)


@given(likely, st.sampled_from(["patient/Observation.read", "user/*.rs", "openid"]))
def test_scopes_never_open_anything(some_facts: Facts, scope: str) -> None:
    """A token with scopes shows no more than the same token without."""
    before = _shown(decide(some_facts, POLICIES))
    requester = replace(some_facts.requester, scopes=frozenset({scope}))
    after = _shown(decide(replace(some_facts, requester=requester), POLICIES))
    assert all(after[partner_id] <= before[partner_id] for partner_id in before)


@given(likely, st.sampled_from([Restriction.RESTRICTED, Restriction.VERY_RESTRICTED]))
def test_protection_never_opens_anything_and_folds_every_partner(
    some_facts: Facts, restriction: Restriction
) -> None:
    """A protected person's record shows no more than anybody's, and names no place."""
    before = _shown(decide(replace(some_facts, restriction=Restriction.NONE), POLICIES))
    after = decide(replace(some_facts, restriction=restriction), POLICIES)
    assert all(d.locationless and d.categories <= before[d.partner_id] for d in after.decisions)
