"""`watersmeet emergency`: what waits for review, one grant's whole story, its end and what was found."""

from __future__ import annotations

import datetime as dt
import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from broker.adapters.release_store import SqliteReleaseStore
from broker.cli.audit import command as audit
from broker.cli.emergency import command
from broker.domain.grant import Grant
from broker.domain.grant_life import claimed
from tests.ports.grant_register_suite import opening
from tests.support.desk import BY, Desk, make_desk
from tests.support.grants import WORDS, granted, released_under
from tests.support.stores import ADA, BEN, clinician, context, intent

NOW = dt.datetime.now(dt.UTC)
FOUND = ("--outcome", "appropriate", "--note", "As the ambulance wrote.")


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    """A store with requests of Ada's, and nothing that waits for review."""
    return make_desk(tmp_path)


def on_file(desk: Desk, *grants: Grant) -> None:
    """Each opened by its user."""

    async def fill(store: SqliteReleaseStore) -> None:
        for grant in grants:
            await opening(store, grant)

    desk.with_store(fill)


def listed(desk: Desk, *options: str) -> list[dict[str, Any]]:
    """What `list --json` says."""
    found: list[dict[str, Any]] = desk.json(command, "list", *options)
    return found


def test_nothing_that_waits_is_said_in_a_sentence(desk: Desk) -> None:
    """And as an empty list for a script."""
    assert "Nothing waits for review." in desk.run(command, "list").stdout
    assert listed(desk) == []


def test_what_waits_is_listed_with_how_long_it_has_waited(desk: Desk) -> None:
    """Oldest first; in force, over and overdue are told apart, and nobody is named."""
    week = dt.timedelta(days=7)
    old, new = granted(at=NOW - week), granted(BEN, at=NOW)
    on_file(desk, old, new)
    told = [(one["grant"], one["state"], one["overdue"]) for one in listed(desk)]
    assert told == [(old.grant_id, "over", True), (new.grant_id, "in force", False)]
    assert [one["grant"] for one in listed(desk, "--overdue")] == [old.grant_id]
    assert len(listed(desk, "--overdue", "--due-within-days", "8")) == 0
    table = desk.run(command, "list").stdout
    assert "OVERDUE" in table
    for word in (ADA.digits, old.user_id, "Willow", WORDS):
        assert word not in table


def test_a_claimed_relationship_waits_for_review_too(desk: Desk) -> None:
    """It opens nothing, cannot be ended, and is reviewed at once."""
    event = claimed(clinician(), frozenset({ADA}), NOW)

    async def fill(store: SqliteReleaseStore) -> None:
        await store.claim_relationship(event, context(ADA))

    desk.with_store(fill)
    [one] = listed(desk)
    assert (one["ground"], one["state"], one["expires_at"]) == ("self-claimed", "opens nothing", None)
    ended = desk.run(command, "end", one["grant"], *BY)
    assert (ended.exit_code, "opens nothing that could be ended" in ended.stderr) == (1, True)
    assert desk.run(command, "review", one["grant"], *FOUND, *BY).exit_code == 0
    assert listed(desk) == []


def test_one_grant_is_shown_with_what_was_released_under_it(desk: Desk) -> None:
    """Who, when, ground, words, partners, and the request; other requests of the person are not among it."""
    grant = granted(at=NOW, ground="person-asks-now")
    on_file(desk, grant)

    async def ask(store: SqliteReleaseStore) -> None:
        asked = intent()
        asked = replace(asked, context=replace(asked.context, grant_id=grant.grant_id))
        await store.release(released_under(grant.grant_id, await store.record_intent(asked)))

    desk.with_store(ask)
    told = desk.json(command, "show", grant.grant_id, *BY)
    assert (told["ground"], told["text"], told["witness"]) == (grant.ground, WORDS, grant.witness)
    assert told["user"] == {"issuer": grant.issuer, "id": grant.user_id, "name": "Dr Imaginary Willow"}
    assert told["partners"] == ["acute", "practices"]
    [request] = told["requests"]
    assert (request["outcome"], request["released"]) == ("released", {"practices": 2, "acute": 1})
    assert "nhs_numbers" not in told
    lines = desk.run(command, "show", grant.grant_id, *BY).stdout
    for word in (WORDS, "Dr Imaginary Willow", grant.witness, "practices 2, acute 1"):
        assert word in lines
    assert ADA.digits not in lines
    shown = desk.json(command, "show", grant.grant_id, "--show-numbers", *BY)
    assert shown["nhs_numbers"] == [ADA.digits]


