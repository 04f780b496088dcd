"""`watersmeet emergency`: list, show, end and review emergency access and self-claimed relationships."""

from __future__ import annotations

import datetime as dt
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Any

import click

from broker.cli.emergency_words import history_json, history_row, is_overdue, story_json, story_lines
from broker.cli.store_room import (
    Answer,
    actor_options,
    find_place,
    place_options,
    with_store,
    write_json,
    write_table,
)
from broker.domain.grant_life import GrantHistory, IllegalGrantStep, ReviewOutcome, end, review
from broker.domain.objection_life import Actor
from broker.ports.objection_register import StepTaken

if TYPE_CHECKING:
    from broker.adapters.release_store import Access, SqliteReleaseStore

_HEADINGS = ("grant", "record", "opened", "ground", "organisation", "state", "review")
# How long a review may wait, unless the call says otherwise.
REVIEW_WITHIN_DAYS = 7


@click.group("emergency")
def command() -> None:
    """List, show, end and review emergency access."""


@command.command("list")
@place_options
@click.option("--all", "everything", is_flag=True, help="Those that are reviewed too.")
@click.option("--overdue", is_flag=True, help="Those alone that wait longer than they may.")
@click.option(
    "--due-within-days",
    type=click.IntRange(1, 365),
    default=REVIEW_WITHIN_DAYS,
    show_default=True,
    help="How long a review may wait.",
)
@click.option("--json", "as_json", is_flag=True)
def list_(**given: Any) -> None:
    """List what waits for review, oldest first. The table names nobody.

    Emergency access, and relationships that users claimed for themselves.
    """
    now, due = dt.datetime.now(dt.UTC), dt.timedelta(days=given["due_within_days"])
    found = _do(given, lambda store: store.grants_since(None))
    if not given["everything"]:
        found = tuple(one for one in found if one.is_open_for_review)
    if given["overdue"]:
        found = tuple(one for one in found if is_overdue(one, now, due))
    if given["as_json"]:
        write_json([history_json(one, now, due) for one in found])
    else:
        rows = [history_row(one, now, due) for one in found]
        write_table(_HEADINGS, rows, nothing="Nothing waits for review.")


@command.command()
@click.argument("grant_id", metavar="GRANT")
@place_options
@actor_options
@click.option("--show-numbers", is_flag=True, help="Put the NHS numbers into --json.")
@click.option("--json", "as_json", is_flag=True)
def show(grant_id: str, **given: Any) -> None:
    r"""Show who opened it, when, on which ground, in which words, and what was released under it.

    The look itself is recorded, as a look into a person's trail is.

    \b
    Example:
      watersmeet emergency show eg-4f… --by-role "privacy officer" --by-name "A. Ash"
    """
    reader = Actor(role=given["by_role"], name=given["by_name"])

    async def look(store: SqliteReleaseStore) -> tuple[GrantHistory, tuple[Access, ...]]:
        history = await _history(store, grant_id)
        numbers = history.last.grant.numbers
        return history, await store.accesses(numbers, reader=reader, grant_id=grant_id)

    told = story_json(*_do(given, look), show_numbers=given["show_numbers"])
    if given["as_json"]:
        write_json(told)
    else:
        click.echo("\n".join(story_lines(told)))


@command.command("end")
@click.argument("grant_id", metavar="GRANT")
@place_options
@actor_options
@click.option("--json", "as_json", is_flag=True)
def end_(grant_id: str, **given: Any) -> None:
    """End it at once. Nothing is released under it from the moment that this command says so."""
    by = Actor(role=given["by_role"], name=given["by_name"])

    async def step(store: SqliteReleaseStore) -> GrantHistory:
        last = (await _history(store, grant_id)).last
        await store.append_grant_step(end(last, by=by, at=dt.datetime.now(dt.UTC)))
        return await _history(store, grant_id)

    _say(_do(given, step), as_json=given["as_json"])


@command.command("review")
@click.argument("grant_id", metavar="GRANT")
@place_options
@actor_options
@click.option("--outcome", type=click.Choice([one.value for one in ReviewOutcome]), required=True)
@click.option("--note", required=True, help="What was looked at, and what follows.")
@click.option("--json", "as_json", is_flag=True)
def review_(grant_id: str, **given: Any) -> None:
    r"""Say what was found. `needs-action` keeps it on the list until a later review.

    \b
    Example:
      watersmeet emergency review eg-4f… --outcome appropriate --note "Matches the ward's book." \
        --by-role "privacy officer" --by-name "A. Ash"
    """
    by = Actor(role=given["by_role"], name=given["by_name"])
    outcome = ReviewOutcome(given["outcome"])

    async def step(store: SqliteReleaseStore) -> GrantHistory:
        history, now = await _history(store, grant_id), dt.datetime.now(dt.UTC)
        await store.append_grant_step(review(history, outcome, by=by, at=now, note=given["note"]))
        return await _history(store, grant_id)

    _say(_do(given, step), as_json=given["as_json"])


async def _history(store: SqliteReleaseStore, grant_id: str) -> GrantHistory:
    history = await store.grant_history(grant_id)
    if history is None:
        raise click.ClickException("The store has no emergency access of that id.")
    return history


def _do(given: dict[str, Any], work: Callable[[SqliteReleaseStore], Awaitable[Answer]]) -> Answer:
    """One piece of desk work. Every refusal is a sentence and exit code 1."""
    place = find_place(given["config_dir"], given["store_path"], given["keys_path"])
    try:
        return with_store(place, work)
    except IllegalGrantStep as refusal:
        raise click.ClickException(str(refusal)) from None
    except StepTaken:
        raise click.ClickException("Somebody else acted on it first. Look at it again.") from None


def _say(history: GrantHistory, *, as_json: bool) -> None:
    now, due = dt.datetime.now(dt.UTC), dt.timedelta(days=REVIEW_WITHIN_DAYS)
    if as_json:
        write_json(history_json(history, now, due))
    else:
        write_table(_HEADINGS, [history_row(history, now, due)], nothing="")
