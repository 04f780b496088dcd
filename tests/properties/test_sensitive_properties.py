"""What holds of sensitivity classes whatever the record, the reader and the policy are."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from broker.domain.sensitivity import ClassRule, SensitiveRules, SensitivityClass
from broker.pipeline.decision import decide
from broker.policy.situation import facts_of, partners_of
from tests.support.policies import shipped_policies, usual_situation
from tests.support.records import decision, item, readable
from tests.support.screening import screened
from tests.support.sensitive import ACT_CODE, CONFIDENTIALITY, HIV_CODE, coded, labelled, ruling_for

POLICIES = shipped_policies()
ROLES = ("doctor", "nurse", "physiotherapist", "pharmacist", "social-worker", "ward-clerk", "receptionist")
# Kinds whose items stand where policy expects those of HIV, and the member by which one refers to another.
KINDS = {
    "Condition": None,
    "Procedure": "reasonReference",
    "DocumentReference": None,
    "CarePlan": "addresses",
}
MARKS: tuple[dict[str, Any], ...] = (
    labelled("hiv"),
    labelled("HIV", ACT_CODE),
    {"code": coded(HIV_CODE)},
    {"reasonCode": [coded(HIV_CODE)]},
    {"contained": [{"resourceType": "Condition", "id": "i", "code": coded(HIV_CODE)}]},
)
ORDINARY: tuple[dict[str, Any], ...] = (
    {},
    labelled("N", CONFIDENTIALITY),
    labelled("NOPAT", ACT_CODE),
    {"code": coded("38341003")},
    {"text": {"status": "generated", "div": "<div>Words.</div>"}},
)

readers = st.sampled_from(ROLES)
members = st.sampled_from([(mark, True) for mark in MARKS] + [(mark, False) for mark in ORDINARY])
drawn_items = st.lists(
    st.tuples(st.sampled_from(sorted(KINDS)), members, st.none() | st.integers(0, 5)), max_size=6
)


def _made(place: int, drawn: Any) -> tuple[dict[str, Any], bool]:
    """An item, and whether it is of the class. It may refer to another, of the class or not."""
    kind, (mark, secret), to = drawn
    member = KINDS[kind]
    reference = {} if member is None or to is None else {member: [{"reference": f"Condition/i{to}"}]}
    return item(kind, f"i{place}", **mark, **reference), secret


@settings(max_examples=300)
@given(drawn_items, st.sampled_from(["physiotherapist", "social-worker"]))
def test_what_is_of_a_hidden_class_leaves_no_trace(drawn: Any, role: str) -> None:
    """Byte for byte the answer is that of a world in which it never was, empty sections among it."""
    made = [_made(place, one) for place, one in enumerate(drawn)]
    ruling = ruling_for(role)
    with_it = screened([one for one, _ in made], ruling)
    without = screened([one for one, secret in made if not secret], ruling)
    assert [(one.local_reference, one.raw) for one in with_it.released] == [
        (one.local_reference, one.raw) for one in without.released
    ]
    assert (with_it.narrative_hidden, with_it.fallen) == (without.narrative_hidden, without.fallen)


@settings(max_examples=200)
@given(drawn_items, readers)
def test_a_hidden_class_never_shows_more(drawn: Any, role: str) -> None:
    """Whoever may not see a class sees no item that a reader of everything does not."""
    made = [one for one, _ in (_made(place, one) for place, one in enumerate(drawn))]
    every = {one.local_reference for one in screened(made, decision()).released}
    some = {one.local_reference for one in screened(made, ruling_for(role)).released}
    assert some <= every


def _stricter(rule: ClassRule, how: str) -> ClassRule:
    if how in {"labels", "codes", "sources"}:
        more: Any = {
            "labels": {(CONFIDENTIALITY, "N")},
            "codes": {"38341003"},
            "sources": {"ousebank"},
        }[how]
        return replace(rule, **{how: getattr(rule, how) | more})
    return replace(rule, **{how: frozenset()})


@settings(max_examples=300)
@given(
    st.sampled_from(SensitivityClass),
    st.sampled_from(["roles", "relationships", "emergency_roles", "labels", "codes", "sources"]),
    readers,
    st.sampled_from(["TREAT", "ETREAT"]),
    st.sampled_from(["registration", "self-claimed"]),
    drawn_items,
)
def test_making_a_class_stricter_never_opens_anything(
    name: SensitivityClass, how: str, role: str, purpose: str, ground: str, drawn: Any
) -> None:
    """Fewer readers, more labels, codes or sources: no partner and no item is shown that was not before."""
    changed = {**POLICIES.sensitive.classes, name: _stricter(POLICIES.sensitive.classes[name], how)}
    stricter = replace(
        POLICIES, sensitive=SensitiveRules(classes=changed, ordinary=POLICIES.sensitive.ordinary)
    )
    situation = replace(usual_situation(), roles=(role,), purpose=purpose, relationship=ground)
    facts = facts_of(situation, partners_of(POLICIES))
    before, after = decide(facts, POLICIES), decide(facts, stricter)
    answer = [one for one, _ in (_made(place, one) for place, one in enumerate(drawn))]
    assert readable(answer)
    for earlier, later in zip(before.decisions, after.decisions, strict=True):
        assert later.categories <= earlier.categories
        assert later.hidden_classes.classes >= earlier.hidden_classes.classes or not later.categories
        shown = {one.local_reference for one in screened(answer, earlier).released}
        assert {one.local_reference for one in screened(answer, later).released} <= shown
