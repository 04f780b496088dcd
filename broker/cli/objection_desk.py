"""One step or look at the desk, to the register and back to words, with every refusal a sentence."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Collection, Mapping
from typing import TYPE_CHECKING, Any

import click

from broker.cli.objection_words import event_json, event_row
from broker.cli.partner_names import check_partners
from broker.cli.store_room import Answer, Place, find_place, with_store, write_json, write_table
from broker.domain.category import Category
from broker.domain.objection_life import Actor, ObjectionEvent

if TYPE_CHECKING:
    from broker.adapters.release_store import SqliteReleaseStore
    from broker.domain.identity import NhsNumber
    from broker.objections import Register

CATEGORIES = click.Choice([category.value for category in Category])
DAY = click.DateTime(["%Y-%m-%d"])
HEADINGS = ("objection", "state", "since", "scope", "identity", "open for")


def actor_of(given: dict[str, Any]) -> Actor:
    """Whose step it is."""
    return Actor(role=given["by_role"], name=given["by_name"])


def second_of(given: Mapping[str, Any]) -> Actor | None:
    """Who has seen them too, or nobody."""
    if not given["many_by_role"] and not given["many_by_name"]:
        return None
    return Actor(role=given["many_by_role"], name=given["many_by_name"])


def place_of(given: Mapping[str, Any]) -> Place:
    """Where the store, the ring and the limits of this call are."""
    return find_place(given["config_dir"], given["store_path"], given["keys_path"])


def at_the_register(
    given: dict[str, Any],
    work: Callable[[Register], Awaitable[Answer]],
    looked_at: Collection[NhsNumber] = (),
) -> Answer:
    """One step of the register. Every refusal is a sentence and exit code 1.

    `looked_at` holds, once `work` is done, whose objections will be shown: that is on file before they are.
    """
    from broker.adapters.clock import SystemClock  # noqa: PLC0415 - heavy; help must be quick
    from broker.objections import IllegalStep, Register, UnknownObjection  # noqa: PLC0415 - as above
    from broker.objections.looking import record_look  # noqa: PLC0415 - as above
    from broker.objections.throttling import Throttle  # noqa: PLC0415 - as above
    from broker.ports.objection_register import StepTaken  # noqa: PLC0415 - as above

    place = place_of(given)
    check_partners(given.get("partners", ()), place)

    async def run(store: SqliteReleaseStore) -> Answer:
        clock = SystemClock()
        if "many_by_name" in given:
            throttle = Throttle(store, clock, per_h_max=place.objections_by_one_per_h_max)
            await throttle.refuse_more(actor_of(given), seconded=second_of(given))
        done = await work(Register(store, clock))
        if looked_at:
            numbers, by = frozenset(looked_at), actor_of(given)
            await record_look(store, numbers, "objection-list", by=by, at=clock.now())
        return done

    try:
        return with_store(place, run)
    except IllegalStep as refusal:
        raise click.ClickException(str(refusal)) from None
    except UnknownObjection:
        raise click.ClickException("The register has no objection of that id.") from None
    except StepTaken:
        raise click.ClickException("Somebody else acted on it first. Look at it again.") from None


def say(event: ObjectionEvent, *, as_json: bool) -> None:
    """The step that was taken."""
    if as_json:
        write_json(event_json(event, show_numbers=False))
    else:
        write_table(HEADINGS, [event_row(event)], nothing="")
