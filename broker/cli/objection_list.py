"""`watersmeet objection list`: the register, a part at a time, to what binds and to what is due."""

from __future__ import annotations

import datetime as dt
from collections.abc import AsyncIterator, Callable
from typing import TYPE_CHECKING, Any

import click

from broker.cli.objection_desk import DAY, HEADINGS, at_the_register
from broker.cli.objection_words import early_row, event_json, event_row, is_provisional
from broker.cli.store_room import place_options, read_numbers, write_json, write_table
from broker.domain.objection_life import ObjectionEvent

if TYPE_CHECKING:
    from broker.domain.identity import NhsNumber
    from broker.objections import Register
    from broker.objections.due import Due

_DUE = ("objection", "due", "what", "since", "why")


@click.command("list")
@place_options
@click.option("--one-person", is_flag=True, help="Read NHS numbers and list that person's alone.")
@click.option("--provisional", is_flag=True, help="Those alone that bind unverified: for review today.")
@click.option("--due", "is_due", is_flag=True, help="What somebody has to look at, why, and since when.")
@click.option("--by", "by_day", type=DAY, help="With --due: the last day to look ahead to.  [default: today]")
@click.option("--history", "history_of", metavar="OBJECTION", help="Every step of one objection.")
@click.option(
    "--disclosed-before-acknowledgement",
    "early_of",
    metavar="OBJECTION",
    help="What was released between its receipt and its acknowledgement.",
)
@click.option("--show-numbers", is_flag=True, help="Put the NHS numbers into --json.")
@click.option("--by-name", default="", help="Your name: a look at one person's objections is somebody's.")
@click.option("--by-role", default="", help="Your role, as governance calls it.")
@click.option("--json", "as_json", is_flag=True)
def command(**given: Any) -> None:
    """List objections in their newest state, by when that began. The table names nobody.

    With --one-person, --history or --show-numbers it says whose objections they are, and who looked is on
    file before anything is shown: say so with --by-role and --by-name.
    """
    if _names_people(given) and not (given["by_role"].strip() and given["by_name"].strip()):
        raise click.UsageError("Whoever looks at one person's objections is on file: --by-role, --by-name.")
    if given["by_day"] is not None and not given["is_due"]:
        raise click.UsageError("--by goes with --due.")
    if given["early_of"]:
        _list_early(given)
    elif given["is_due"]:
        _list_due(given)
    else:
        _list(given)


def _names_people(given: dict[str, Any]) -> bool:
    return bool(given["one_person"] or given["history_of"] or given["show_numbers"])


def _list(given: dict[str, Any]) -> None:
    def line(event: ObjectionEvent) -> Any:
        if given["provisional"] and not is_provisional(event.objection):
            return None
        return event_json(event, show_numbers=given["show_numbers"]) if given["as_json"] else event_row(event)

    lines = _lines(given, line)
    if given["as_json"]:
        write_json(lines)
    else:
        write_table(HEADINGS, lines, nothing="No objection is on file.")


def _list_due(given: dict[str, Any]) -> None:
    from broker.objections.due import due_by  # noqa: PLC0415 - heavy; help must be quick

    day = given["by_day"].date() if given["by_day"] else dt.datetime.now(dt.UTC).date()
    found: list[Due] = sorted(
        (due for dues in _lines(given, lambda event: due_by(event, day)) for due in dues),
        key=lambda due: (due.on, due.since),
    )
    rows = [_due_row(due) for due in found]
    if given["as_json"]:
        write_json([dict(zip(_DUE, row, strict=True)) for row in rows])
    else:
        write_table(_DUE, rows, nothing="Nothing is due.")


def _due_row(due: Due) -> tuple[str, ...]:
    since = due.since.isoformat(timespec="seconds")
    return (due.objection_id, due.on.isoformat(), due.what.value, since, due.why)


def _lines(given: dict[str, Any], line: Callable[[ObjectionEvent], Any]) -> list[Any]:
    """What `line` makes of each objection; of an event nothing else is kept."""
    numbers = read_numbers() if given["one_person"] else None
    looked_at = set(numbers or ())

    async def read(register: Register) -> list[Any]:
        lines = []
        async for event in _events(register, given["history_of"], numbers):
            if (made := line(event)) is not None:
                lines.append(made)
                looked_at.update(event.numbers if _names_people(given) else ())
        return lines

    return at_the_register(given, read, looked_at)


async def _events(
    register: Register, history_of: str | None, numbers: frozenset[NhsNumber] | None
) -> AsyncIterator[ObjectionEvent]:
    """Of one objection, of some people, or the newest of all."""
    if history_of:
        for event in await register.history(history_of):
            yield event
    elif numbers is not None:
        for event in await register.list(numbers):
            yield event
    else:
        async for event in register.newest():
            yield event


def _list_early(given: dict[str, Any]) -> None:
    found = at_the_register(given, lambda register: register.early_disclosures(given["early_of"]))
    headings = ("record", "at", "organisation", "roles", "purpose", "partners")
    rows = [early_row(disclosure) for disclosure in found]
    if given["as_json"]:
        write_json([dict(zip(headings, row, strict=True)) for row in rows])
    else:
        write_table(headings, rows, nothing="Nothing was released before it was acknowledged.")
