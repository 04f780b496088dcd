"""The demonstration's documents are listed in a record, and open through their links for the same reader."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import aiohttp
import pytest

from broker.demonstration.client import ask_for_record
from broker.demonstration.network import demonstration_network
from broker.demonstration.people import story_named
from broker.demonstration.users import USERS, token_for


def links_of(bodies: tuple[bytes, ...], partner: str) -> Iterator[tuple[str, str]]:
    """The address and declared type of each document of a partner."""
    entries = [entry["resource"] for body in bodies for entry in json.loads(body).get("entry", [])]
    for resource in entries:
        if resource["resourceType"] == "DocumentReference" and resource["id"].startswith(partner):
            for content in resource["content"]:
                yield content["attachment"]["url"], content["attachment"]["contentType"]


async def opened(url: str, token: str) -> tuple[int, str, bytes]:
    """Status, type and bytes of a document."""
    headers: dict[str, Any] = {"Authorization": f"Bearer {token}"}
    async with aiohttp.ClientSession(headers=headers) as session, session.get(url) as answer:
        return answer.status, answer.content_type, await answer.read()


@pytest.mark.parametrize(
    ("story", "partner", "begins"),
    [
        ("allergy-contradicted", "nenewest-letters", b"Seen with an exacerbation of asthma."),
        ("diabetes", "fen-edge-documents", b"%PDF-"),
    ],
)
async def test_a_listed_document_opens_through_its_link(story: str, partner: str, begins: bytes) -> None:
    """By IHE MHD from a hospital, by GP Connect from a practice; nobody else's token opens it."""
    async with demonstration_network() as network:
        told = story_named(story)
        token = token_for(USERS[told.asked_as], network.issuer)
        answered = await ask_for_record(network.fhir_url, token, told.asked_number)
        ((url, declared),) = links_of(answered.bodies, partner)
        status, media_type, document = await opened(url, token)
        other = token_for(USERS["consultant"], network.issuer)
        refused, _, _ = await opened(url, other)
    assert url.startswith(f"{network.fhir_url}/documents/")
    assert (status, media_type) == (200, declared)
    assert document.startswith(begins)
    assert refused in {403, 404}
