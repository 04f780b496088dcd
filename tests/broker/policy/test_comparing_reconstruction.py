"""Two revisions that differ in who may hold a disclosure against which partners."""

from __future__ import annotations

from dataclasses import replace

from broker.domain.reconstruction import Reconstruction
from broker.policy.comparing import compare
from broker.policy.signatures_needed import SHOWN_BY_REQUESTS
from broker.policy.situation import partners_of
from tests.support.compared import space
from tests.support.policies import shipped_policies


def test_a_party_that_may_be_asked_again_is_an_opening() -> None:
    """No cell moves; and taking it back is no opening of a request, though it is not proved to tighten."""
    policies = shipped_policies()
    silent = replace(policies, reconstruction=Reconstruction())
    found = compare(silent, policies, space(silent, "role", "purpose"), partners_of(policies))
    told = {(one.role, one.partner_id, one.what) for one in found.tells_more}
    assert told == {
        ("privacy-officer", name, "reconstructs disclosures") for name in policies.reconstruction.partners
    }
    assert found.opens
    assert found.rules == ("reconstruction",)
    assert not frozenset(found.rules) <= SHOWN_BY_REQUESTS
    again = compare(policies, silent, space(silent, "role", "purpose"), partners_of(policies))
    assert {one.what for one in again.tells_less} == {"no longer reconstructs disclosures"}
    assert not again.opens
