"""rest_json reads a council's people from a real STU3 server, as the worked mapping for STU3 says."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import replace
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from broker.domain.category import Category
from broker.domain.identity import NhsNumber
from broker.domain.outcome import Cause, OutcomeLabel
from broker.domain.query import PartnerAsk
from broker.ports.connector import Ending
from connectors.rest_json.person import RESTRICTED_THERE, SOMEBODY_ELSE
from tests.connectors.rest_json.council import OF_STU3, STU3, ask, bound, identity, plugin_of
from tests.connectors.rest_json.test_nothing_dropped import assert_kept
from tests.support.network import Partner, labels
from tests.support.real_council import BORN, CLOSED, CLOSED_MATTER, FAMILY, KNOWN, OTHER, PERSON_IN, WARNINGS
from tests.support.real_network import broker_among, newest_release, whole_record
from tests.support.real_people import person_of
from tests.support.sender import Heard, held_conversation, road_to

MANIFEST = plugin_of(STU3).manifest
# STU3's Device is what a person uses; R4 says so in a type of its own.
BECOMES = {"Device": "DeviceUseStatement"}
NOBODY = NhsNumber.parse("9990000247")


def ask_about(
    number: NhsNumber,
    family: str = FAMILY,
    born: str = BORN,
    categories: frozenset[Category] = OF_STU3,
) -> PartnerAsk:
    """A question for what a council supplies, about the person as the index knows them."""
    person = replace(identity(number), family=family, given=("Zoë",), birth_date=born)
    return ask(number, categories, person)


async def asked(base: str, about: PartnerAsk) -> tuple[Ending, Heard]:
    """One question over the product's own transport."""
    async with road_to(base, MANIFEST, about.patient.number) as send:
        return await held_conversation(bound(STU3).fetch(about), send)


async def given(base: str, person: str) -> list[dict[str, Any]]:
    """What the server itself says of a person, asked by a plain client to the last page."""
    found: list[dict[str, Any]] = []
    async with aiohttp.ClientSession() as session:
        for kind in PERSON_IN:
            url: str | None = f"{base}/{kind}?patient={person}"
            while url:
                async with session.get(url) as answer:
                    bundle = await answer.json(content_type=None)
                found += [entry["resource"] for entry in bundle["entry"]]
                url = next((link["url"] for link in bundle["link"]), None)
    return found


async def test_each_value_that_the_server_gives_is_there_once(asymmetrik: str) -> None:
    """Every page of every type in its order, each a valid resource; one that is restricted is held back."""
    _, heard = await asked(asymmetrik, ask_about(KNOWN))
    came: dict[str, list[bytes]] = {}
    for raw in (entry.raw for entry in heard.entries if entry.readable):
        came.setdefault(json.loads(raw)["resourceType"], []).append(raw)
    held = await given(asymmetrik, "c1")
    shown = [one for one in held if "security" not in one.get("meta", {})]
    assert Counter(one["resourceType"] for one in held)["Flag"] == WARNINGS
    assert [entry.raw for entry in heard.entries if not entry.readable] == [b""] * (len(held) - len(shown))
    assert len(came.pop("Patient")) == 1
    for resource in shown:
        kind = resource["resourceType"]
        assert_kept(resource, came[BECOMES.get(kind, kind)].pop(0), "Patient/c1")
    assert not any(came.values())


async def test_a_type_that_the_server_lacks_makes_the_answer_partial(asymmetrik: str) -> None:
    """It has no ReferralRequest and says 404: the rest comes. Not asked for referrals, it is whole."""
    ending, heard = await asked(asymmetrik, ask_about(KNOWN))
    without = OF_STU3 - {Category.REFERRALS}
    whole, same = await asked(asymmetrik, ask_about(KNOWN, categories=without))
    assert ending == Ending(OutcomeLabel.PARTIAL, Cause.STATUS)
    assert whole == Ending(OutcomeLabel.COMPLETE)
    assert [entry.raw for entry in same.entries] == [entry.raw for entry in heard.entries]
    assert len(heard.requests) == len(same.requests) + 1


async def test_nothing_of_another_person_comes(asymmetrik: str) -> None:
    """Each of two people's answers tells of that person alone."""
    for number, person, other in ((KNOWN, "c1", "c2"), (OTHER, "c2", "c1")):
        _, heard = await asked(asymmetrik, ask_about(number))
        text = b" ".join(entry.raw for entry in heard.entries).decode()
        assert text.count(f" of {person}") == WARNINGS
        assert f" of {other}" not in text


async def test_who_is_not_there_is_no_record(asymmetrik: str) -> None:
    """One search for the number, and nothing under it."""
    ending, heard = await asked(asymmetrik, ask_about(NOBODY))
    assert (ending, len(heard.requests)) == (Ending(OutcomeLabel.NO_RECORD), 1)


async def test_whose_record_is_restricted_there_is_not_shown(asymmetrik: str) -> None:
    """No section is read, and not a byte of the Patient is kept."""
    ending, heard = await asked(asymmetrik, ask_about(CLOSED))
    assert ending == RESTRICTED_THERE
    assert heard.entries == []


@pytest.mark.parametrize("known", [{"family": "Other"}, {"born": "1951-04-10"}])
async def test_a_record_of_another_name_or_day_of_birth_is_somebody_elses(
    known: dict[str, str], asymmetrik: str
) -> None:
    """The number is right; nothing is read under it."""
    ending, heard = await asked(asymmetrik, ask_about(KNOWN, **known))
    assert (ending, heard.entries) == (SOMEBODY_ELSE, [])


async def test_the_broker_shows_what_a_council_holds(asymmetrik: str, tmp_path: Path) -> None:
    """Each item once through the whole pipeline; the one that is held back is told in the partner's line."""
    person = person_of(KNOWN)
    partner = Partner(
        endpoint=asymmetrik,
        connector="rest_json",
        settings={"mapping": str(STU3)},
        supplies=tuple(sorted(category.value for category in OF_STU3 - {Category.REFERRALS})),
    )
    async with broker_among(tmp_path, [person], {"council": partner}) as client:
        bundle = await whole_record(client, person)
        release = await newest_release(client, person.number)
    counted = Counter(kind for kind, _ in release.items)
    shown = Counter(one["resourceType"] for one in await given(asymmetrik, "c1"))
    assert labels(json.loads(bundle)) == {"council": "partial"}
    assert release.outcomes["council"].tally.received == 1 + shown.total()
    assert release.outcomes["council"].tally.shown == shown.total()
    assert counted["Flag"] == WARNINGS
    assert "Warning 44 of c1" in bundle
    assert CLOSED_MATTER not in bundle
