"""A council's registration names its mapping from where its own file stands."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from broker.adapters.roads import UnfitRegistration, connector_for, reads_of
from connectors.rest_json import PLUGIN
from tests.connectors.rest_json.council import MAPPINGS, MOSAIC, STU3
from tests.support.transports import registration

COUNCIL = replace(registration("http://127.0.0.1/api"), connector="rest_json")
PARTNERS = MAPPINGS.parent / "partners"


@pytest.mark.parametrize("mapping", [MOSAIC, STU3], ids=lambda path: path.stem)
def test_the_transport_lets_through_what_the_named_mapping_reads(mapping: Path) -> None:
    """The manifest itself lists no call; the bound connector's reads take their place."""
    council = replace(COUNCIL, settings={"mapping": f"../mappings/{mapping.name}"})
    connector = connector_for(council, PLUGIN, folder=PARTNERS, environment="production")
    assert PLUGIN.manifest.reads == ()
    assert reads_of(connector, PLUGIN.manifest).reads == connector.reads != ()


def test_a_mapping_that_is_wrong_keeps_the_partner_from_being_registered() -> None:
    """The complaint names the partner, the file and what to do."""
    council = replace(COUNCIL, settings={"mapping": "../mappings/none.yaml"})
    with pytest.raises(UnfitRegistration, match=r"partner `trust`.*mappings/none\.yaml:1:1: cannot be read"):
        connector_for(council, PLUGIN, folder=PARTNERS, environment="production")
