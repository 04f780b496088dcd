"""`watersmeet objection trace`: an objection follows a number that was superseded."""

from __future__ import annotations

import asyncio
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

import click

from broker.cli.store_room import actor_options, find_place, read_numbers, with_store, write_json

if TYPE_CHECKING:
    from broker.app import Broker
    from broker.domain.identity import NhsNumber
    from broker.domain.objection_life import Actor
    from broker.objections.tracing import Traces, Tracing
    from broker.settings import Settings


@click.command("trace")
@click.option(
    "--config",
    "config_dir",
    type=click.Path(path_type=Path),
    default=Path("config"),
    envvar="WATERSMEET_CONFIG",
    show_default=True,
    help="Folder of settings.",
)
@actor_options
@click.option("--one-person", is_flag=True, help="Read NHS numbers and ask for these alone.")
@click.option("--json", "as_json", is_flag=True)
def command(config_dir: Path, by_role: str, by_name: str, *, one_person: bool, as_json: bool) -> None:
    r"""Ask the patient index whether numbers under an objection were superseded.

    Asks for every number of an objection that is not withdrawn. Where the index names another, both are
    one person's from then on. Where it no longer knows the number as a person's, the objection is for
    review, and is linked with nobody. A parent's objection gets the birth date that the index names. Run it
    after each objection that is received, and every day.

    \b
    Example:
      watersmeet objection trace --by-role "call handler" --by-name "R. Rowan"
    """
    from broker.adapters.plugins import PluginFault  # noqa: PLC0415 - heavy; help must be quick
    from broker.adapters.roads import UnfitRegistration  # noqa: PLC0415 - as above
    from broker.domain.errors import ServiceDown  # noqa: PLC0415 - as above
    from broker.domain.objection_life import Actor  # noqa: PLC0415 - as above
    from broker.files import FileFault  # noqa: PLC0415 - as above
    from broker.logs import quieten  # noqa: PLC0415 - as above
    from broker.settings import load_settings  # noqa: PLC0415 - as above

    quieten()
    numbers = read_numbers() if one_person else _in_force(config_dir)
    try:
        work = _trace(load_settings(config_dir), numbers, Actor(role=by_role, name=by_name))
        traces = asyncio.run(work)
    except (FileFault, PluginFault, UnfitRegistration) as fault:
        raise click.ClickException(str(fault)) from None
    except ServiceDown as down:
        raise click.ClickException(f"The {down.service} service is not available. Run it again.") from None
    _say(traces, as_json=as_json)


def _in_force(config_dir: Path) -> frozenset[NhsNumber]:
    from broker.adapters.clock import SystemClock  # noqa: PLC0415 - heavy; help must be quick
    from broker.objections import Register  # noqa: PLC0415 - as above
    from broker.objections.tracing import numbers_in_force  # noqa: PLC0415 - as above

    place = find_place(config_dir, None, None)
    return with_store(place, lambda store: numbers_in_force(Register(store, SystemClock())))


async def _trace(settings: Settings, numbers: frozenset[NhsNumber], by: Actor) -> Traces:
    from contextlib import AsyncExitStack  # noqa: PLC0415 - beside its neighbours

    from broker.app import assemble  # noqa: PLC0415 - heavy; help must be quick

    async with AsyncExitStack() as stack:
        tracing = tracing_of(await assemble(settings, stack))
        return await tracing.trace(numbers, by=by)


def tracing_of(broker: Broker) -> Tracing:
    """Questions to the index of a broker that is put together, onto its own store."""
    from broker.objections import Register  # noqa: PLC0415 - heavy; help must be quick
    from broker.objections.tracing import Tracing  # noqa: PLC0415 - as above

    services = broker.services
    register = Register(broker.register, services.clock)
    return Tracing(
        services.store,
        register,
        services.index,
        services.clock,
        deadline_s=services.limits.deadline_s,
    )


def _say(traces: Traces, *, as_json: bool) -> None:
    if as_json:
        write_json(asdict(traces))
    else:
        click.echo(
            f"Asked for {traces.asked} numbers: {traces.superseded} superseded, "
            f"{traces.invalidated} no longer a person's."
        )
        if traces.invalidated:
            click.echo("Objections under these are for review: `watersmeet objection list --due`.")
    if traces.unanswered:
        raise click.ClickException(
            f"The patient index could not say of {traces.unanswered} of them. Run it again."
        )
