"""A record locator's pointers decide who is asked, and lead to the documents that they name."""

from __future__ import annotations

import base64
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import orjson
import pytest
from aiohttp import web

from broker.domain.audit import RecordKind
from tests.support import trail
from tests.support.documents import disclosures, last_ending, links, opened
from tests.support.network import NHS, labels, resources, simulated
from tests.support.small_network import (
    NUMBER,
    OTHER,
    Registered,
    Small,
    holding,
    indexed,
    patient,
    small_network,
)

ODS = "https://fhir.nhs.uk/Id/ods-organization-code"
ALDER, BEECH = "RX901", "RX902"
PLAN = b"%PDF-1.7 a crisis plan"
SETTINGS = {
    "consumers": {ALDER: {"asid": "200000000115", "name": "Alder"}},
    "issuer": "https://broker.example/nrl",
}


def pointer(holder: str, local: str = "1", number: str = NUMBER, **members: Any) -> dict[str, Any]:
    """A pointer to a document that `holder` keeps."""
    attachment = {
        "contentType": "application/pdf",
        "url": f"ssp://proxy.example/https%3A%2F%2Fp1.example%2F{local}",
    }
    return {
        "resourceType": "DocumentReference",
        "id": f"{holder}-{local}",
        "status": "current",
        "subject": {"identifier": {"system": NHS, "value": number}},
        "custodian": {"identifier": {"system": ODS, "value": holder}},
        "content": [{"attachment": attachment}],
        **members,
    }


def plan_at(holder: str) -> dict[str, Any]:
    """A document that its holder keeps behind the proxy."""
    attachment = {"contentType": "application/pdf", "data": base64.b64encode(PLAN).decode()}
    return pointer(holder, "plan", content=[{"attachment": attachment}])


@asynccontextmanager
async def located(
    folder: Path, *pointers: Mapping[str, Any], alder: int = 3, beech: int = 3, **manners: Any
) -> AsyncIterator[Small]:
    """Alder is always asked, beech only where a pointer names it; the locator knows these pointers."""
    apps: dict[str, web.Application] = {
        "alder": holding("alder", alder),
        "beech": holding("beech", beech),
        "locator": simulated("nrl", {NUMBER: [patient(), *pointers]}, **manners),
    }
    registered = {
        "beech": Registered(asked="pointed-to"),
        "locator": Registered(
            connector="nrl", settings=SETTINGS, services={"ssp": "/ssp"}, supplies=("documents",)
        ),
    }
    # Nothing is sure of anybody whose practice is out of reach: theirs is alder.
    practice = [{"identifier": {"system": ODS, "value": ALDER}}]
    index = simulated("pds", {NUMBER: [indexed(generalPractitioner=practice)]}, calls_per_s=1000)
    async with small_network(folder, apps, index=index, registered=registered) as small:
        yield small
        await trail.all_ended(small.client.settings)
        trail.assert_whole(small.client.settings)


async def recorded(small: Small, **facts: Any) -> dict[str, Any]:
    """The person's whole record."""
    status, record = await small.client.record(NUMBER, **facts)
    assert status == 200, record
    return record


def seen(record: Mapping[str, Any]) -> set[str]:
    """Where the results that came were seen."""
    return {one["valueString"] for one in resources(record) if one["resourceType"] == "Observation"}


