"""Settings of GP Connect are refused at the door, with the remedy."""

from __future__ import annotations

from typing import Any

import pytest

from connectors.gpconnect_structured import PLUGIN
from tests.connectors.gpconnect.spine import ASID, CONSUMERS, DIRECT, ISSUER, PROXIED, ROOT


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"consumers": {}}, "`consumers` names nobody"),
        ({"consumers": ["RZZ01"]}, "`consumers` must map"),
        ({"consumers": {"rzz01": {"asid": ASID, "name": "A"}}}, "`consumers` must map"),
        ({"consumers": {"RZZ01": {"asid": int(ASID), "name": "A"}}}, "twelve digits. Write it in quotes"),
        ({"consumers": {"RZZ01": {"asid": "1", "name": "A"}}}, "twelve digits"),
        ({"consumers": {"RZZ01": {"asid": ASID}}}, "an `asid` and a `name`, and nothing else"),
        ({"consumers": {"RZZ01": {"asid": ASID, "name": "A", "odd": 1}}}, "and nothing else"),
        ({"smartcard_issuers": ISSUER}, "`smartcard_issuers` must be a list"),
        ({"directory_minutes": 0}, "`directory_minutes` must be a whole number from 1 to 1440"),
        ({"trace_id": "ignore"}, "`trace_id` must be one of"),
        ({"provider_ods": "D99001"}, "go together"),
        ({"provider_root": f"{ROOT}/"}, "`provider_root` must be"),
    ],
)
def test_a_wrong_setting_is_named_with_its_remedy(changed: dict[str, Any], said: str) -> None:
    """Nothing falls back to the usual."""
    with pytest.raises(ValueError, match=said):
        PLUGIN.create({**PROXIED, **changed})


def test_who_asks_must_be_told() -> None:
    """Without an issuer no token can be written."""
    with pytest.raises(ValueError, match="`issuer` is missing"):
        PLUGIN.create({"consumers": CONSUMERS})


@pytest.mark.parametrize("settings", [PROXIED, DIRECT], ids=["proxied", "direct"])
def test_both_ways_of_reaching_a_practice_are_sound(settings: dict[str, object]) -> None:
    """Through the proxy, and where the endpoint is the practice's own."""
    assert PLUGIN.create(settings)
