"""A development issuer opens the demonstration for people who do not exist, and nothing in production."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from broker.adapters.tokens.trust import DEVELOPMENT_ISSUER
from tests.support.clocks import HandClock
from tests.support.issuers import SYNTHETIC, Signer, good_claims, issuer_at, key_set_server, trust_in
from tests.support.patients import number_outside_999
from tests.support.token_bench import authenticator_of, failed_check


async def test_a_patient_outside_999_is_refused_from_a_development_issuer() -> None:
    """Even in the demonstration, even with the issuer's own key."""
    clock, signer = HandClock(), Signer(key_id="watersmeet-development-1")
    async with key_set_server(signer) as server:
        issuer = replace(issuer_at(server.url), issuer=DEVELOPMENT_ISSUER, development=True)
        async with authenticator_of(trust_in(issuer, environment="demonstration"), clock) as demo:
            synthetic, issued = (
                f"Bearer {signer.token(good_claims(clock, iss=DEVELOPMENT_ISSUER, patient=patient))}"
                for patient in (SYNTHETIC, number_outside_999())
            )
            assert await demo.authenticate(synthetic)
            assert await failed_check(demo, issued) == "DevelopmentIssuerRefused"


@pytest.mark.parametrize("changes", [{"issuer": DEVELOPMENT_ISSUER}, {"development": True}])
async def test_production_refuses_a_development_issuer_whatever_its_trust_says(
    changes: dict[str, Any],
) -> None:
    """The trust was built by hand around every check of the file: the token is still refused."""
    clock, signer = HandClock(), Signer(key_id="plain")
    async with key_set_server(signer) as server:
        issuer = replace(issuer_at(server.url), **changes)
        async with authenticator_of(trust_in(issuer, environment="production"), clock) as broker:
            token = signer.token(good_claims(clock, iss=issuer.issuer))
            assert await failed_check(broker, f"Bearer {token}") == "DevelopmentIssuerRefused"
        assert server.reads == 0
