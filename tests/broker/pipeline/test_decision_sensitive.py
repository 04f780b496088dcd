"""Which sensitivity classes a decision hides, and what becomes of a partner that is wholly of one."""

from __future__ import annotations

from dataclasses import replace

import pytest

from broker.domain.decision import Effect, Reason
from broker.domain.policy import Topic
from broker.domain.sensitivity import LEGAL, NOTHING_HIDDEN, HiddenClasses, SensitivityClass
from broker.pipeline.decision import decide
from broker.pipeline.judging import stricter
from tests.support.policies import judge_usual, shipped_policies, usual_facts
from tests.support.records import decision, judgement
from tests.support.sensitive import hidden_from

CLINIC_CLOSED = Reason(
    topic=Topic.SENSITIVE_INFORMATION, rule=SensitivityClass.SEXUAL_HEALTH, effect=Effect.DENY
)


@pytest.mark.parametrize("purpose", ["TREAT", "ETREAT"])
@pytest.mark.parametrize("role", ["doctor", "nurse", "pharmacist", "social-worker", "receptionist"])
def test_what_the_law_closes_is_hidden_from_everybody(role: str, purpose: str) -> None:
    """In an emergency as well."""
    assert hidden_from(role, purpose=purpose).classes >= LEGAL


def test_a_file_of_the_law_s_classes_cannot_be_widened_in_memory_either() -> None:
    """A rule that names roles for such a class still opens it to nobody."""
    policies = shipped_policies()
    name = SensitivityClass.GENDER_RECOGNITION
    open_rule = replace(policies.sensitive.classes[SensitivityClass.HIV], sensitivity=name)
    widened = replace(policies.sensitive, classes={**policies.sensitive.classes, name: open_rule})
    judged = decide(usual_facts(), replace(policies, sensitive=widened)).decision_for("addenbury")
    assert judged is not None
    assert name in judged.hidden_classes.classes


def test_a_partner_wholly_of_a_hidden_class_is_denied_and_so_never_asked() -> None:
    """And the reason is the class, first."""
    judged = judge_usual(relationship="self-claimed").decision_for("harbour-clinic")
    assert judged is not None
    assert (judged.effect, judged.reasons[0], judged.categories) == (Effect.DENY, CLINIC_CLOSED, frozenset())


def test_every_registration_of_a_party_is_of_its_class() -> None:
    """A party's letters are no less its own than its records."""
    policies = shipped_policies()
    name = SensitivityClass.SEXUAL_HEALTH
    rule = replace(policies.sensitive.classes[name], sources=frozenset({"nenewest"}))
    changed = replace(policies.sensitive, classes={**policies.sensitive.classes, name: rule})
    facts = usual_facts(relationship="self-claimed")
    judged = decide(facts, replace(policies, sensitive=changed))
    for partner_id in ("nenewest", "nenewest-letters"):
        found = judged.decision_for(partner_id)
        assert found is not None
        assert found.reasons[0] == CLINIC_CLOSED


def test_of_two_judgements_what_either_hides_is_hidden() -> None:
    """Whichever came first, and twice the same changes nothing."""
    one, other = hidden_from("pharmacist"), hidden_from("physiotherapist")
    for earlier, later in (
        (one, other),
        (other, one),
        (NOTHING_HIDDEN, one),
        (one, NOTHING_HIDDEN),
        (one, one),
    ):
        found = stricter(
            judgement(decision(hidden_classes=earlier)), judgement(decision(hidden_classes=later))
        )
        hidden = found.decisions[0].hidden_classes
        assert hidden.classes == earlier.classes | later.classes
        assert hidden.labels == earlier.labels | later.labels
        assert not hidden or hidden.only_legal == (earlier.only_legal and later.only_legal)


def test_readers_from_whom_the_same_is_hidden_share_one_set() -> None:
    """So that a decision costs no more than a look-up."""
    assert hidden_from("doctor") is hidden_from("nurse")
    assert isinstance(hidden_from("doctor"), HiddenClasses)
    assert hidden_from("doctor").only_legal
    assert not hidden_from("pharmacist").only_legal
