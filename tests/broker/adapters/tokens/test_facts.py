"""NHS CIS2 roles and the other shapes of a claim, to the facts of a decision."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from broker.adapters.tokens.checks import CheckFailed
from broker.adapters.tokens.facts import requester_of
from broker.adapters.tokens.trust import RoleForm, WordClaim
from broker.domain.requester import RelationshipGround, Requester
from tests.support.clocks import HandClock
from tests.support.issuers import CLAIM_MAP, good_claims, issuer_at

NURSE = {
    "org_code": "RBA",
    "person_roleid": "role-1",
    "role_code": "S8000:G8000:R8001",
    "activity_codes": ["B0278", "B0401"],
}
CLERK = {"org_code": "RGT", "person_roleid": "role-2", "role_code": "S8000:G8001:R8008"}

CIS2 = replace(
    issuer_at("https://unused.example"),
    claims=replace(
        CLAIM_MAP,
        role_form=RoleForm.CIS2,
        roles=("nhsid_nrbac_roles",),
        selected_role=("selected_roleid",),
        organisation=None,
    ),
)


def _cis2(roles: Any, **changes: Any) -> Requester:
    claims = good_claims(HandClock(), nhsid_nrbac_roles=roles, **changes)
    return requester_of(CIS2, claims, expires_s=0)


def test_a_cis2_role_brings_its_organisation_and_is_one_role_whatever_its_activities() -> None:
    """The job role is the last part of the role code; an activity is not a role, and makes none unknown."""
    requester = _cis2([NURSE])
    assert requester.roles == ("R8001",)
    assert requester.organisation_ods == "RBA"


def test_of_several_cis2_roles_the_selected_one_counts_alone() -> None:
    """Nothing of the other role is lent to it."""
    requester = _cis2([NURSE, CLERK], selected_roleid="role-2")
    assert (requester.roles, requester.organisation_ods) == (("R8008",), "RGT")


@pytest.mark.parametrize(
    ("roles", "selected"),
    [
        ([NURSE, CLERK], None),
        ([NURSE, NURSE], "role-1"),
        ([NURSE], "role-9"),
        ([], None),
        ({}, None),
        (["R8001"], None),
        ([{**NURSE, "role_code": None}], None),
        ([{**NURSE, "role_code": "S8000:G8000:"}], None),
        ([{**NURSE, "org_code": None}], None),
    ],
)
def test_an_unclear_cis2_role_is_refused(roles: Any, selected: str | None) -> None:
    """Several and none selected, none at all, or not in the shape."""
    with pytest.raises(CheckFailed):
        _cis2(roles, selected_roleid=selected)


def test_a_plain_role_text_is_one_role() -> None:
    """The `text` form."""
    issuer = replace(CIS2, claims=replace(CLAIM_MAP, role_form=RoleForm.TEXT))
    requester = requester_of(issuer, good_claims(HandClock(), roles="R8000"), expires_s=0)
    assert requester.roles == ("R8000",)


def test_the_issuers_words_become_ours() -> None:
    """GP Connect says `directcare`; a coding and a list of one are the same purpose."""
    claims_map = replace(CLAIM_MAP, relationship=WordClaim(path=("r",), words={"ours": "referral"}))
    purpose = WordClaim(path=("p",), words={"directcare": "TREAT"})
    issuer = replace(CIS2, claims=claims_map, purpose_claim=purpose)
    for value in ("directcare", ["directcare"], [{"code": "directcare"}], {"code": "TREAT"}):
        requester = requester_of(issuer, good_claims(HandClock(), p=value, r="ours"), expires_s=0)
        assert requester.purpose == "TREAT"
        assert requester.relationship is RelationshipGround.REFERRAL


def test_a_fixed_purpose_ignores_what_the_token_says() -> None:
    """The issuer's agreement says why it may ask."""
    issuer = replace(CIS2, claims=CLAIM_MAP, purpose_claim=None, purpose_fixed="TREAT")
    requester = requester_of(issuer, good_claims(HandClock(), purpose="HRESCH"), expires_s=0)
    assert requester.purpose == "TREAT"


def test_the_requester_shows_no_name_in_its_repr() -> None:
    """Neither the user's name nor the patient reaches a log by accident."""
    shown = repr(_cis2([NURSE], patient="9990000018"))
    assert "Sample Reader" not in shown
    assert "9990000018" not in shown
