"""A real server that answers every question with everybody: only the right person's items go further."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path
from typing import Any

from broker.domain.outcome import Cause, OutcomeLabel
from tests.support.json_text import numbers_in, resource_texts
from tests.support.network import Partner, labels, resources
from tests.support.real_network import Name, broker_among, newest_release, whole_record
from tests.support.real_servers import RealServer
from tests.support.synthea import SyntheaPerson
from tests.support.undoing import items_of, tree_of

# What nobody permitted, and what describes who and where: neither is searched for.
NOT_ASKED_FOR = {"Claim", "ExplanationOfBenefit", "Practitioner", "Organization"}
MANNER = {"ask": "by-type", "search_by": "get"}


def asked_for(person: SyntheaPerson) -> dict[Name, dict[str, Any]]:
    """The person's resources of the types that are searched for, by the server's own names."""
    return {
        (one["resourceType"], one["id"]): one
        for one in person.resources()
        if one["resourceType"] not in NOT_ASKED_FOR
    }


async def test_all_but_the_right_persons_resources_are_set_aside_and_counted(
    fhirsnake: RealServer, tmp_path: Path
) -> None:
    """The partner reads partial, and the audit record has shown and quarantined to the last resource."""
    partners = {"snake": Partner(endpoint=fhirsnake.base_url, settings=MANNER)}
    everybody = sum(len(asked_for(person)) for person in fhirsnake.people)
    async with broker_among(tmp_path, fhirsnake.people, partners) as client:
        for person in fhirsnake.people:
            bundle = await whole_record(client, person)
            release = await newest_release(client, person.number)
            outcome, own = release.outcomes["snake"], asked_for(person)
            assert labels(json.loads(bundle)) == {"snake": "partial"}
            assert (outcome.label, outcome.cause) == (OutcomeLabel.PARTIAL, Cause.WRONG_PATIENT)
            assert Counter(release.items) == Counter(own.keys())
            assert outcome.tally.received == everybody
            assert outcome.tally.shown == len(own)
            assert outcome.tally.quarantined == everybody - len(own) > len(own)
            assert (outcome.tally.withheld, outcome.tally.unreadable) == (0, 0)


async def test_nothing_of_anybody_else_is_in_the_answer(fhirsnake: RealServer, tmp_path: Path) -> None:
    """No id, number, name or reference of the others; what is shown is this person's, number for number."""
    partners = {"snake": Partner(endpoint=fhirsnake.base_url, settings=MANNER)}
    async with broker_among(tmp_path, fhirsnake.people, partners) as client:
        for person in fhirsnake.people:
            bundle = await whole_record(client, person)
            for other in fhirsnake.people:
                if other is not person:
                    assert not [mark for mark in marks_of(other) if mark in bundle]
            release = await newest_release(client, person.number)
            texts = [text for text in resource_texts(bundle) if items_of([tree_of(text)])]
            own = asked_for(person)
            for name, text in zip(release.items, texts, strict=True):
                assert numbers_in(text) == numbers_in(json.dumps(own[name]))


def marks_of(person: SyntheaPerson) -> list[str]:
    """What would give this person away anywhere in a text."""
    ids = [local_id for _, local_id in asked_for(person)]
    return [person.number.digits, person.synthea_id, person.family, *ids]


async def test_it_spoils_nothing_of_a_partner_beside_it(
    fhirsnake: RealServer, sekmet: RealServer, tmp_path: Path
) -> None:
    """The same people at two servers: the sound one is complete, with every item that it has alone."""
    partners = {
        "sound": Partner(endpoint=sekmet.base_url),
        "snake": Partner(endpoint=fhirsnake.base_url, settings=MANNER),
    }
    person = sekmet.people[0]
    async with broker_among(tmp_path / "both", sekmet.people, partners) as client:
        _, both = await client.record(person.number.digits)
    async with broker_among(tmp_path / "alone", sekmet.people, {"sound": partners["sound"]}) as client:
        _, alone = await client.record(person.number.digits)
    assert labels(both) == {"sound": "complete", "snake": "partial"}
    assert labels(alone) == {"sound": "complete"}
    assert kinds_from(both, "sound") == kinds_from(alone, "sound")
    assert kinds_from(both, "snake") == Counter(kind for kind, _ in asked_for(person))


def kinds_from(bundle: dict[str, Any], partner: str) -> Counter[str]:
    """How many resources of each type came from a partner."""
    source = f"urn:watersmeet:partner:{partner}"
    return Counter(
        one["resourceType"] for one in resources(bundle) if one.get("meta", {}).get("source") == source
    )