def pointers_in(record: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Every pointer that is shown."""
    return [one for one in resources(record) if one["resourceType"] == "DocumentReference"]


def states(record: Mapping[str, Any]) -> dict[str, str]:
    """What is said of each section."""
    [outcome] = [one for one in resources(record) if one["resourceType"] == "OperationOutcome"]
    found = {}
    for issue in outcome["issue"]:
        for extension in issue.get("extension", []):
            parts = {part["url"]: part.get("valueCode") for part in extension.get("extension", [])}
            if "category" in parts:
                found[parts["category"]] = parts["state"]
    return found


def causes(small: Small) -> dict[str, tuple[str, str]]:
    """Label and cause of each partner, as the trail has them of the newest disclosure."""
    newest = trail.outcomes(trail.of_kind(small.client.settings, RecordKind.DISCLOSURE)[-1])
    return {name: (one.label.value, one.cause.value) for name, one in newest.items()}


async def test_a_partner_that_a_pointer_names_is_asked(tmp_path: Path) -> None:
    """What it holds stands beside everybody's, and the pointer itself is shown as an item."""
    label = [
        {"coding": [{"system": "http://terminology.hl7.org/CodeSystem/v3-Confidentiality", "code": "R"}]}
    ]
    async with located(tmp_path, pointer(BEECH, securityLabel=label)) as small:
        record = await recorded(small)
        assert seen(record) == {"seen at alder", "seen at beech"}
        assert labels(record) == {"alder": "complete", "beech": "complete", "locator": "complete"}
        [shown] = pointers_in(record)
        assert (shown["custodian"]["identifier"]["value"], shown["securityLabel"]) == (BEECH, label)


@pytest.mark.parametrize("holders", [(), (ALDER,), ("RX999",)], ids=["none", "another", "a stranger"])
async def test_a_partner_that_no_pointer_names_is_not_called(
    holders: tuple[str, ...], tmp_path: Path
) -> None:
    """Not once; it is nobody that a reader would expect, and the rest may be said to be none recorded."""
    async with located(tmp_path, *map(pointer, holders), alder=0) as small:
        record = await recorded(small)
        assert small.ears["beech"].calls == 0
        assert labels(record) == {"alder": "complete", "locator": "complete"}
        assert states(record)["observations"] == "none-recorded"
        assert causes(small)["beech"] == ("not-asked", "not-a-holder")


DOWN: dict[str, tuple[dict[str, Any], str]] = {
    "down": ({"down": "500"}, "unreachable"),
    "refusing": ({"error": "ACCESS DENIED"}, "refused"),
    "odd": ({"down": "html"}, "invalid"),
    "doubtful": ({"warnings": {"DocumentReference": "timeout"}}, "partial"),
}


@pytest.mark.parametrize(("manners", "label"), DOWN.values(), ids=DOWN.keys())
async def test_without_a_whole_answer_of_the_locator_nobody_knows_who_holds_what(
    manners: dict[str, Any], label: str, tmp_path: Path
) -> None:
    """Whoever it did not name is not asked, and nothing that it could hold is called none recorded."""
    async with located(tmp_path, alder=0, **manners) as small:
        record = await recorded(small)
        assert small.ears["beech"].calls == 0
        assert labels(record) == {"alder": "complete", "beech": "not-asked", "locator": label}
        assert causes(small)["beech"] == ("not-asked", "not-located")
        assert "none-recorded" not in states(record).values()


async def test_a_partner_that_was_named_before_the_locator_failed_is_asked(tmp_path: Path) -> None:
    """What came of a doubtful answer still names its holder."""
    async with located(tmp_path, pointer(BEECH), warnings={"DocumentReference": "timeout"}) as small:
        record = await recorded(small)
        assert seen(record) == {"seen at alder", "seen at beech"}
        assert labels(record) == {"alder": "complete", "beech": "complete", "locator": "partial"}


async def test_a_pointer_about_somebody_else_names_nobody(tmp_path: Path) -> None:
    """It is not shown, its custodian is not asked about this person, and the answer is not whole."""
    async with located(tmp_path, pointer(BEECH, number=OTHER), pointer(ALDER)) as small:
        record = await recorded(small)
        assert small.ears["beech"].calls == 0
        assert labels(record) == {"alder": "complete", "beech": "not-asked", "locator": "partial"}
        assert [one["custodian"]["identifier"]["value"] for one in pointers_in(record)] == [ALDER]
        assert OTHER.encode() not in orjson.dumps(record)


async def test_pointers_about_somebody_else_alone_are_an_identity_mismatch(tmp_path: Path) -> None:
    """None is shown, and none decides whom to ask."""
    async with located(tmp_path, pointer(BEECH, number=OTHER)) as small:
        record = await recorded(small)
        assert small.ears["beech"].calls == 0
        assert labels(record)["locator"] == "identity-mismatch"
        assert (pointers_in(record), labels(record)["beech"]) == ([], "not-asked")


async def test_a_pointer_opens_to_its_document_through_the_proxy(tmp_path: Path) -> None:
    """From the record's own address to the bytes that its provider keeps; no partner is asked for them."""
    async with located(tmp_path, plan_at(ALDER)) as small:
        [url] = await links(small)
        calls = {name: small.ears[name].calls for name in ("alder", "beech", "locator")}
        got = await opened(small, url)
        assert (got.status, got.whole, got.body) == (200, True, PLAN)
        assert got.headers["Content-Type"] == "application/pdf"
        assert {name: small.ears[name].calls - calls[name] for name in calls} == {
            "alder": 0,
            "beech": 0,
            "locator": 2,
        }
        ending, [disclosure] = await last_ending(small), disclosures(small)
        assert (ending.body.ended, disclosure.body.released) == ("sent", {"locator": 1})


CONTACT = {
    "attachment": {"url": "https://beech.example/contact"},
    "format": {"code": "urn:nhs-ic:record-contact"},
}
ELSEWHERE = {"attachment": {"contentType": "application/pdf", "url": "http://127.0.0.1:9/plan"}}
CLOSED = {
    "a contact": (CONTACT, ("not-available", "not-offered")),
    "another host": (ELSEWHERE, ("invalid", "foreign-link")),
}


@pytest.mark.parametrize(("content", "why"), CLOSED.values(), ids=CLOSED.keys())
async def test_a_pointer_that_is_not_to_be_followed_is_listed_and_does_not_open(
    content: dict[str, Any], why: tuple[str, str], tmp_path: Path
) -> None:
    """Whom to call, or a host that nobody registered: shown, and nothing is called to open it."""
    async with located(tmp_path, pointer(ALDER, content=[content])) as small:
        [url] = await links(small)
        got = await opened(small, url)
        assert got.status == 502
        exact = trail.outcomes(await last_ending(small))["locator"]
        assert (exact.label.value, exact.cause.value) == why
        assert disclosures(small) == []
