"""Whatever partners hold, and in whatever order they stand: nothing goes, and nothing is in two groups."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from broker.domain.contradictions import KINDS_OF_CONTRADICTION
from broker.domain.view import View
from broker.pipeline.merging.rows import names_in
from broker.pipeline.merging.table import RULES
from tests.support.merged import HEART_HOSPITAL, HOSPITAL, PRACTICE, SNOMED, coded, merged, named, state
from tests.support.records import item

PARTNERS = (HOSPITAL, HEART_HOSPITAL, PRACTICE)
_CODES = st.lists(
    st.sampled_from([(SNOMED, "1"), (SNOMED, "2"), ("urn:read", "a"), ("urn:read", "b")]), max_size=2
)
_DATES = st.sampled_from(["2016", "2016-03-01", "2016-03-01T10:00:00Z", "2016-03-01T11:00:00+01:00", None])
_NUMBERS = st.lists(st.sampled_from(["7", "8"]), max_size=2)


@st.composite
def results(draw: st.DrawFn) -> dict[str, Any]:
    """An observation of few words, so that many meet."""
    members: dict[str, Any] = {
        "status": draw(st.sampled_from(["final", "amended"])),
        "code": coded(*draw(_CODES), text=draw(st.sampled_from(["", "knee", "hip"]))),
        "effectiveDateTime": draw(_DATES),
        "valueString": draw(st.sampled_from(["x", "y", None])),
        "identifier": [{"system": "urn:lab", "value": number} for number in draw(_NUMBERS)],
    }
    kept = {name: value for name, value in members.items() if value}
    return item("Observation", f"o{draw(st.integers(0, 10**6))}", **kept)


@st.composite
def problems(draw: st.DrawFn) -> dict[str, Any]:
    """A problem or an allergy, active or over."""
    kind = draw(st.sampled_from(["Condition", "AllergyIntolerance"]))
    clinical = state(draw(st.sampled_from(["active", "resolved"])))
    code = coded(*draw(_CODES), *draw(st.sampled_from([[], [(SNOMED, "716186003")]])))
    return item(kind, f"p{draw(st.integers(0, 10**6))}", clinicalStatus=clinical, code=code)


_HELD = st.lists(st.one_of(results(), problems()), max_size=5, unique_by=lambda one: one["id"])
_RECORDS = st.fixed_dictionaries(dict.fromkeys(PARTNERS, _HELD))


def by_name(one: View) -> tuple[set[frozenset[str]], set[tuple[str, frozenset[str]]]]:
    """Groups and contradictions by what is in them."""
    groups = {frozenset(named(one, at) for at in group.members) for group in one.groups}
    clashes = {(clash.why, frozenset(named(one, at) for at in clash.members)) for clash in one.contradictions}
    return groups, clashes


@settings(max_examples=60, deadline=None)
@given(_RECORDS, st.permutations(PARTNERS))
def test_who_stands_first_changes_no_group_and_no_contradiction(
    records: dict[str, list[dict[str, Any]]], order: list[str]
) -> None:
    """The same sets, whatever the order of the plan."""
    usual, turned = (merged(*((name, records[name]) for name in names)) for names in (list(PARTNERS), order))
    assert by_name(usual) == by_name(turned)


@settings(max_examples=60, deadline=None)
@given(_RECORDS)
def test_nothing_goes_and_nothing_is_in_two_groups(records: dict[str, list[dict[str, Any]]]) -> None:
    """Every item is shown once, in the plan's order; groups are of one kind; words are of the closed list."""
    one = merged(*records.items())
    held = [
        f"{name} {each['resourceType']}/{each['id']}" for name, all_of in records.items() for each in all_of
    ]
    assert [named(one, at) for at in range(len(one.items))] == held
    members = [at for group in one.groups for at in group.members]
    assert len(members) == len(set(members))
    for group in one.groups:
        assert len(group.members) > 1
        assert len({one.items[at].header.resourceType for at in group.members}) == 1
        assert group.why in {"same-identifier", "same-content"}
    for clash in one.contradictions:
        assert clash.why in KINDS_OF_CONTRADICTION
        assert list(clash.members) == sorted(set(clash.members))


_MEMBERS = sorted(
    {
        name.split(".")[0].removesuffix("[x]")
        for rule in RULES
        for column in (rule.code, rule.value, rule.dose, rule.same, rule.apart, rule.wording)
        for name in names_in(column)
    }
    - {"", "code", "vaccineCode", "contained"}
)
_ODD = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(0, 9), st.sampled_from(["x", "2016", "#m"])),
    lambda inner: st.one_of(
        st.lists(inner, max_size=2),
        st.dictionaries(
            st.sampled_from(["coding", "text", "code", "system", "value", "reference", "url", "id"]),
            inner,
            max_size=3,
        ),
    ),
    max_leaves=6,
)


@settings(max_examples=120, deadline=None)
@given(
    st.sampled_from([rule.kind for rule in RULES]),
    st.dictionaries(st.sampled_from([*_MEMBERS, "abatementDateTime", "valueString"]), _ODD, max_size=4),
)
def test_no_shape_of_a_member_stops_the_view(kind: str, members: dict[str, Any]) -> None:
    """What FHIR does not know says nothing; the item is shown all the same."""
    code = {"code": coded((SNOMED, "1")), "vaccineCode": coded((SNOMED, "1"))}
    numbered = {"identifier": [{"system": "urn:n", "value": "1"}], "status": "active"}
    one = item(kind, "1", **{**members, **code, **numbered})
    assert len(merged((HOSPITAL, [one]), (PRACTICE, [one])).items) == 2


@pytest.mark.parametrize("member", ["bodySite", "method", "component", "code", "note"])
def test_what_a_partner_nests_as_deep_as_it_may_stops_nothing(member: str) -> None:
    """Over two hundred levels, of a member that is compared."""
    nested: Any = "x"
    for level in range(150):
        nested = {"value": nested} if level % 2 else {"coding": [nested]} if level % 3 else {"a": nested}
    one = item(
        "Observation", "1", **{"code": coded((SNOMED, "1")), "effectiveDateTime": "2016", member: nested}
    )
    assert len(merged((HOSPITAL, [one]), (PRACTICE, [one])).items) == 2


@settings(max_examples=60, deadline=None)
@given(_RECORDS)
def test_a_group_never_holds_two_dates_states_or_values(records: dict[str, list[dict[str, Any]]]) -> None:
    """As the sources wrote them, an instant by what it is."""
    one = merged(*records.items())
    raw = {
        f"{name} {each['resourceType']}/{each['id']}": each
        for name, all_of in records.items()
        for each in all_of
    }
    for group in one.groups:
        held = [raw[named(one, at)] for at in group.members]
        for member in ("status", "valueString", "effectiveDateTime", "clinicalStatus"):
            said = {
                str(each[member]).replace("T11:00:00+01:00", "T10:00:00Z") for each in held if member in each
            }
            assert len(said) <= 1
