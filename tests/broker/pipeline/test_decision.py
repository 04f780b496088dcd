from __future__ import annotations

import datetime as dt
from dataclasses import replace

import pytest

from broker.domain.category import Category
from broker.domain.decision import Effect, Naming, Reason, Told
from broker.domain.identity import Restriction
from broker.domain.objection import Carveout, Objection, ObjectionState, Scope
from broker.domain.policy import Asked
from broker.pipeline.decision import decide
from broker.pipeline.decision.days import Today, earliest_day
from tests.support.policies import judge_usual, shipped_policies, usual_facts

ACKNOWLEDGED = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)


def _objection(state: ObjectionState = ObjectionState.UPHELD, **parts: object) -> Objection:
    carveout = parts.pop("carveout", None)
    return Objection(
        objection_id="one",
        state=state,
        scope=Scope(**parts),  # type: ignore[arg-type] # each test names parts of a Scope
        acknowledged_at=ACKNOWLEDGED,
        carveout=carveout,  # type: ignore[arg-type] # a Carveout or None
    )


def test_each_partner_gets_one_decision_in_the_order_of_the_facts() -> None:
    """The completeness table rests on it."""
    facts = usual_facts()
    judgement = decide(facts, shipped_policies())
    assert [d.partner_id for d in judgement.decisions] == [p.partner_id for p in facts.partners]


def test_a_judgement_names_its_policies_and_its_objections() -> None:
    """The audit record can show what was in force."""
    judgement = judge_usual(_objection(categories=frozenset({Category.DOCUMENTS})))
    assert judgement.revision == shipped_policies().revision
    assert judgement.objection_version == 1
    assert judgement.suppression_notice == shipped_policies().disclosure.notice


def test_the_primary_reason_of_a_refusal_comes_first_and_is_every_partners_reason() -> None:
    """Purpose denies here; what else was permitted comes after it."""
    judgement = judge_usual(purpose="HRESCH")
    primary = Reason(topic="purposes", rule="HRESCH", effect=Effect.DENY)
    assert judgement.reasons[0] == primary
    assert all(decision.reasons == (primary,) for decision in judgement.decisions)


def test_a_partner_that_is_registered_and_not_in_the_agreement_is_denied() -> None:
    """No permit is a deny."""
    facts = usual_facts()
    stranger = replace(facts.partners[2], partner_id="stranger", ods_codes=frozenset({"RX999"}))
    judgement = decide(replace(facts, partners=(*facts.partners, stranger)), shipped_policies())
    decision = judgement.decision_for("stranger")
    assert decision is not None
    assert decision.effect is Effect.DENY
    assert decision.reasons[0].rule == "not-a-party"


def test_a_registration_that_covers_more_than_was_signed_is_denied() -> None:
    """An organisation cannot slip in behind one that signed."""
    facts = usual_facts()
    wider = tuple(replace(p, ods_codes=p.ods_codes | {"RX999"}) for p in facts.partners)
    decision = decide(replace(facts, partners=wider), shipped_policies()).decision_for("addenbury")
    assert decision is not None
    assert decision.reasons[0].rule == "organisation-not-signed"


@pytest.mark.parametrize("status", ["draft", "testing", "suspended", "LIVE", ""])
def test_only_a_live_partner_is_asked(status: str) -> None:
    """Every other status, known or not, is a deny."""
    facts = usual_facts()
    partners = tuple(replace(p, status=status) for p in facts.partners)
    judgement = decide(replace(facts, partners=partners), shipped_policies())
    assert judgement.effect is Effect.DENY
    assert judgement.reasons[0].rule == "no-permit"
    assert {d.reasons[0].rule for d in judgement.decisions if d.in_scope} == {"partner-not-live"}


def test_a_partner_shows_no_more_than_its_registration_supplies() -> None:
    """The agreement permits; the registration says what there is."""
    facts = usual_facts()
    partners = tuple(replace(p, supplies=frozenset({Category.RESULTS})) for p in facts.partners)
    decision = decide(replace(facts, partners=partners), shipped_policies()).decision_for("addenbury")
    assert decision is not None
    assert decision.categories == {Category.RESULTS}


