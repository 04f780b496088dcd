"""`watersmeet record`: any made-up person's record as a role sees it, for people or for scripts."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, NamedTuple

import click

from broker.cli.number import read_number
from broker.cli.showing import run, show, wants_colour
from broker.demonstration.people import STORY_NAMES, story_named
from broker.demonstration.users import USERS
from broker.domain.named_views import VIEWS, WITHIN_DAYS, WITHIN_DAYS_MAX

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from broker.demonstration.client import Answered
    from broker.domain.identity import NhsNumber

VIEW_NAMES = tuple(named.name for named in VIEWS.values())


@click.command("record")
@click.option("--as", "role", type=click.Choice(tuple(USERS)), required=True, help="Who asks.")
@click.option(
    "--story", "--person", "story", type=click.Choice(STORY_NAMES), help="Whom for; else the number is read."
)
@click.option("--view", type=click.Choice(VIEW_NAMES), help="One useful view instead of the record.")
@click.option(
    "--within-days",
    type=click.IntRange(1, WITHIN_DAYS_MAX),
    help=f"With --view results: how far back is lately; {WITHIN_DAYS} days without it.",
)
@click.option("--summary", is_flag=True, help="The summary instead, as a page of HTML; with --json, as FHIR.")
@click.option("--live", is_flag=True, help="Partner by partner as they answer, then the whole.")
@click.option("--json", "as_json", is_flag=True, help="The record as the API returned it.")
def command(
    *,
    role: str,
    story: str | None,
    view: str | None,
    within_days: int | None,
    summary: bool,
    live: bool,
    as_json: bool,
) -> None:
    r"""Show a demonstration person's record as ROLE sees it.

    Asks the demonstration that runs, or starts one for the moment. Without --story the NHS number is read
    from standard input or prompted for; only numbers of the 999 range are taken. A refusal ends with 1.

    \b
    Examples:
      watersmeet record --as doctor --story allergy-contradicted
      watersmeet record --as doctor --story two-hospitals --view results --within-days 180
      watersmeet record --as doctor --story diabetes --summary > summary.html
      watersmeet record --as doctor --story diabetes --live
      watersmeet record --as receptionist --json < number.txt
    """
    if summary + live + (view is not None) > 1:
        raise click.UsageError("--summary, --view and --live are several answers. Ask for one of them.")
    number = read_number() if story is None else story_named(story).asked_number
    if not number.is_synthetic:
        raise click.UsageError("The demonstration knows only numbers of the 999 range.")
    if within_days is not None and view != "results":
        raise click.UsageError("--within-days says how far back --view results looks, and needs it.")
    if live:
        _show_live(role, number, as_json=as_json)
        return
    if summary and not as_json:
        _refuse_a_terminal()
    form = ("json" if as_json else "html") if summary else None
    wanted = _Wanted(view=view, within_days=within_days, summary=form)
    answered = run(_ask(role, number, wanted))
    if not show(answered, as_json=as_json or (summary and answered.is_record)):
        raise click.exceptions.Exit(1)


def _refuse_a_terminal() -> None:
    """A page is for a browser. It goes where the user says and nowhere else: no file of ours holds it."""
    if sys.stdout.isatty():
        raise click.UsageError("A page is for a browser: add `> summary.html`, or --json to read it here.")


def _show_live(role: str, number: NhsNumber, *, as_json: bool) -> None:
    """A stream that ends without a ledger is no record: exit 1, as for a refusal."""
    from broker.cli.live import Live  # noqa: PLC0415 - heavy; help must be quick
    from broker.demonstration.client import listen_to_record  # noqa: PLC0415 - as above

    heard = Live(as_json=as_json)
    answered = run(_asked(role, lambda url, token: listen_to_record(url, token, number, heard.told)))
    if not answered.is_record:
        show(answered, as_json=as_json)
    if not heard.is_record:
        raise click.exceptions.Exit(1)
    if not as_json:
        click.echo(heard.page(colour=wants_colour()), nl=False)


class _Wanted(NamedTuple):
    """A named view, the summary in one of its forms, or the whole record without either."""

    view: str | None
    within_days: int | None
    summary: str | None


async def _ask(role: str, number: NhsNumber, wanted: _Wanted) -> Answered:
    from broker.demonstration.client import ask_for_record  # noqa: PLC0415 - heavy; help must be quick

    return await _asked(role, lambda url, token: ask_for_record(url, token, number, **wanted._asdict()))


async def _asked(role: str, ask: Callable[[str, str], Awaitable[Answered]]) -> Answered:
    """From the demonstration that runs; from a new one when none does or it has just gone. `ask` is given
    the FHIR base and a token of the role.
    """
    import aiohttp  # noqa: PLC0415 - heavy; help must be quick

    from broker.adapters.development_issuer import (  # noqa: PLC0415 - as above
        DevelopmentIssuer,
        DevelopmentIssuerFault,
    )
    from broker.demonstration.address import find_running  # noqa: PLC0415 - as above
    from broker.demonstration.network import demonstration_network  # noqa: PLC0415 - as above
    from broker.demonstration.users import token_for  # noqa: PLC0415 - as above

    found = find_running()
    if found is not None:
        try:
            token = token_for(USERS[role], DevelopmentIssuer.load(found.folder))
            return await ask(found.fhir_url, token)
        except (DevelopmentIssuerFault, aiohttp.ClientConnectionError):
            click.echo("The demonstration that ran has gone; starting one for the moment.", err=True)
    async with demonstration_network() as network:
        return await ask(network.fhir_url, token_for(USERS[role], network.issuer))
