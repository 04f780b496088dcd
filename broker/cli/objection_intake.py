"""`watersmeet objection record`, `withdraw` and `dispute`: what somebody says, onto the register."""

from __future__ import annotations

import datetime as dt
import sys
from collections.abc import Mapping
from typing import Any

import click

from broker.cli.objection_desk import CATEGORIES, DAY, actor_of, at_the_register, say, second_of
from broker.cli.objection_speakers import (
    BORN,
    SAFE_CONTACT,
    check_options,
    competence_of,
    identifiers_of,
    said_lines,
    speaker_of,
    speaker_options,
    words_of_speaker,
)
from broker.cli.store_room import actor_options, place_options, read_numbers, second_person_options
from broker.domain.category import Category
from broker.domain.identity import NhsNumber
from broker.domain.objection import Direction, Scope
from broker.domain.objection_life import Channel, IdentityCheck, Intake, Withdrawal


@click.command("record")
@place_options
@actor_options
@check_options
@speaker_options
@second_person_options
@click.option("--received-at", type=click.DateTime(["%Y-%m-%dT%H:%M:%S%z"]), help="[default: now]")
@click.option("--consequences-explained/--consequences-not-explained", required=True, default=None)
@click.option("--unsafe-to-write", is_flag=True, help="A letter would harm; a safe contact is asked for.")
@click.option("--partner", "partners", multiple=True, help="Registration id or ODS code.")
@click.option("--direction", type=click.Choice([d.value for d in Direction]), default="both")
@click.option("--staff", multiple=True, help="User id of a named member of staff.")
@click.option("--category", "categories", type=CATEGORIES, multiple=True)
@click.option(
    "--item", "items", nargs=2, multiple=True, metavar="SYSTEM VALUE", help="Identifier of an item."
)
@click.option("--period-start", type=DAY, help="First day covered.")
@click.option("--period-end", type=DAY, help="First day no longer covered.")
@click.option("--note", default="")
@click.option("--json", "as_json", is_flag=True)
def record(**given: Any) -> None:
    r"""Receive an objection. It is in force when this command says so.

    The NHS number is read from standard input or prompted for; several lines are several numbers of one
    person. So is what names somebody, each on a line such as `born: 2014-05-01`: `born`, `speaker` and
    `authority-reference` of a proxy, `safe-contact`. With no --partner, --staff, --category, --item and no
    period it covers the whole record.

    \b
    Example:
      watersmeet objection record --channel phone --identity-check questions --identifier birth-date \
        --consequences-explained --by-role "call handler" --by-name "R. Rowan"
    """
    numbers, said = _typed(given)
    scope, intake = _scope(given), _intake(given, said)
    event = at_the_register(
        given,
        lambda register: register.record(
            numbers, intake, by=actor_of(given), scope=scope, note=given["note"]
        ),
    )
    say(event, as_json=given["as_json"])


@click.command("withdraw")
@click.argument("objection_id")
@place_options
@actor_options
@check_options
@speaker_options
@click.option("--note", default="")
@click.option("--json", "as_json", is_flag=True)
def withdraw(objection_id: str, **given: Any) -> None:
    r"""The person took the objection back: what it covered is shared again at once. This is final.

    Whoever made it takes it back, with their identity checked. Of what was made on a person's behalf the
    person's own word does, when somebody found them competent to decide this.

    \b
    Example:
      watersmeet objection withdraw ob-1f… --channel phone --identity-check questions \
        --identifier birth-date --by-role "call handler" --by-name "R. Rowan"
    """
    said, _ = said_lines(words_of_speaker(given))
    withdrawal = Withdrawal(
        speaker=speaker_of(given, said),
        channel=Channel(given["channel"]),
        identity_check=IdentityCheck(given["identity_check"]),
        identifiers=identifiers_of(given),
        form_for_another=given["form_for_another"],
        competence=competence_of(given),
    )
    event = at_the_register(
        given,
        lambda register: register.withdraw(objection_id, withdrawal, by=actor_of(given), note=given["note"]),
    )
    say(event, as_json=given["as_json"])


@click.command("dispute")
@click.argument("objection_id")
@place_options
@actor_options
@speaker_options
@click.option("--note", default="")
@click.option("--json", "as_json", is_flag=True)
def dispute(objection_id: str, **given: Any) -> None:
    r"""Somebody who may speak for the person, or the person, wants the contrary.

    It binds whole until the Caldicott Guardian has decided. A proxy's name is read from standard input, as
    `speaker: …`.

    \b
    Example:
      watersmeet objection dispute ob-1f… --standing parent --by-role "call handler" --by-name "R. Rowan"
    """
    said, _ = said_lines(words_of_speaker(given))
    speaker = speaker_of(given, said)
    event = at_the_register(
        given,
        lambda register: register.dispute(objection_id, speaker, by=actor_of(given), note=given["note"]),
    )
    say(event, as_json=given["as_json"])


def _typed(given: Mapping[str, Any]) -> tuple[frozenset[NhsNumber], dict[str, str]]:
    """The numbers and what else names somebody."""
    safely = (SAFE_CONTACT,) if given["unsafe_to_write"] else ()
    words = (*words_of_speaker(given), BORN, *safely)
    if sys.stdin.isatty():
        return read_numbers(), said_lines(words)[0]
    said, lines = said_lines(words)
    return read_numbers(lines), said


def _intake(given: Mapping[str, Any], said: Mapping[str, str]) -> Intake:
    return Intake(
        channel=Channel(given["channel"]),
        received_at=given["received_at"] or dt.datetime.now(dt.UTC),
        identity_check=IdentityCheck(given["identity_check"]),
        consequences_explained=given["consequences_explained"],
        identifiers=identifiers_of(given),
        speaker=speaker_of(given, said),
        form_for_another=given["form_for_another"],
        competence=competence_of(given),
        born=said.get(BORN, ""),
        unsafe_to_write=given["unsafe_to_write"],
        safe_contact=said.get(SAFE_CONTACT, ""),
        seconded=second_of(given),
    )


def _scope(given: Mapping[str, Any]) -> Scope:
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