def test_a_registration_of_many_practices_is_asked_for_the_one_that_is_named() -> None:
    """An objection to one of its practices stops that one and not its neighbour."""
    policies = shipped_policies()
    party = policies.party_of_partner["fen-edge-practice"]
    both = replace(party, organisations=frozenset({"D99001", "D99003"}))
    policies = replace(
        policies,
        parties=(both, *(p for p in policies.parties if p is not party)),
        party_of_partner={**policies.party_of_partner, "fen-edge-practice": both},
        party_of_organisation={**policies.party_of_organisation, "D99001": both, "D99003": both},
    )
    facts = usual_facts(organisation="RX901", objections=(_objection(partners=frozenset({"D99003"})),))
    partners = tuple(
        replace(p, ods_codes=both.organisations) if p.partner_id == "fen-edge-practice" else p
        for p in facts.partners
    )
    for practice, effect in (("D99001", Effect.PERMIT), ("D99003", Effect.DENY)):
        judged = decide(replace(facts, partners=partners, practice_ods=practice), policies)
        decision = judged.decision_for("fen-edge-practice")
        assert decision is not None
        assert decision.effect is effect


def test_a_practice_is_a_practice_by_its_kind_even_if_the_agreement_forgot() -> None:
    """Either of the two is enough not to ask a practice that the index does not name."""
    policies = shipped_policies()
    party = replace(policies.party_of_partner["castle-hill-practice"], asked=Asked.ALWAYS)
    policies = replace(policies, party_of_partner={**policies.party_of_partner, party.party_id: party})
    decision = decide(usual_facts(), policies).decision_for("castle-hill-practice")
    assert decision is not None
    assert not decision.in_scope


def test_a_carve_out_inside_an_objection_to_items_never_turns_into_everything() -> None:
    """An empty list of categories would mean all: a part wholly opened is dropped instead."""
    carveout = Carveout(
        ground="safeguarding",
        roles=frozenset({"doctor"}),
        categories=frozenset({Category.DOCUMENTS}),
        partners=frozenset({"addenbury"}),
        review_on=dt.date(2026, 12, 1),
    )
    judgement = judge_usual(
        _objection(
            ObjectionState.NOT_UPHELD,
            items=frozenset({("https://addenbury.example/letter", "77")}),
            categories=frozenset({Category.DOCUMENTS}),
            carveout=carveout,
        )
    )
    withholds = {decision.partner_id: decision.withholds for decision in judgement.decisions}
    assert withholds["addenbury"] == ()
    assert [part.categories for part in withholds["papermill"]] == [{Category.DOCUMENTS}]


def test_a_part_that_is_held_back_keeps_its_bounds() -> None:
    """Screening gets the items and the days as the objection has them."""
    items = frozenset({("https://addenbury.example/letter", "77")})
    judgement = judge_usual(_objection(items=items, period_start="2019-01-01", period_end="2020-01-01"))
    decision = judgement.decision_for("addenbury")
    assert decision is not None
    (part,) = decision.withholds
    assert (part.items, part.period_start, part.period_end) == (items, "2019-01-01", "2020-01-01")
    assert part.categories == decision.categories - {Category.DEMOGRAPHICS}  # it has no date and is no item


def test_the_categories_that_a_permit_lost_to_an_objection_have_their_reason() -> None:
    """A permit may end with denials: the objections that hold back a part of it."""
    judgement = judge_usual(_objection(categories=frozenset({Category.DOCUMENTS})))
    decision = judgement.decision_for("addenbury")
    assert decision is not None
    assert [(r.topic, r.effect) for r in decision.reasons] == [
        ("sharing-agreement", Effect.PERMIT),
        ("objections", Effect.DENY),
    ]


def test_every_refusal_without_a_right_reads_the_same() -> None:
    """Objected, protected, unrelated: one answer in every word."""
    told = {
        (judgement.told, judgement.words, judgement.contact, judgement.suppression_notice)
        for judgement in (
            judge_usual(roles=("receptionist",), purpose="HRESCH"),
            judge_usual(_objection(), roles=("receptionist",)),
            judge_usual(roles=("receptionist",), restriction=Restriction.VERY_RESTRICTED),
            judge_usual(_objection(), roles=("unheard-of",)),
            judge_usual(organisation="RX999"),
        )
    }
    assert len(told) == 1
    assert next(iter(told))[0] is Told.NEUTRAL


def test_an_objection_to_two_partners_that_leaves_none_is_told_as_an_objection() -> None:
    """Nothing left to ask because of objections is an objection, not a lack of permits."""
    facts = usual_facts(
        organisation="RX903",
        relationship=usual_facts().requester.relationship,
        objections=(_objection(partners=frozenset({"addenbury", "papermill"})),),
    )
    asked = tuple(p for p in facts.partners if p.partner_id in {"addenbury", "papermill"})
    judgement = decide(replace(facts, partners=asked), shipped_policies())
    assert (judgement.effect, judgement.told) == (Effect.DENY, Told.OBJECTION)


