"""What a judgement rests on is what the index said, and what is kept of it tells one ground from another."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from typing import Any

import pytest

from broker.domain.category import Category
from broker.domain.decision import Effect
from broker.domain.identity import PatientIdentity, Restriction
from broker.domain.objection import ObjectionSnapshot
from broker.pipeline.judging import Judge, digest_of_partners, judged_on
from tests.support.policies import NETWORK, shipped_policies, usual_facts
from tests.support.records import person, registration

NOW = dt.datetime(2026, 11, 2, 12, tzinfo=dt.UTC)
PARTNER = usual_facts().partners[0]
CHANGES: tuple[dict[str, Any], ...] = (
    {"partner_id": "another"},
    {"kind": "another"},
    {"status": "draft"},
    {"ods_codes": frozenset({"RX999"})},
    {"supplies": frozenset({Category.PLANS})},
    {"closed": frozenset({Category.PLANS})},
    {"closed_to": frozenset({"RX999"})},
    {"open_to": frozenset({"RX999"})},
    {"open_to": frozenset()},
)


def test_each_change_of_a_registration_changes_the_digest_of_partners() -> None:
    """And what was not changed has the same one; so many digits tell them apart."""
    digests = [digest_of_partners([replace(PARTNER, **change)]) for change in CHANGES]
    assert len({digest_of_partners([PARTNER]), *digests}) == len(CHANGES) + 1
    assert digest_of_partners([PARTNER]) == digest_of_partners(iter((PARTNER,)))
    assert {len(digest) for digest in digests} == {32}


def test_what_is_kept_of_a_judgement_is_what_the_index_said() -> None:
    """Everything that it rests on, and nothing before the index has answered."""
    patient = person(restriction=Restriction.RESTRICTED, practice_ods="D99001", deceased_on="2026-10-01")
    kept = judged_on(NOW, patient, "digest")
    assert (kept.restriction, kept.practice_ods, kept.deceased_on) == ("R", "D99001", "2026-10-01")
    before = judged_on(NOW, None, "digest")
    assert (before.restriction, before.practice_ods, before.deceased_on) == (None, None, None)
    assert (before.at, before.partners) == (NOW, "digest")


@pytest.mark.parametrize(
    ("patient", "effect"),
    [
        (None, Effect.PERMIT),
        (person(practice_ods="D99001"), Effect.PERMIT),
        (person(practice_ods="D99002"), Effect.DENY),
        (person(practice_ods="D99001", restriction=Restriction.VERY_RESTRICTED), Effect.DENY),
        (person(practice_ods="D99001", deceased_on="2020-01-01"), Effect.DENY),
    ],
)
def test_practice_restriction_and_death_are_judged_as_the_index_gives_them(
    patient: PatientIdentity | None, effect: Effect
) -> None:
    """At the one practice that is registered."""
    [ods] = NETWORK["fen-edge-practice"]
    registered = registration("fen-edge-practice")
    registered = replace(
        registered, organisation=replace(registered.organisation, ods_codes=frozenset({ods}))
    )
    judge = Judge(shipped_policies, (registered,))
    assert judge(usual_facts().requester, ObjectionSnapshot(version=0), NOW, patient).effect is effect
