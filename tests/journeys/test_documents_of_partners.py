"""Documents of partners that do not speak as fhir_r4 does: a registry with its repository, and a practice."""

from __future__ import annotations

import base64
from pathlib import Path
from typing import Any

import pytest

from tests.support.documents import attachment, last_ending, links, opened, reference
from tests.support.network import simulated
from tests.support.small_network import NUMBER, Registered, indexed, patient, small_network

PRACTICE = "D99001"
LETTER = b"%PDF-1.7 a letter that a repository keeps"
SPINE: dict[str, object] = {
    "consumers": {"RX901": {"asid": "200000000115", "name": "Alder"}},
    "issuer": "https://broker.example/gpconnect",
}


def kept() -> dict[str, Any]:
    """A document as a simulator's world has it: the simulator lists it by an address of its own."""
    listed = attachment()
    del listed["url"]
    return reference("d1", {**listed, "data": base64.b64encode(LETTER).decode(), "title": "Letter"})


def at_practice() -> dict[str, Any]:
    """The index's Patient, registered at the practice."""
    system = "https://fhir.nhs.uk/Id/ods-organization-code"
    practice = [{"identifier": {"system": system, "value": PRACTICE}}]
    return indexed(generalPractitioner=practice)


PARTNERS: dict[str, tuple[Registered, dict[str, object]]] = {
    "mhd": (Registered(connector="mhd", supplies=("documents",)), {}),
    "gpconnect_documents": (
        Registered(
            connector="gpconnect_documents",
            settings=SPINE,
            services={"sds": "/sds"},
            supplies=("demographics", "documents"),
        ),
        {"practice": PRACTICE},
    ),
}


@pytest.mark.parametrize("name", PARTNERS)
async def test_a_document_of_any_kind_of_partner_opens_whole(name: str, tmp_path: Path) -> None:
    """Listed with an address of ours, opened through its own connector, and proved as every other."""
    registered, manners = PARTNERS[name]
    app = simulated(name, {NUMBER: [patient(), kept()]}, **manners)
    index = simulated("pds", {NUMBER: [at_practice()]}, calls_per_s=1000)
    async with small_network(
        tmp_path, {"alder": app}, registered={"alder": registered}, index=index
    ) as small:
        [url] = await links(small)
        got = await opened(small, url)
        assert (got.status, got.whole) == (200, True), got.body
        assert got.body.startswith(b"%PDF-")
        assert name != "mhd" or got.body == LETTER
        assert (await last_ending(small)).body.ended == "sent"
