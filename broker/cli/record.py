"""`watersmeet record`: any made-up person's record as a role sees it, for people or for scripts."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from broker.cli.number import read_number
from broker.cli.showing import run, show
from broker.demonstration.people import STORY_NAMES, story_named
from broker.demonstration.users import USERS

if TYPE_CHECKING:
    from broker.demonstration.client import Answered
    from broker.domain.identity import NhsNumber


@click.command("record")
@click.option("--as", "role", type=click.Choice(tuple(USERS)), required=True, help="Who asks.")
@click.option(
    "--story", "--person", "story", type=click.Choice(STORY_NAMES), help="Whom for; else the number is read."
)
@click.option("--json", "as_json", is_flag=True, help="The record as the API returned it.")
def command(*, role: str, story: str | None, as_json: bool) -> None:
    r"""Show a demonstration person's record as ROLE sees it.

    Asks the demonstration that runs, or starts one for the moment. Without --story the NHS number is read
    from standard input or prompted for; only numbers of the 999 range are taken. A refusal ends with 1.

    \b
    Examples:
      watersmeet record --as doctor --story allergy-contradicted
      watersmeet record --as receptionist --json < number.txt
    """
    number = read_number() if story is None else story_named(story).asked_number
    if not number.is_synthetic:
        raise click.UsageError("The demonstration knows only numbers of the 999 range.")
    answered = run(_ask(role, number))
    if not show(answered, as_json=as_json):
        raise click.exceptions.Exit(1)


async def _ask(role: str, number: NhsNumber) -> Answered:
    """From the demonstration that runs; from a new one when none does or it has just gone."""
    import aiohttp  # noqa: PLC0415 - heavy; help must be quick

    from broker.adapters.development_issuer import (  # noqa: PLC0415 - as above
        DevelopmentIssuer,
        DevelopmentIssuerFault,
    )
    from broker.demonstration.address import find_running  # noqa: PLC0415 - as above
    from broker.demonstration.client import ask_for_record  # noqa: PLC0415 - as above
    from broker.demonstration.network import demonstration_network  # noqa: PLC0415 - as above
    from broker.demonstration.users import token_for  # noqa: PLC0415 - as above

    found = find_running()
    if found is not None:
        try:
            token = token_for(USERS[role], DevelopmentIssuer.load(found.folder))
            return await ask_for_record(found.fhir_url, token, number)
        except (DevelopmentIssuerFault, aiohttp.ClientConnectionError):
            click.echo("The demonstration that ran has gone; starting one for the moment.", err=True)
    async with demonstration_network() as network:
        return await ask_for_record(network.fhir_url, token_for(USERS[role], network.issuer), number)
