"""The useful views over HTTP: decided, audited and released like any other answer."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import AsyncIterator
from typing import Any

import pytest

from broker.demonstration.client import Answered, ask_for_record
from broker.demonstration.people import story_named
from broker.demonstration.users import USERS, token_for
from broker.demonstration.world import INDEX_ID
from broker.domain.audit import RecordKind
from broker.domain.named_views import VIEWS
from tests.support import trail
from tests.support.demonstration import Watched, assert_intended, watched_demonstration
from tests.support.useful_views import items_named

NAMES = [named.name for named in VIEWS.values()]


@pytest.fixture
async def demonstration(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Watched]:
    """Everything on real sockets; at the end its trail is whole and every call was intended."""
    async with watched_demonstration(monkeypatch) as watched:
        yield watched
        trail.assert_whole(watched.settings)
        assert_intended(watched.asked)


async def ask(watched: Watched, story: str, view: str, role: str = "doctor", **changes: Any) -> Answered:
    """One view of the person of a story."""
    token = token_for(USERS[role], watched.network.issuer)
    number = story_named(story).asked_number
    return await ask_for_record(watched.network.fhir_url, token, number, view=view, **changes)


def read(answered: Answered) -> dict[str, Any]:
    """Its one body."""
    assert answered.is_record, answered.bodies
    tree: dict[str, Any] = json.loads(answered.bodies[0])
    return tree


async def test_the_disclosure_names_exactly_the_items_that_a_view_names(demonstration: Watched) -> None:
    """By partner; and the trail says which view it was."""
    for view in NAMES:
        tree = read(await ask(demonstration, "diabetes", view))
        newest = trail.of_kind(demonstration.settings, RecordKind.DISCLOSURE)[-1]
        sources = Counter(name.partition("/")[2].rpartition("-")[0] for name in items_named(tree))
        assert sources
        assert newest.body.released == dict(sources)
        assert newest.body.interaction == f"view-{view}"


async def test_who_did_not_answer_is_said_at_the_top_of_every_view(demonstration: Watched) -> None:
    """In the same words, and nothing is called none recorded beside it."""
    for view in NAMES:
        tree = read(await ask(demonstration, "partner-down", view))
        assert any("could not be reached" in one["text"] for one in tree["services"])
        missing = [one for one in tree["sections"] if "Nene West Hospitals" in one["missing"]]
        assert missing
        assert not any(one["state"] == "none-recorded" for one in missing)


async def test_a_view_of_medicines_asks_nobody_for_anything_else(demonstration: Watched) -> None:
    """A council holds none, and is not asked."""
    read(await ask(demonstration, "diabetes", "medicines"))
    assert "fen-edge-practice" in demonstration.partners_asked
    assert not {name for name in demonstration.partners_asked if "council" in name}


async def test_how_far_back_is_lately_is_the_askers_to_say_within_limits(demonstration: Watched) -> None:
    """What lies outside them is refused before a partner is asked."""
    near, far = [
        read(await ask(demonstration, "two-hospitals", "results", within_days=days)) for days in (1, 3_000)
    ]
    assert (len(near["elsewhere"]), near["within_days"]) == (0, 1)
    assert far["elsewhere"]
    demonstration.asked.clear()
    for days in (0, -1, 3_651):
        answered = await ask(demonstration, "diabetes", "results", within_days=days)
        assert answered.status == 400
        assert b"1 to 3650" in answered.bodies[0]
    assert demonstration.partners_asked == {INDEX_ID}


async def test_a_reader_sees_in_a_view_no_more_than_in_the_record(demonstration: Watched) -> None:
    """A receptionist finds no medicine, result or problem in any; whoever has no right has no view."""
    for view in NAMES:
        answered = await ask(demonstration, "diabetes", view, role="receptionist")
        kinds = {name.partition("/")[0] for name in items_named(json.loads(answered.bodies[0]))}
        assert not kinds & {"MedicationRequest", "MedicationStatement", "Observation", "Condition"}
        refused = await ask(demonstration, "whole-objection", view)
        assert refused.status == 403
        assert b"rows" not in refused.bodies[0]
