"""People of a real server come back whole: each item once, each number as spelled, the rest counted."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from pathlib import Path

import pytest

from broker.domain.identity import NhsNumber
from broker.domain.outcome import Cause, OutcomeLabel
from tests.support.json_text import numbers_in, resource_texts
from tests.support.network import Client, Partner
from tests.support.real_network import Name, Release, broker_among, held_by, newest_release, whole_record
from tests.support.real_servers import RealServer
from tests.support.synthea import SyntheaPerson
from tests.support.undoing import ELSEWHERE, items_of, references_of, tree_of, undone, with_references

# Of the types that Synthea writes, those of a category that nobody permitted.
NOT_PERMITTED = {"Claim", "ExplanationOfBenefit", "Provenance"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """One person, from both sides. `held` and `shown` are texts by the server's own names."""

    number: NhsNumber
    held: dict[Name, str]
    shown: dict[Name, str]
    bundle: str
    release: Release

    def own_names(self) -> dict[str, str]:
        """Each reference that the answer resolves, as the server writes it."""
        names = {
            f"{name[0]}/{tree_of(text)['id']}": f"{name[0]}/{name[1]}" for name, text in self.shown.items()
        }
        [person] = [tree for tree in map(tree_of, resource_texts(self.bundle)) if is_index_patient(tree)]
        [own] = [name for name in self.shown if name[0] == "Patient"]
        return {**names, f"Patient/{person['id']}": f"Patient/{own[1]}"}


def is_index_patient(tree: dict[str, object]) -> bool:
    """The Patient of the patient index, under its sealed id."""
    return tree["resourceType"] == "Patient" and not items_of([tree])


@pytest.fixture(scope="module")
def kept() -> list[Seen]:
    """What the first test saw, for the others: nobody writes to the server in between."""
    return []


@pytest.fixture
async def seen(kept: list[Seen], everyone: RealServer, tmp_path: Path) -> list[Seen]:
    """Everybody, asked for through the broker and straight from the server."""
    if not kept:
        partners = {"sekmet": Partner(endpoint=everyone.base_url)}
        async with broker_among(tmp_path, everyone.people, partners) as broker:
            kept += [await look_at(broker, everyone, person) for person in everyone.people]
    return kept


async def look_at(broker: Client, server: RealServer, person: SyntheaPerson) -> Seen:
    """Both sides of one person."""
    bundle = await whole_record(broker, person)
    release = await newest_release(broker, person.number)
    texts = [text for text in resource_texts(bundle) if items_of([tree_of(text)])]
    held = await held_by(broker, server, person)
    return Seen(
        number=person.number,
        held={(tree["resourceType"], tree["id"]): text for text in held for tree in [tree_of(text)]},
        shown=dict(zip(release.items, texts, strict=True)),
        bundle=bundle,
        release=release,
    )


async def test_every_permitted_item_comes_back_once_and_the_rest_is_counted(seen: list[Seen]) -> None:
    """What the server holds is shown once or withheld, and the audit record says how much of each."""
    for one in seen:
        permitted = {name for name in one.held if name[0] not in NOT_PERMITTED}
        assert Counter(one.release.items) == Counter(permitted)
        outcome = one.release.outcomes["sekmet"]
        tally = outcome.tally
        assert (outcome.label, outcome.cause) == (OutcomeLabel.COMPLETE, Cause.NONE)
        assert tally.received == len(one.held)
        assert tally.shown == len(permitted)
        assert tally.withheld == len(one.held) - len(permitted) > 0
        assert tally.received == tally.shown + tally.withheld
        assert (tally.repeated, tally.unreadable, tally.quarantined) == (0, 0, 0)


async def test_every_number_is_spelled_as_the_server_spelled_it(seen: list[Seen]) -> None:
    """The characters of each number of each item, in order, by a reader that the product does not use."""
    compared = 0
    for one in seen:
        for name, text in one.shown.items():
            numbers = numbers_in(text)
            assert numbers == numbers_in(one.held[name])
            compared += len(numbers)
    assert compared > 50 * len(seen)


async def test_each_item_less_what_the_broker_wrote_is_what_the_server_sent(seen: list[Seen]) -> None:
    """Identifiers, versionId, lastUpdated, dates and everything else; references lead to the same items."""
    for one in seen:
        own_names = one.own_names()
        kept = {f"{kind}/{local_id}" for kind, local_id in one.shown}
        for name, text in one.shown.items():
            source = with_references(
                without_narrative(tree_of(one.held[name])),
                lambda written, kept=kept: written if written in kept else ELSEWHERE,
            )
            assert undone(tree_of(text), name, own_names) == source
            assert source["meta"].keys() >= {"versionId", "lastUpdated"}


def without_narrative(tree: dict[str, object]) -> dict[str, object]:
    """Something of this partner is withheld, so no text that was written over the whole may stay."""
    return {name: value for name, value in tree.items() if name != "text"}


async def test_the_proof_names_the_versions_that_the_server_gave(seen: list[Seen]) -> None:
    """Type, id and version of each released item stand in the sealed proof."""
    for one in seen:
        for name, version in zip(one.release.items, one.release.versions, strict=True):
            assert version == tree_of(one.held[name])["meta"]["versionId"]


async def test_what_resolved_among_permitted_items_resolves_in_the_answer(seen: list[Seen]) -> None:
    """No reference dangles that did not dangle at the server."""
    for one in seen:
        own_names = one.own_names()
        kept = {f"{kind}/{local_id}" for kind, local_id in one.shown}
        resolved = 0
        for name, text in one.shown.items():
            before = [target in kept for target in references_of(tree_of(one.held[name]))]
            after = [target in own_names for target in references_of(tree_of(text))]
            assert after == before
            resolved += sum(after)
        assert resolved >= len(one.shown) - 10


async def test_nothing_of_what_is_withheld_is_named(seen: list[Seen]) -> None:
    """No id or type of a withheld item stands anywhere in the answer."""
    for one in seen:
        for kind, local_id in one.held.keys() - one.shown.keys():
            assert f'"{kind}"' not in one.bundle
            assert local_id not in one.bundle
