"""`watersmeet objection review` and `link`: what somebody found or decided, onto the register."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import click

from broker.cli.objection_desk import CATEGORIES, DAY, actor_of, at_the_register, say
from broker.cli.objection_speakers import (
    identifier_option,
    identifiers_of,
    said_lines,
    speaker_of,
    speaker_options,
    words_of_speaker,
)
from broker.cli.store_room import actor_options, place_options, read_numbers
from broker.domain.category import Category
from broker.domain.objection import ObjectionState
from broker.domain.objection_life import IdentityCheck, ObjectionEvent, Told
from broker.domain.objection_speaker import Standing

if TYPE_CHECKING:
    from broker.domain.policy import GroundRule
    from broker.objections import Check, Register, Ruling


@click.command("review")
@click.argument("objection_id")
@place_options
@actor_options
@click.option("--start", is_flag=True, help="Begin a review.")
@click.option("--identity-check", type=click.Choice([c.value for c in IdentityCheck]), help="Now verified.")
@identifier_option
@speaker_options
@click.option("--outcome", type=click.Choice(["upheld", "partly-upheld", "not-upheld"]), help="End a review.")
@click.option("--ground", default="", help="Why it is not upheld, or not in whole.")
@click.option("--role", "roles", multiple=True, help="Role that it stays open for.")
@click.option("--category", "categories", type=CATEGORIES, multiple=True, help="Category that stays open.")
@click.option("--partner", "partners", multiple=True, help="Partner that stays open.")
@click.option("--review-on", type=DAY, help="Open until this day, then closed again.")
@click.option("--told-on", type=DAY, help="The day on which the person was told of it.")
@click.option("--not-told-because", default="", help="Why telling the person would harm.")
@click.option("--note", default="")
@click.option("--json", "as_json", is_flag=True)
def review(objection_id: str, **given: Any) -> None:
    r"""Begin a review, note that the identity was checked, or decide.

    Not to uphold is held to the objections policy: each ground says who decides, to which roles and
    categories it opens at most, by when it is reviewed, and that the person is told first.

    \b
    Example:
      watersmeet objection review ob-1f… --outcome not-upheld --ground safeguarding --role social-worker \
        --category alerts --partner county-council --review-on 2027-03-01 --told-on 2027-01-11 \
        --by-role "Caldicott Guardian" --by-name "A. Ash"
    """
    wanted = [bool(given["start"]), given["identity_check"] is not None, given["outcome"] is not None]
    if wanted.count(True) != 1:
        raise click.UsageError("Give one of --start, --identity-check and --outcome.")
    check = _check(given) if given["identity_check"] is not None else None
    grounds = _grounds(given) if given["outcome"] in ("partly-upheld", "not-upheld") else {}
    event = at_the_register(given, lambda register: _step(register, objection_id, given, check, grounds))
    say(event, as_json=given["as_json"])


@click.command("link")
@click.argument("objection_id")
@place_options
@actor_options
@click.option("--note", default="", help="How it was found whose it is.")
@click.option("--json", "as_json", is_flag=True)
def link(objection_id: str, **given: Any) -> None:
    r"""Put an objection under the right number, where its own is no longer a person's.

    The right number is read from standard input or prompted for. It binds under both from then on. Nothing
    links an invalidated number by itself: whose it was is for a person to find out.

    \b
    Example:
      watersmeet objection link ob-1f… --by-role "privacy officer" --by-name "A. Ash"
    """
    numbers = read_numbers()
    event = at_the_register(
        given,
        lambda register: register.link(objection_id, numbers, by=actor_of(given), note=given["note"]),
    )
    say(event, as_json=given["as_json"])


def _check(given: dict[str, Any]) -> Check:
    from broker.objections import Check  # noqa: PLC0415 - heavy; help must be quick

    said, _ = said_lines(words_of_speaker(given))
    return Check(
        identity_check=IdentityCheck(given["identity_check"]),
        identifiers=identifiers_of(given),
        speaker=speaker_of(given, said) if given["standing"] != Standing.SELF.value else None,
    )


def _grounds(given: dict[str, Any]) -> Mapping[str, GroundRule]:
    """Those of the policies in force: without them nothing may be opened."""
    from broker.cli.policy_place import load  # noqa: PLC0415 - heavy; help must be quick
    from broker.files import FileFault  # noqa: PLC0415 - as above

    try:
        _, policies, _ = load(given["config_dir"], None)
    except FileFault as fault:
        raise click.ClickException(str(fault)) from None
    return policies.objections.grounds


async def _step(
    register: Register,
    objection_id: str,
    given: dict[str, Any],
    check: Check | None,
    grounds: Mapping[str, GroundRule],
) -> ObjectionEvent:
    by = actor_of(given)
    if given["start"]:
        return await register.review(objection_id, by=by, note=given["note"])
    if check is not None:
        return await register.verify(objection_id, check, by=by)
    return await register.decide(objection_id, _ruling(given), grounds=grounds)


def _ruling(given: dict[str, Any]) -> Ruling:
    from broker.objections import Ruling  # noqa: PLC0415 - heavy; help must be quick

    return Ruling(
        state=ObjectionState(given["outcome"]),
        by=actor_of(given),
        ground=given["ground"],
        roles=frozenset(given["roles"]),
        categories=frozenset(map(Category, given["categories"])),
        partners=frozenset(given["partners"]),
        review_on=given["review_on"].date() if given["review_on"] else None,
        told=_told(given),
        note=given["note"],
    )


def _told(given: dict[str, Any]) -> Told | None:
    on = given["told_on"].date() if given["told_on"] else None
    return Told(on=on, not_because=given["not_told_because"]) if on or given["not_told_because"] else None