def test_a_protected_persons_decisions_carry_no_place_and_no_name() -> None:
    """Refused or opened by an emergency, every decision is folded."""
    for purpose in ("TREAT", "ETREAT"):
        judgement = judge_usual(restriction=Restriction.RESTRICTED, purpose=purpose)
        assert all(d.locationless and d.naming is Naming.FOLDED for d in judgement.decisions)


def test_an_error_while_deciding_is_a_deny_for_everybody() -> None:
    """An instant without a zone cannot be judged; nothing escapes but a refusal that says so."""
    facts = replace(usual_facts(), now=dt.datetime(2026, 11, 2))  # noqa: DTZ001 - the fault under test
    judgement = decide(facts, shipped_policies())
    assert judgement.effect is Effect.DENY
    assert judgement.reasons == (Reason(topic="decision", rule="error", effect=Effect.DENY),)
    assert len(judgement.decisions) == len(facts.partners)


def test_a_rule_ends_at_the_earlier_midnight_and_begins_at_the_later() -> None:
    """Half past eleven at night in UTC is the next day in summer: endings count it, beginnings do not."""
    today = Today.at(dt.datetime(2026, 6, 30, 23, 30, tzinfo=dt.UTC))
    day = dt.date(2026, 7, 1)
    assert today.over(day)
    assert not today.begun(day)


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("2026-10-05", dt.date(2026, 10, 5)),
        ("2026-10-05T23:59:59+00:00", dt.date(2026, 10, 5)),
        ("2026-10", dt.date(2026, 10, 1)),
        ("2026", dt.date(2026, 1, 1)),
        ("2026-13-01", None),
        ("05/10/2026", None),
        ("２０２６", None),  # noqa: RUF001 - full-width digits on purpose
        ("", None),
    ],
)
def test_a_partial_date_of_death_means_its_earliest_day(text: str, day: dt.date | None) -> None:
    """The earliest day ends care soonest; what is no date is not guessed."""
    assert earliest_day(text) == day


@pytest.mark.parametrize(
    ("scopes", "shown"),
    [
        (set(), "everything"),
        ({"user/*.read"}, "everything"),
        ({"user/*.rs"}, "everything"),
        ({"patient/*.cruds"}, "everything"),
        ({"patient/Observation.read"}, {Category.OBSERVATIONS, Category.RESULTS}),
        ({"user/AllergyIntolerance.rs", "launch"}, {Category.ALLERGIES}),
        ({"user/AllergyIntolerance.rs", "user/Condition.read"}, {Category.ALLERGIES, Category.PROBLEMS}),
        ({"openid", "launch"}, set()),
        ({"user/*.write"}, set()),
        ({"user/*.r"}, set()),
        ({"user/*.s"}, set()),
        ({"system/*.read"}, set()),
        ({"patient/Observation.rs?category=laboratory"}, set()),
        ({"patient/Nonsense.read"}, set()),
        ({"USER/*.read"}, set()),
    ],
)
def test_scopes_narrow_and_never_open(scopes: set[str], shown: str | set[Category]) -> None:
    """What a scope does not name in words that are understood is not shown."""
    decision = judge_usual(scopes=frozenset(scopes)).decision_for("addenbury")
    usual = judge_usual().decision_for("addenbury")
    assert decision is not None
    assert usual is not None
    assert decision.categories == (usual.categories if shown == "everything" else shown)


def test_a_scope_for_one_type_is_handed_on_with_its_categories() -> None:
    """Results hold reports too: the types say that only observations were granted."""
    decision = judge_usual(scopes=frozenset({"patient/Observation.read"})).decision_for("addenbury")
    assert decision is not None
    assert decision.resource_types == {"Observation"}


def test_a_part_of_what_is_not_shown_anyway_is_dropped() -> None:
    """An empty list of categories would mean all, and would hold back what nobody objected to."""
    part = _objection(period_start="2019-01-01", categories=frozenset({Category.DOCUMENTS}))
    decision = judge_usual(part, roles=("receptionist",)).decision_for("addenbury")
    assert decision is not None
    assert decision.effect is Effect.PERMIT
    assert decision.withholds == ()


def test_a_carve_out_is_for_a_reader_all_of_whose_roles_it_names() -> None:
    """A second role that the decision did not name brings nobody in."""
    carveout = Carveout(
        ground="safeguarding",
        roles=frozenset({"doctor"}),
        categories=frozenset({Category.PROBLEMS}),
        partners=frozenset({"addenbury"}),
        review_on=dt.date(2026, 12, 1),
    )
    held = _objection(ObjectionState.NOT_UPHELD, carveout=carveout)
    assert judge_usual(held, roles=("doctor",)).effect is Effect.PERMIT
    assert judge_usual(held, roles=("doctor", "nurse")).effect is Effect.DENY
