"""A social worker without a smartcard, by her council's own sign-in: from her token to what she may see."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from broker.adapters.tokens.trust_file import read_trust
from broker.domain.category import Category
from broker.domain.decision import Effect
from broker.domain.requester import RelationshipGround, Requester
from broker.pipeline.decision import decide
from tests.support.clocks import HandClock
from tests.support.issuers import Signer, good_claims, key_set_server, trust_in
from tests.support.policies import shipped_policies, usual_facts
from tests.support.token_bench import authenticator_of, failed_check

CONFIG = Path(__file__).parents[4] / "config" / "trust.yaml"
COUNCIL = "https://signin.council.example"
SIGNED_IN = {
    "iss": COUNCIL,
    "aud": "https://watersmeet.example/fhir",
    "sub": "eliot@council.example",
    "name": "Esme Eliot",
    "sds_user_id": "UNK",
    "employer": {"ods": "99C01"},
    "job_families": ["social-worker"],
    "reason": "direct-care",
    "case": "allocated",
}


async def _asked(**changes: Any) -> Requester | str:
    """Who the shipped trust file makes of a council's token, on real keys; or the check that refuses it."""
    clock, signer = HandClock(), Signer()
    told = read_trust(CONFIG, environment="production").issuers[COUNCIL]
    async with key_set_server(signer) as server:
        trusted = trust_in(replace(told, key_set=server.url))
        async with authenticator_of(trusted, clock) as authenticator:
            header = f"Bearer {signer.token(good_claims(clock, **{**SIGNED_IN, **changes}))}"
            if changes:
                return await failed_check(authenticator, header)
            return await authenticator.authenticate(header)


async def test_a_social_worker_without_a_smartcard_sees_what_social_workers_see() -> None:
    """Her account, her council and her job family are the facts; a smartcard is nowhere asked for."""
    requester = await _asked()
    assert isinstance(requester, Requester)
    assert (requester.user_id, requester.organisation_ods) == ("eliot@council.example", "99C01")
    assert (requester.purpose, requester.relationship) == ("COORDN", RelationshipGround.REFERRAL)
    judgement = decide(replace(usual_facts(), requester=requester), shipped_policies())
    assert judgement.effect is Effect.PERMIT
    council = judgement.decision_for("county-council")
    trust = judgement.decision_for("ousebank")
    assert council is not None
    assert trust is not None
    assert Category.SOCIAL_CARE in council.categories
    assert Category.PLANS in trust.categories
    assert Category.DOCUMENTS not in trust.categories


@pytest.mark.parametrize("user_id", ["UNK", "unk", " UNK "])
async def test_what_stands_in_the_place_of_a_smartcard_is_no_user(user_id: str) -> None:
    """Everybody without one would be the same person, to an objection, a grant and the trail."""
    assert await _asked(sub=user_id) == "NotANamedUser"
