"""The registration that the README shows is one that the broker takes, and its road leads to a practice."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import pytest

from broker.adapters.clock import SystemClock
from broker.adapters.keys import KeyRing, make_development_keys, read_key_ring
from broker.adapters.roads import UnfitRegistration, open_road
from broker.domain.limits import PartnerLimits
from broker.domain.outcome import Cause, OutcomeLabel
from broker.domain.registration import Credentials, PartnerRegistration
from broker.ports.connector import HttpRequest, Response
from broker.settings.registrations import read_partner
from connectors import gpconnect_structured
from connectors.gpconnect.areas import AREAS
from connectors.gpconnect_structured import PLUGIN
from tests.connectors.gpconnect.spine import PEOPLE, PRACTICE, STRUCTURED, practice_ask
from tests.support.loopback import served
from tests.support.patients import ASHA
from tests.support.sender import held_conversation
from tests.support.transports import permit

README = Path(gpconnect_structured.__file__).with_name("README.md")
PLUGINS = {"gpconnect_structured": PLUGIN}
_YAML = re.compile(r"```yaml\n(.*?)```", re.DOTALL)


@pytest.fixture
def shown(tmp_path: Path) -> PartnerRegistration:
    """The registration of the README, read as operations' file is."""
    found = _YAML.search(README.read_text())
    assert found is not None
    path = tmp_path / "county-practices.yaml"
    path.write_text(found[1])
    return read_partner(path, environment="production", shipped=PartnerLimits())


@pytest.fixture
def ring(tmp_path: Path) -> KeyRing:
    """A ring with the directory's key, by the name that the README gives it."""
    path = make_development_keys(tmp_path)
    (tmp_path / "sds.secret").write_text("the-directory-gave-this\n")
    (tmp_path / "sds.secret").chmod(0o600)
    entry = "  - {id: spine-directory, purpose: partner, state: active, file: sds.secret}\n"
    path.write_text(path.read_text() + entry)
    return read_key_ring(path, environment="demonstration")


def at(origin: str, shown: PartnerRegistration) -> PartnerRegistration:
    """The same, at a simulated Spine."""
    sds = replace(shown.services["sds"], endpoint=f"{origin}/sds")
    return replace(shown, endpoint=origin, credentials=Credentials(), services={"sds": sds})


def test_it_supplies_what_has_an_area(shown: PartnerRegistration) -> None:
    """Every area's category and who the person is: a promise that can be kept."""
    assert shown.supplies == STRUCTURED
    assert {area.category for area in AREAS} < shown.supplies


async def test_its_road_leads_to_the_practice(shown: PartnerRegistration, ring: KeyRing) -> None:
    """Through the product's own transports, each with its own endpoint, reads and secret."""
    app = PLUGIN.simulator(PEOPLE, {"practice": PRACTICE})
    async with served(app) as origin:
        road = open_road(
            at(origin, shown), PLUGINS, ring, SystemClock(), folder=README.parent, environment="demonstration"
        )
        permitted = replace(permit(ASHA), partner_id=shown.partner_id)

        async def send(request: HttpRequest) -> Response:
            return await road.transport.send(request, permitted)

        try:
            ending, heard = await held_conversation(road.connector.fetch(practice_ask()), send)
        finally:
            await road.transport.aclose()
    assert (ending.label, ending.cause) == (OutcomeLabel.COMPLETE, Cause.NONE)
    assert heard.entries


def test_a_registration_that_nobody_may_ask_through_stops_the_start(
    shown: PartnerRegistration, ring: KeyRing
) -> None:
    """It is named with the setting at fault and the remedy."""
    nobody = replace(shown, settings={**shown.settings, "consumers": {}})
    with pytest.raises(UnfitRegistration, match=r"`county-practices`.*`consumers` names nobody"):
        open_road(nobody, PLUGINS, ring, SystemClock(), folder=README.parent, environment="demonstration")
