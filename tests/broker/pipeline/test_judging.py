"""Of two judgements the stricter holds, and a denial says what policy lets this caller hear."""

from __future__ import annotations

import itertools
from dataclasses import replace

import pytest

from broker.domain.category import Category
from broker.domain.decision import Decision, Effect, Judgement, Naming, Told, Withhold
from broker.domain.errors import Forbidden, ObjectionInForce, RestrictedPerson
from broker.domain.identity import NhsNumber, PatientIdentity
from broker.pipeline.judging import Judge, refuse_if_denied, stricter
from broker.policy.granting import GivenGrant
from tests.support.patients import ASHA, BEN
from tests.support.policies import shipped_policies, usual_facts
from tests.support.records import ALL, decision, judgement, narrowed, person, registration

RESULTS, MEDICINES = frozenset({Category.RESULTS}), frozenset({Category.MEDICINES})
HELD = Withhold(categories=RESULTS)
DECISIONS = (
    decision(),
    decision(categories=RESULTS),
    decision(categories=MEDICINES, locationless=True),
    decision(categories=frozenset()),
    decision(withholds=(HELD,)),
    decision(naming=Naming.VEILED),
    decision(naming=Naming.FOLDED, resource_types=frozenset({"Condition"})),
    decision(resource_types=frozenset({"Observation", "Condition"})),
    decision(resource_types=frozenset({"Procedure"})),
)


@pytest.mark.parametrize(("earlier", "later"), list(itertools.product(DECISIONS, repeat=2)))
def test_nothing_is_permitted_that_either_forbids(earlier: Decision, later: Decision) -> None:
    """Categories, types, withheld parts, location and naming: for every pair."""
    found = narrowed(earlier, later)
    assert found.categories <= earlier.categories & later.categories
    assert set(earlier.withholds) | set(later.withholds) <= set(found.withholds) or not found.categories
    for kind in ("Condition", "Observation", "Procedure"):
        opened = [not one.resource_types or kind in one.resource_types for one in (earlier, later, found)]
        assert not opened[2] or (opened[0] and opened[1]) or not found.categories
    if found.categories:
        assert found.locationless == (earlier.locationless or later.locationless)
        order = list(Naming)
        assert order.index(found.naming) >= max(order.index(earlier.naming), order.index(later.naming))


@pytest.mark.parametrize("one", DECISIONS)
def test_the_same_judgement_twice_changes_nothing(one: Decision) -> None:
    """What did not move is not narrowed."""
    assert narrowed(one, one) == one


def test_a_later_denial_is_the_whole_answer() -> None:
    """With its own words and contact."""
    later = judgement(effect=Effect.DENY, told=Told.OBJECTION, words="In policy's words.")
    assert stricter(judgement(decision()), later) is later


def test_a_partner_that_is_new_since_is_denied() -> None:
    """Nobody asked it, so nothing of it may be shown."""
    made = stricter(judgement(decision("alder")), judgement(decision("alder"), decision("beech")))
    assert [(one.partner_id, one.effect, one.categories) for one in made.decisions] == [
        ("alder", Effect.PERMIT, ALL),
        ("beech", Effect.DENY, frozenset()),
    ]


def test_the_later_judgement_names_the_revision_and_the_register_version() -> None:
    """The records say on what a release rests."""
    later = judgement(decision(), revision="r2", objection_version=7)
    made = stricter(judgement(decision(), revision="r1", objection_version=6), later)
    assert (made.revision, made.objection_version) == ("r2", 7)


@pytest.mark.parametrize(
    ("given", "found", "effect"),
    [
        (ASHA, None, Effect.PERMIT),
        (BEN, None, Effect.DENY),
        (BEN, ASHA, Effect.PERMIT),
        (ASHA, BEN, Effect.DENY),
    ],
)
def test_a_grant_is_for_whom_the_index_found_and_until_then_for_whom_was_asked(
    given: NhsNumber, found: NhsNumber | None, effect: Effect
) -> None:
    """The number as given counts only until the person's own are known."""
    facts = usual_facts(
        purpose="ETREAT", practice=None, grant=GivenGrant(ground="risk-to-life", partners=frozenset())
    )
    assert facts.grant is not None
    made = replace(facts.grant, numbers=frozenset({ASHA}))
    who = found and PatientIdentity(number=found, numbers=frozenset({found}), birth_date="1951-04-09")
    judged = Judge(shipped_policies, (registration("addenbury"),))(
        facts.requester,
        facts.objections,
        facts.now,
        who,
        grant=made,
        numbers=frozenset({given}),
    )
    assert judged.effect is effect


def test_what_is_judged_again_by_the_same_policies_is_the_same_judgement() -> None:
    """And by others, however like them, another: at once, and when they are in force again."""
    shipped = shipped_policies()
    alike = replace(shipped)
    changed = replace(shipped, revision="another", purposes=frozenset({"COORDN"}))
    in_force = [shipped]
    judge = Judge(lambda: in_force[-1], (registration("addenbury"),))
    facts = usual_facts()

    def judged() -> Judgement:
        return judge(facts.requester, facts.objections, facts.now, person())

    first = judged()
    assert judged() is first
    for policies, effect in ((alike, Effect.PERMIT), (changed, Effect.DENY), (shipped, Effect.PERMIT)):
        in_force.append(policies)
        assert judged() is not first
        assert judged().effect is effect
        assert judged().revision == policies.revision


def test_a_judgement_is_not_narrowed_by_itself() -> None:
    """Where nothing moved nothing is made anew."""
    one = judgement(decision())
    assert stricter(one, one) is one


def denial(told: Told) -> Judgement:
    """A denial of everything."""
    return judgement(effect=Effect.DENY, told=told, words="Words.", contact=("Call.",))


@pytest.mark.parametrize(
    ("told", "error"),
    [(Told.NEUTRAL, Forbidden), (Told.OBJECTION, ObjectionInForce), (Told.RESTRICTED, RestrictedPerson)],
)
def test_a_denial_is_put_as_policy_says(told: Told, error: type[Exception]) -> None:
    """Its words, its contact routes and its code."""
    with pytest.raises(error) as caught:
        refuse_if_denied(denial(told))
    assert (caught.value.message, caught.value.contact) == ("Words.", ("Call.",))  # type: ignore[attr-defined] # each is a BrokerError


def test_a_permit_raises_nothing() -> None:
    """The request goes on."""
    refuse_if_denied(judgement(decision()))
    assert judgement(decision()).effect is Effect.PERMIT
