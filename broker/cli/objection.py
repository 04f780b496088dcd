"""`watersmeet objection`: receive, import, review, withdraw, list and count objections."""

from __future__ import annotations

import datetime as dt
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Any

import click

from broker.cli.objection_canary import canary
from broker.cli.objection_files import import_, reconcile
from broker.cli.objection_trace import command as trace
from broker.cli.objection_words import early_row, event_json, event_row, is_provisional
from broker.cli.partner_names import check_partners
from broker.cli.store_room import (
    Answer,
    Place,
    actor_options,
    find_place,
    place_options,
    read_numbers,
    with_store,
    write_json,
    write_table,
)
from broker.domain.category import Category
from broker.domain.objection import Direction, ObjectionState, Scope
from broker.domain.objection_life import Actor, Channel, IdentityCheck, Intake, ObjectionEvent

if TYPE_CHECKING:
    from broker.objections import Register

_CATEGORIES = click.Choice([category.value for category in Category])
_DAY = click.DateTime(["%Y-%m-%d"])
_HEADINGS = ("objection", "state", "since", "scope", "identity", "open for")


@click.group("objection")
def command() -> None:
    """Receive, import, review, withdraw, list and count objections."""


@command.command()
@place_options
@actor_options
@click.option(
    "--channel", type=click.Choice([c.value for c in Channel if c is not Channel.IMPORT]), required=True
)
@click.option("--received-at", type=click.DateTime(["%Y-%m-%dT%H:%M:%S%z"]), help="[default: now]")
@click.option("--identity-check", type=click.Choice([c.value for c in IdentityCheck]), required=True)
@click.option("--consequences-explained/--consequences-not-explained", required=True, default=None)
@click.option("--on-behalf-of", default="", help="Standing of whoever spoke: parent, attorney.")
@click.option("--partner", "partners", multiple=True, help="Registration id or ODS code.")
@click.option("--direction", type=click.Choice([d.value for d in Direction]), default="both")
@click.option("--staff", multiple=True, help="User id of a named member of staff.")
@click.option("--category", "categories", type=_CATEGORIES, multiple=True)
@click.option(
    "--item", "items", nargs=2, multiple=True, metavar="SYSTEM VALUE", help="Identifier of an item."
)
@click.option("--period-start", type=_DAY, help="First day covered.")
@click.option("--period-end", type=_DAY, help="First day no longer covered.")
@click.option("--note", default="")
@click.option("--json", "as_json", is_flag=True)
def record(**given: Any) -> None:
    r"""Receive an objection. It is in force when this command says so.

    The NHS number is read from standard input or prompted for; several lines are several numbers of one
    person. With no --partner, --staff, --category, --item and no period it covers the whole record.

    \b
    Example:
      watersmeet objection record --channel phone --identity-check questions \
        --consequences-explained --by-role "call handler" --by-name "R. Rowan"
    """
    numbers = read_numbers()
    by = Actor(role=given["by_role"], name=given["by_name"])
    scope, intake = _scope(given), _intake(given)
    event = _do(
        given, lambda register: register.record(numbers, intake, by=by, scope=scope, note=given["note"])
    )
    _say(event, as_json=given["as_json"])


@command.command()
@click.argument("objection_id")
@place_options
@actor_options
@click.option("--start", is_flag=True, help="Begin a review.")
@click.option("--identity-check", type=click.Choice([c.value for c in IdentityCheck]), help="Now verified.")
@click.option("--outcome", type=click.Choice(["upheld", "partly-upheld", "not-upheld"]), help="End a review.")
@click.option("--ground", default="", help="Why it is not upheld, or not in whole.")
@click.option("--role", "roles", multiple=True, help="Role that it stays open for.")
@click.option("--category", "categories", type=_CATEGORIES, multiple=True, help="Category that stays open.")
@click.option("--partner", "partners", multiple=True, help="Partner that stays open.")
@click.option("--review-on", type=_DAY, help="Open until this day, then closed again.")
@click.option("--note", default="")
@click.option("--json", "as_json", is_flag=True)
def review(objection_id: str, **given: Any) -> None:
    r"""Begin a review, note that the identity was checked, or decide.

    \b
    Example:
      watersmeet objection review ob-1f… --outcome not-upheld --ground safeguarding \
        --role safeguarding-lead --review-on 2027-03-01 --by-role "Caldicott Guardian" --by-name "A. Ash"
    """
    wanted = [bool(given["start"]), given["identity_check"] is not None, given["outcome"] is not None]
    if wanted.count(True) != 1:
        raise click.UsageError("Give one of --start, --identity-check and --outcome.")
    event = _do(given, lambda register: _review_step(register, objection_id, given))
    _say(event, as_json=given["as_json"])


@command.command()
@click.argument("objection_id")
@place_options
@actor_options
@click.option("--note", default="", help="Who asked for it, and how their identity was checked.")
@click.option("--json", "as_json", is_flag=True)
def withdraw(objection_id: str, **given: Any) -> None:
    """The person took the objection back. This is final."""
    by = Actor(role=given["by_role"], name=given["by_name"])
    event = _do(given, lambda register: register.withdraw(objection_id, by=by, note=given["note"]))
    _say(event, as_json=given["as_json"])