def test_words_that_a_terminal_would_obey_are_not_printed(desk: Desk) -> None:
    """A user's words are their own, and may hold anything."""
    on_file(desk, replace(granted(at=NOW), text="\x1b[2J" + WORDS))
    grant_id = listed(desk)[0]["grant"]
    assert "\x1b" not in desk.run(command, "show", grant_id, *BY).stdout


def test_a_look_at_a_grant_is_on_file(desk: Desk) -> None:
    """With who looked, and at which one; the person is shown it."""
    grant = granted(at=NOW)
    on_file(desk, grant)
    desk.run(command, "show", grant.grant_id, *BY)
    lines = desk.json(audit, "patient", "--names", *BY, typed=ADA.digits)
    looks = [(one["grant"], one["user"]) for one in lines if one["outcome"] == "audit-read"]
    assert looks == [(grant.grant_id, BY[3])]
    assert ("emergency-access", "opened", grant.grant_id) in {
        (one["outcome"], one["cause"], one["grant"]) for one in lines
    }


def test_a_grant_is_ended_and_then_reviewed(desk: Desk) -> None:
    """In force it is not reviewed; ended twice is refused; a finding takes it off the list and stays."""
    grant = granted(at=NOW)
    on_file(desk, grant)
    early = desk.run(command, "review", grant.grant_id, *FOUND, *BY)
    assert (early.exit_code, "still in force" in early.stderr) == (1, True)
    assert json.loads(desk.run(command, "end", grant.grant_id, *BY, "--json").stdout)["state"] == "ended"
    again = desk.run(command, "end", grant.grant_id, *BY)
    assert (again.exit_code, "ended already" in again.stderr) == (1, True)
    assert desk.run(command, "review", grant.grant_id, *FOUND, *BY).exit_code == 0
    assert listed(desk) == []
    [kept] = listed(desk, "--all")
    assert (kept["outcome"], kept["open_for_review"]) == ("appropriate", False)
    second = desk.run(command, "review", grant.grant_id, *FOUND, *BY)
    assert (second.exit_code, "reviewed already" in second.stderr) == (1, True)
    steps = desk.json(command, "show", grant.grant_id, *BY)["steps"]
    assert [(one["what"], one["outcome"]) for one in steps] == [
        ("opened", None),
        ("ended", None),
        ("reviewed", "appropriate"),
    ]
    assert steps[-1]["note"] == FOUND[3]


def test_what_needs_action_stays_on_the_list(desk: Desk) -> None:
    """Until a later review finds otherwise."""
    grant = granted(at=NOW - dt.timedelta(hours=1))
    on_file(desk, grant)
    needs = ("--outcome", "needs-action", "--note", "The ward is asked.")
    assert desk.run(command, "review", grant.grant_id, *needs, *BY).exit_code == 0
    assert "open (needs-action)" in desk.run(command, "list").stdout
    assert desk.run(command, "review", grant.grant_id, *FOUND, *BY).exit_code == 0
    assert listed(desk) == []


@pytest.mark.parametrize("arguments", [("show",), ("end",), ("review", *FOUND)])
def test_an_id_that_nobody_opened_is_refused_in_words(desk: Desk, arguments: tuple[str, ...]) -> None:
    """Exit code 1."""
    result = desk.run(command, arguments[0], "eg-0", *arguments[1:], *BY)
    assert result.exit_code == 1
    assert "no emergency access of that id" in result.stderr


def test_a_review_without_a_word_of_why_is_refused(desk: Desk) -> None:
    """A note of blanks is none."""
    grant = granted(at=NOW - dt.timedelta(hours=1))
    on_file(desk, grant)
    result = desk.run(command, "review", grant.grant_id, "--outcome", "appropriate", "--note", " ", *BY)
    assert (result.exit_code, "needs a note" in result.stderr) == (1, True)


@pytest.mark.parametrize("name", ["Dr Imaginary Willow", " dr imaginary  WILLOW", "555000111222"])
def test_nobody_reviews_what_they_opened_themselves(desk: Desk, name: str) -> None:
    """Neither under their name nor under their id."""
    grant = granted(at=NOW - dt.timedelta(hours=1))
    on_file(desk, grant)
    given = ("review", grant.grant_id, *FOUND, "--by-role", "privacy officer", "--by-name", name)
    result = desk.run(command, *given)
    assert (result.exit_code, "Somebody else" in result.stderr) == (1, True)
