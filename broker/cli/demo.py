"""`watersmeet demo`: the whole demonstration network, one person's record, then the API until stopped."""

from __future__ import annotations

import contextlib
import errno
import shlex
import shutil
import sysconfig
import textwrap
from pathlib import Path
from typing import TYPE_CHECKING

import click

from broker.cli.showing import run, show
from broker.cli.stopping import forever, until_signalled
from broker.demonstration.people import MAIN_STORY, STORY_NAMES

if TYPE_CHECKING:
    from broker.demonstration.network import Network
    from broker.demonstration.people import Story

_FAULTS_OF_OURS = 500


@click.command("demo")
@click.option("--once", is_flag=True, help="Print the record and end.")
@click.option(
    "--person", "--story", "person", type=click.Choice(STORY_NAMES), default=MAIN_STORY, show_default=True
)
@click.option("--port", type=click.IntRange(0, 65_535), default=0, help="Port of the API.  [default: any]")
@click.option("--json", "as_json", is_flag=True, help="The record as the API returned it.")
def command(*, once: bool, person: str, port: int, as_json: bool) -> None:
    r"""Show one made-up person's record, then serve the demonstration until stopped (Ctrl-C).

    Every partner is a simulator on this machine; nothing of a run is kept.

    \b
    Examples:
      watersmeet demo
      watersmeet demo --once --person wrong-person
    """
    from broker.adapters.development_issuer import DevelopmentIssuerFault  # noqa: PLC0415 - help is quick

    try:
        status = run(until_signalled(_demonstrate(person, port, once=once, as_json=as_json)))
    except OSError as error:
        raise click.ClickException(_cannot_listen(port, error)) from None
    except DevelopmentIssuerFault as fault:
        raise click.ClickException(str(fault)) from None
    # A refusal is what some stories show; a fault of the broker's own, or being cut short, is a failure.
    if once and (status is None or status >= _FAULTS_OF_OURS):
        raise click.exceptions.Exit(1)


async def _demonstrate(person: str, port: int, *, once: bool, as_json: bool) -> int:
    from broker.demonstration.client import ask_for_record  # noqa: PLC0415 - heavy; help must be quick
    from broker.demonstration.network import demonstration_network  # noqa: PLC0415 - as above
    from broker.demonstration.people import story_named  # noqa: PLC0415 - as above
    from broker.demonstration.users import USERS, token_for  # noqa: PLC0415 - as above

    story = story_named(person)
    async with demonstration_network(port=port) as network:
        token = token_for(USERS[story.asked_as], network.issuer)
        answered = await ask_for_record(network.fhir_url, token, story.asked_number)
        if not as_json:
            _introduce(story)
        show(answered, as_json=as_json)
        if not once:
            await _serve(network)
        return answered.status


def _introduce(story: Story) -> None:
    introduction = f"{story.title}. {story.shows} Asked over HTTP as: {story.asked_as}."
    click.echo("\n".join(textwrap.wrap(introduction, 100)) + "\n")


async def _serve(network: Network) -> None:
    """Say how to go on, then wait to be stopped."""
    from broker.demonstration.address import announced  # noqa: PLC0415 - heavy; help must be quick

    with contextlib.ExitStack() as stack:
        stack.enter_context(announced(network))
        click.echo(_instructions(network.fhir_url, network.config_dir))
        await forever()


def _cannot_listen(port: int, error: OSError) -> str:
    if error.errno == errno.EADDRINUSE:
        return f"Port {port} is taken. Name another with --port, or leave it out for any free one."
    return f"The demonstration cannot listen on {f'port {port}' if port else 'any port'}: {error.strerror}."


def _path_line() -> str:
    """What lets the other terminal find the command, where it does not find it already."""
    if shutil.which("watersmeet"):
        return ""
    return f'  export PATH={shlex.quote(sysconfig.get_path("scripts"))}:"$PATH"\n'


def _instructions(fhir_url: str, config_dir: Path) -> str:
    return f"""
The API is at {fhir_url} until you stop it (Ctrl-C). In another terminal:

{_path_line()}  watersmeet record --as general-practitioner --story two-hospitals
  watersmeet audit verify --config {config_dir}
  watersmeet partner list --config {config_dir}
  watersmeet partner check ousebank --config {config_dir} --by-name Ada --by-role tester

  curl -s {fhir_url}/Patient/_search \\
    -H "Authorization: Bearer $(watersmeet token --as doctor)" \\
    --data-urlencode "identifier=https://fhir.nhs.uk/Id/nhs-number|9990000018"

{textwrap.fill(f"Stories: {', '.join(STORY_NAMES)}.", 100, break_on_hyphens=False)}"""