@command.command("list")
@place_options
@click.option("--one-person", is_flag=True, help="Read NHS numbers and list that person's alone.")
@click.option("--provisional", is_flag=True, help="Those alone that bind unverified: for review today.")
@click.option("--history", "history_of", metavar="OBJECTION", help="Every step of one objection.")
@click.option(
    "--disclosed-before-acknowledgement",
    "early_of",
    metavar="OBJECTION",
    help="What was released between its receipt and its acknowledgement.",
)
@click.option("--show-numbers", is_flag=True, help="Put the NHS numbers into --json.")
@click.option("--json", "as_json", is_flag=True)
def list_(**given: Any) -> None:
    """List objections in their newest state, oldest first. The table names nobody."""
    if given["early_of"]:
        _list_early(given)
        return
    numbers = read_numbers() if given["one_person"] else None
    history_of = given["history_of"]
    events = _do(
        given, lambda register: register.history(history_of) if history_of else register.list(numbers)
    )
    if given["provisional"]:
        events = tuple(event for event in events if is_provisional(event.objection))
    if given["as_json"]:
        write_json([event_json(event, show_numbers=given["show_numbers"]) for event in events])
    else:
        write_table(_HEADINGS, [event_row(event) for event in events], nothing="No objection is on file.")


for _other in (trace, import_, reconcile, canary):
    command.add_command(_other)


def _list_early(given: dict[str, Any]) -> None:
    found = _do(given, lambda register: register.early_disclosures(given["early_of"]))
    headings = ("record", "at", "organisation", "roles", "purpose", "partners")
    rows = [early_row(disclosure) for disclosure in found]
    if given["as_json"]:
        write_json([dict(zip(headings, row, strict=True)) for row in rows])
    else:
        write_table(headings, rows, nothing="Nothing was released before it was acknowledged.")


def _do(given: dict[str, Any], work: Callable[[Register], Awaitable[Answer]]) -> Answer:
    """One step of the register. Every refusal is a sentence and exit code 1."""
    from broker.adapters.clock import SystemClock  # noqa: PLC0415 - heavy; help must be quick
    from broker.objections import IllegalStep, Register, UnknownObjection  # noqa: PLC0415 - as above
    from broker.ports.objection_register import StepTaken  # noqa: PLC0415 - as above

    place = _place(given)
    check_partners(given.get("partners", ()), place)
    try:
        return with_store(place, lambda store: work(Register(store, SystemClock())))
    except IllegalStep as refusal:
        raise click.ClickException(str(refusal)) from None
    except UnknownObjection:
        raise click.ClickException("The register has no objection of that id.") from None
    except StepTaken:
        raise click.ClickException("Somebody else acted on it first. Look at it again.") from None


def _place(given: dict[str, Any]) -> Place:
    return find_place(given["config_dir"], given["store_path"], given["keys_path"])


async def _review_step(register: Register, objection_id: str, given: dict[str, Any]) -> ObjectionEvent:
    from broker.objections import Ruling  # noqa: PLC0415 - heavy; help must be quick

    by = Actor(role=given["by_role"], name=given["by_name"])
    if given["start"]:
        return await register.review(objection_id, by=by, note=given["note"])
    if given["identity_check"] is not None:
        return await register.verify(objection_id, IdentityCheck(given["identity_check"]), by=by)
    ruling = Ruling(
        state=ObjectionState(given["outcome"]),
        by=by,
        ground=given["ground"],
        roles=frozenset(given["roles"]),
        categories=frozenset(map(Category, given["categories"])),
        partners=frozenset(given["partners"]),
        review_on=given["review_on"].date() if given["review_on"] else None,
        note=given["note"],
    )
    return await register.decide(objection_id, ruling)


def _intake(given: dict[str, Any]) -> Intake:
    return Intake(
        channel=Channel(given["channel"]),
        received_at=given["received_at"] or dt.datetime.now(dt.UTC),
        identity_check=IdentityCheck(given["identity_check"]),
        consequences_explained=given["consequences_explained"],
        on_behalf_of=given["on_behalf_of"],
    )


def _scope(given: dict[str, Any]) -> Scope:
    return Scope(
        partners=frozenset(given["partners"]),
        direction=Direction(given["direction"]),
        staff=frozenset(given["staff"]),
        categories=frozenset(map(Category, given["categories"])),
        items=frozenset(given["items"]),
        period_start=_day(given["period_start"]),
        period_end=_day(given["period_end"]),
    )


def _day(given: dt.datetime | None) -> str | None:
    return given.date().isoformat() if given else None


def _say(event: ObjectionEvent, *, as_json: bool) -> None:
    if as_json:
        write_json(event_json(event, show_numbers=False))
    else:
        write_table(_HEADINGS, [event_row(event)], nothing="")
