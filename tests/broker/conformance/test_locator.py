"""A record locator is judged as one: it has pointers, and knows nobody."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from broker.conformance.kit import Report
from broker.domain.category import Category
from broker.domain.registration import Service
from tests.support.check_kit import kit, names, people, registered
from tests.support.loopback import served
from tests.support.network import NHS, simulated
from tests.support.patients import ASHA, BEN, OLD, patient

ODS = "https://fhir.nhs.uk/Id/ods-organization-code"
SETTINGS = {
    "consumers": {"RX901": {"asid": "200000000115", "name": "Alder"}},
    "issuer": "https://broker.example/nrl",
}


def pointer(number: str) -> dict[str, Any]:
    """A pointer to a plan that somebody keeps."""
    return {
        "resourceType": "DocumentReference",
        "id": "RX902-1",
        "status": "current",
        "subject": {"identifier": {"system": NHS, "value": number}},
        "custodian": {"identifier": {"system": ODS, "value": "RX902"}},
        "type": {
            "coding": [{"system": "http://snomed.info/sct", "code": "736253002", "display": "Crisis plan"}]
        },
        "content": [{"attachment": {"contentType": "application/pdf", "url": "https://rx902.example/1"}}],
    }


async def report_on(folder: Path, *unknown: dict[str, Any]) -> Report:
    """What the kit says of the simulated locator, which has these pointers to whom nobody knows."""
    held = {
        ASHA.digits: [patient(ASHA.digits, "a1"), pointer(ASHA.digits)],
        BEN.digits: [patient(BEN.digits, "b1")],
        **({OLD.digits: [patient(OLD.digits, "o1"), *unknown]} if unknown else {}),
    }
    async with served(simulated("nrl", held)) as origin:
        proxy = {"ssp": Service(endpoint=f"{origin}/ssp")}
        supplies = frozenset({Category.DOCUMENTS})
        one = registered(origin, "nrl", supplies, settings=SETTINGS, services=proxy)
        async with kit(folder, one) as made:
            return await made.check(people({Category.DOCUMENTS: 1}))


async def test_a_locator_that_has_no_pointers_of_a_stranger_passes(tmp_path: Path) -> None:
    """An empty answer is all that it could say of somebody whom it does not know."""
    report = await report_on(tmp_path)
    assert report.passed, names(report)


async def test_a_locator_that_has_pointers_of_a_stranger_does_not(tmp_path: Path) -> None:
    """Whoever is unknown there has none."""
    report = await report_on(tmp_path, pointer(OLD.digits))
    assert (report.passed, "unknown-found" in names(report)) == (False, True)
