"""The oracle asks of a registration all that it says of itself, and all that its party says."""

from __future__ import annotations

import dataclasses
from typing import Any

import pytest

from tests.prove.oracle import Case, Objected, OfPartner, judge_all, words_of
from tests.prove.oracle.reading import read_topics
from tests.prove.test_oracle import POLICIES, WORDS
from tests.prove.test_oracle_days import USUAL_CASE, party_edited

AGREEMENT = "sharing-agreement"


def registered_as(**edits: Any) -> Case:
    """The usual request, with the registration of the hospital edited."""
    partners = tuple(
        dataclasses.replace(one, **edits) if one.partner == "addenbury" else one
        for one in USUAL_CASE.partners
    )
    return dataclasses.replace(USUAL_CASE, partners=partners)


def addenbury(case: Case) -> OfPartner:
    """What the oracle says of the hospital."""
    return judge_all(case, WORDS).partners["addenbury"]


@pytest.mark.parametrize(
    ("edits", "rule"),
    [
        ({"status": "draft"}, "partner-not-live"),
        ({"status": "resting"}, "partner-not-live"),
        ({"closed_to": frozenset({"D99001"})}, "partner-not-live"),
        ({"open_to": frozenset({"RX902"})}, "partner-not-live"),
        ({"organisations": frozenset({"RX901", "RX999"})}, "organisation-not-signed"),
        ({"supplies": frozenset()}, "nothing-for-this-role"),
        ({"partner": "addenbury-old"}, "not-a-party"),
    ],
)
def test_the_oracle_denies_a_registration_that_is_not_as_agreed(edits: dict[str, Any], rule: str) -> None:
    """Each way of not being ready, or not being agreed, has its rule, and that partner alone is denied."""
    whole = judge_all(registered_as(**edits), WORDS)
    one = whole.partners[edits.get("partner", "addenbury")]
    assert (whole.effect, one.because, one.in_scope) == ("permit", (AGREEMENT, rule), True)


def test_the_oracle_opens_what_is_supplied_and_not_closed() -> None:
    """A category that is not live yet is not open, and a registration open to this organisation is."""
    edits = {"supplies": frozenset({"results", "plans"}), "closed": frozenset({"plans"})}
    assert addenbury(registered_as(**edits, open_to=frozenset({"D99001"}))).open == {"results"}


def test_the_oracle_says_who_waits_for_a_pointer() -> None:
    """Only a party that is asked where a pointer names it waits."""
    words = party_edited("addenbury", asked="pointed-to")
    waiting = {name for name, one in judge_all(USUAL_CASE, words).partners.items() if one.awaits_pointer}
    assert waiting == {"addenbury"}


def test_the_oracle_tells_all_registrations_of_a_party_alike() -> None:
    """As the most closely kept of them, whichever has the line."""
    topics = read_topics(POLICIES)
    named = topics["disclosure"]["naming"]["partners"]
    named.append({"partner": "nenewest", "naming": "veiled"})
    assert judge_all(USUAL_CASE, words_of(topics)).partners["nenewest-letters"].naming == "veiled"
    named.append({"partner": "nenewest-letters", "naming": "folded"})
    partners = judge_all(USUAL_CASE, words_of(topics)).partners
    assert {partners[name].naming for name in ("nenewest", "nenewest-letters")} == {"folded"}


@pytest.mark.parametrize("site", ["RX901", "RX907"])
def test_the_oracle_stops_the_view_of_all_of_a_partys_staff(site: str) -> None:
    """A registration's name means the staff of its codes and of its party's further organisations."""
    words = party_edited("addenbury", organisations=["RX901", "RX907"])
    view = (Objected(state="upheld", partners=frozenset({"addenbury"}), direction="viewer"),)
    case = dataclasses.replace(
        registered_as(organisations=frozenset({"RX901"})),
        objections=view,
        organisation=site,
        relationship="booking",
    )
    assert judge_all(case, words).because == ("objections", "upheld")


def test_the_oracle_refuses_where_no_partner_has_anything() -> None:
    """When each partner is denied for itself, that no permit is left is the reason."""
    partners = tuple(dataclasses.replace(one, status="testing") for one in USUAL_CASE.partners)
    whole = judge_all(dataclasses.replace(USUAL_CASE, partners=partners), WORDS)
    assert (whole.effect, whole.because, whole.told) == ("deny", ("decision", "no-permit"), "neutral")
