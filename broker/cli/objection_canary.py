"""`watersmeet objection canary`: made-up people who objected are asked for, and must be refused."""

from __future__ import annotations

import asyncio
import dataclasses
import ssl
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

import click

from broker.domain.errors import InvalidNhsNumber
from broker.domain.identity import NHS_NUMBER_SYSTEM, NhsNumber

if TYPE_CHECKING:
    import aiohttp

    from broker.objections.canaries import Round, Verdict

_TIMEOUT_S = 30.0
_FILE = click.Path(path_type=Path, exists=True, dir_okay=False)


@click.command("canary")
@click.option("--url", required=True, help="The broker's FHIR address, such as https://broker.example/fhir.")
@click.option("--token-file", type=_FILE, required=True, help="File with an access token; read each round.")
@click.option("--authority", type=_FILE, help="Certificate authority of the broker, as PEM.")
@click.option("--every-s", type=click.IntRange(min=10), help="Ask again each so many seconds, until stopped.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object for each round.")
def canary(url: str, token_file: Path, authority: Path | None, every_s: int | None, *, as_json: bool) -> None:
    r"""Ask for made-up people whose objections are on file. Exit 1 when one of them is not refused.

    Their NHS numbers are read from standard input, one person on each line; record an objection for each
    with `objection record` first. The token is of a caller who may hear of an objection: the neutral refusal
    proves nothing, and neither does a broker that is down. Nothing that was answered is shown.

    \b
    Example:
      watersmeet objection canary --url https://broker.example/fhir --token-file token.jwt < canaries.txt
    """
    numbers = _canaries(sys.stdin.read())
    tls = ssl.create_default_context(cafile=authority) if authority else None
    while True:
        token = token_file.read_text(encoding="ascii").strip()
        found = asyncio.run(_round(url.rstrip("/"), token, numbers, tls=tls))
        _say(found, as_json=as_json)
        if every_s is None:
            break
        time.sleep(every_s)
    if not found.is_good:
        raise click.exceptions.Exit(1)


def _canaries(text: str) -> tuple[NhsNumber, ...]:
    try:
        numbers = tuple(NhsNumber.parse(line.strip()) for line in text.splitlines() if line.strip())
    except InvalidNhsNumber as error:
        raise click.UsageError(error.message) from None
    if not numbers:
        raise click.UsageError("Give the canaries' NHS numbers on standard input, one person on each line.")
    return numbers


async def _round(
    url: str, token: str, numbers: tuple[NhsNumber, ...], *, tls: ssl.SSLContext | None
) -> Round:
    import aiohttp  # noqa: PLC0415 - heavy; help must be quick

    from broker.objections.canaries import round_of  # noqa: PLC0415 - as above

    headers = {"Authorization": f"Bearer {token}", "Accept": "application/fhir+json"}
    timeout = aiohttp.ClientTimeout(total=_TIMEOUT_S)
    async with aiohttp.ClientSession(
        headers=headers, timeout=timeout, connector=aiohttp.TCPConnector(ssl=tls or True)
    ) as session:
        return round_of([await _asked(session, url, number) for number in numbers])


async def _asked(session: aiohttp.ClientSession, url: str, number: NhsNumber) -> Verdict:
    import aiohttp  # noqa: PLC0415 - heavy; help must be quick

    from broker.objections.canaries import Verdict, verdict_of  # noqa: PLC0415 - as above

    form = {"identifier": f"{NHS_NUMBER_SYSTEM}|{number.digits}"}
    try:
        async with session.post(f"{url}/Patient/_search", data=form, allow_redirects=False) as answer:
            return verdict_of(answer.status, await answer.read())
    except (aiohttp.ClientError, TimeoutError):
        return Verdict.UNREACHABLE


def _say(found: Round, *, as_json: bool) -> None:
    if as_json:
        import orjson  # noqa: PLC0415 - only for scripts

        click.echo(orjson.dumps(dataclasses.asdict(found) | {"good": found.is_good}).decode())
        return
    if found.is_good:
        click.echo(f"All {found.asked} canaries were refused because they objected.")
        return
    click.echo(
        f"Of {found.asked} canaries {found.refused} were refused because they objected; "
        f"{found.answered} were answered, {found.not_proved} proved nothing, "
        f"{found.unreachable} could not be asked.",
        err=True,
    )
    if found.answered:
        click.echo("An objection on file did not bind. Stop the broker, and call the on-call lead.", err=True)
    elif found.not_proved:
        click.echo("Check that each canary's objection is on file, and that the token is valid.", err=True)
