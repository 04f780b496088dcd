"""The trail of everything: intent before any call, one disclosure for an answer, one ending; all whole."""

from __future__ import annotations

import asyncio
import json
from collections import Counter
from collections.abc import AsyncIterator

import pytest
from click.testing import CliRunner

from broker.cli.audit import command as audit
from broker.demonstration.people import STORY_NAMES, story_named
from broker.demonstration.world import INDEX_ID
from broker.domain.audit import RecordKind
from tests.support import trail
from tests.support.demonstration import Watched, assert_intended, watched_demonstration


@pytest.fixture
async def demonstration(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Watched]:
    """Everything on real sockets."""
    async with watched_demonstration(monkeypatch) as watched:
        yield watched


async def verified(demonstration: Watched) -> dict[str, object]:
    """What `audit verify --json` says of the running broker's store."""
    settings = demonstration.settings
    place = ["--store", str(settings.store_path), "--keys", str(settings.keys_path)]
    result = await asyncio.to_thread(CliRunner().invoke, audit, ["verify", "--json", *place])
    assert result.exit_code == 0, result.output
    found: dict[str, object] = json.loads(result.stdout)
    return found


async def test_every_story_leaves_a_whole_trail(demonstration: Watched) -> None:
    """Each call was intended, each answer disclosed once, each intent ended once, each tally balances, and
    `audit verify` follows every record.
    """
    statuses: Counter[int] = Counter()
    for story in STORY_NAMES:
        if story != "slow-pages":
            statuses[(await demonstration.ask(story)).status] += 1
    await trail.all_ended(demonstration.settings)
    assert_intended(demonstration.asked)
    trail.assert_whole(demonstration.settings)
    settings = demonstration.settings
    disclosures = trail.of_kind(settings, RecordKind.DISCLOSURE)
    # Each record took two answers: the person, and everything.
    assert len(disclosures) == 2 * statuses[200]
    assert len(trail.of_kind(settings, RecordKind.REFUSAL)) == statuses[403]
    endings = Counter(row.body.intent for row in trail.of_kind(settings, RecordKind.OUTCOME))
    assert set(endings.values()) == {1}
    assert (await verified(demonstration))["fault"] is None


async def test_each_call_carries_an_intent_of_its_own_question(demonstration: Watched) -> None:
    """The index for the search, the partners for `$everything`; each after its own question's intent."""
    await demonstration.ask("two-hospitals")
    interactions = {one.partner_id: one.newest.body.interaction for one in demonstration.asked}
    assert interactions.pop(INDEX_ID) == "find-patient"
    assert set(interactions.values()) == {"everything"}
    sequences = [one.newest.sequence for one in demonstration.asked]
    assert sequences == sorted(sequences)


async def test_the_trail_has_the_exact_labels_and_the_caller_the_veiled_ones(demonstration: Watched) -> None:
    """What the clinic answered is on file; the caller reads nothing-to-show."""
    answered = await demonstration.ask("diabetes")
    newest = trail.of_kind(demonstration.settings, RecordKind.DISCLOSURE)[-1]
    exact = {name: one.label.value for name, one in trail.outcomes(newest).items()}
    assert exact["harbour-clinic"] == "no-record"
    assert b"nothing-to-show" in answered.bodies[0]
    assert len(exact) == len(demonstration.settings.partners)


async def test_a_release_and_a_refusal_hold_the_same_facts_of_the_caller(demonstration: Watched) -> None:
    """Who, where, in which role, why, by what right, under which policy: on both."""
    await demonstration.ask("diabetes")
    await demonstration.ask("safeguarding", "doctor")
    disclosure = trail.of_kind(demonstration.settings, RecordKind.DISCLOSURE)[-1].body
    refusal = trail.of_kind(demonstration.settings, RecordKind.REFUSAL)[-1].body
    for name in (
        "authenticated",
        "issuer",
        "organisation_ods",
        "roles",
        "purpose",
        "relationship",
        "permission",
        "scopes",
        "policy_revision",
    ):
        assert getattr(refusal, name) == getattr(disclosure, name), name
    assert refusal.reasons
    assert disclosure.reasons


async def test_the_trail_in_clear_names_nobody(demonstration: Watched) -> None:
    """The store's file holds no number, name or item of anybody, in any of its parts."""
    for story in ("diabetes", "superseded", "whole-objection"):
        await demonstration.ask(story)
    await trail.all_ended(demonstration.settings)
    path = demonstration.settings.store_path
    held = b"".join(part.read_bytes() for part in path.parent.glob(f"{path.name}*") if part.is_file())
    assert b"addenbury" in held
    for story in map(story_named, ("diabetes", "superseded", "whole-objection")):
        who = story.demographics
        for word in (who.number, who.family, who.birth_date, who.postcode, *story.old_numbers):
            assert word.encode() not in held, word


async def test_what_is_shown_has_its_proof_sealed_to_governance(demonstration: Watched) -> None:
    """As many items as the answer shows, each with a digest; the operator's part counts them by partner."""
    answered = await demonstration.ask("allergy-contradicted")
    newest = trail.of_kind(demonstration.settings, RecordKind.DISCLOSURE)[-1].body
    shown = b"".join(answered.bodies).count(b"urn:watersmeet:pa")  # each partner's, and the index's
    assert sum(newest.released.values()) == shown
