"""`watersmeet objection confirmation`: the person is told of an objection, by letter or where it is safe."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from broker.cli.objection_desk import actor_of
from broker.cli.store_room import actor_options, config_option

if TYPE_CHECKING:
    from broker.app import Broker
    from broker.domain.objection_life import ObjectionEvent
    from broker.objections import Register
    from broker.settings import Settings

_FILE = click.Path(path_type=Path, dir_okay=False)


@click.command("confirmation")
@click.argument("objection_id")
@config_option
@actor_options
@click.option("--out", type=_FILE, help="A new file for the letter; else it is shown.")
@click.option("--safe-contact", is_flag=True, help="Show the safe contact that was noted; no letter.")
@click.option("--reached", is_flag=True, help="Note that the person was reached by it.")
def command(objection_id: str, **given: Any) -> None:
    r"""Write the letter that confirms an objection, to the address that the patient index holds now.

    It is kept nowhere; that it was written, and by whom, is. Where a letter could harm, none is written and
    the reason is said: then --safe-contact shows how the person is reached, and --reached notes it. Who
    looks at the safe contact is recorded.

    \b
    Example:
      watersmeet objection confirmation ob-1f… --by-role "call handler" --by-name "R. Rowan"
    """
    from broker.adapters.plugins import PluginFault  # noqa: PLC0415 - heavy; help must be quick
    from broker.adapters.roads import UnfitRegistration  # noqa: PLC0415 - as above
    from broker.domain.errors import ServiceDown  # noqa: PLC0415 - as above
    from broker.files import FileFault  # noqa: PLC0415 - as above
    from broker.logs import quieten  # noqa: PLC0415 - as above
    from broker.objections import IllegalStep, UnknownObjection  # noqa: PLC0415 - as above
    from broker.objections.letter import NoLetter  # noqa: PLC0415 - as above
    from broker.settings import load_settings  # noqa: PLC0415 - as above

    quieten()
    try:
        asyncio.run(_confirm(load_settings(given["config_dir"]), objection_id, given))
    except (FileFault, PluginFault, UnfitRegistration, NoLetter, IllegalStep) as fault:
        raise click.ClickException(str(fault)) from None
    except UnknownObjection:
        raise click.ClickException("The register has no objection of that id.") from None
    except FileExistsError:
        raise click.ClickException(f"{given['out']}: there is a file already. Name a new one.") from None
    except OSError:
        raise click.ClickException(f"{given['out']}: no file can be written there. Name another.") from None
    except ServiceDown as down:
        raise click.ClickException(f"The {down.service} service is not available. Run it again.") from None


async def _confirm(settings: Settings, objection_id: str, given: dict[str, Any]) -> None:
    from contextlib import AsyncExitStack  # noqa: PLC0415 - beside its neighbours

    from broker.app import assemble  # noqa: PLC0415 - heavy; help must be quick
    from broker.objections import Register  # noqa: PLC0415 - as above
    from broker.objections.looking import record_look  # noqa: PLC0415 - as above

    async with AsyncExitStack() as stack:
        broker = await assemble(settings, stack)
        register = Register(broker.register, broker.services.clock)
        event = (await register.history(objection_id))[-1]
        if given["reached"]:
            await register.confirm(objection_id, by_letter=False, by=actor_of(given))
            click.echo("It is noted that the person was reached.", err=True)
        elif given["safe_contact"]:
            # Where somebody is who hides is the last thing to be read unseen.
            what, by, now = "objection-safe-contact", actor_of(given), broker.services.clock.now()
            await record_look(broker.services.store, event.numbers, what, by=by, at=now)
            click.echo(event.intake.safe_contact or "No safe contact was noted.")
        else:
            await _write(broker, register, event, given)


async def _write(broker: Broker, register: Register, event: ObjectionEvent, given: dict[str, Any]) -> None:
    """The letter first: one that is noted and was never written would not be missed."""
    from broker.cli.objection_trace import tracing_of  # noqa: PLC0415 - heavy; help must be quick
    from broker.objections.letter import NO_ADDRESS, NoLetter, Sender, letter  # noqa: PLC0415 - as above

    by = actor_of(given)
    number = min(event.numbers - event.invalidated, default=min(event.numbers))
    traced = await tracing_of(broker).ask(number, by=by)
    if traced.identity is None:
        raise NoLetter(NO_ADDRESS)
    contact = broker.policies.current.objections.contact
    sender = Sender(contact=contact, day=broker.services.clock.now().date())
    text = letter(event, traced.identity, sender)
    if given["out"] is None:
        click.echo(text)
    else:
        _keep(given["out"], text)
    await register.confirm(event.objection.objection_id, by_letter=True, by=by)
    click.echo("It is noted that the letter was written. Send it today.", err=True)


def _keep(path: Path, text: str) -> None:
    """For its owner's eyes alone, from the first byte. Raises FileExistsError."""
    path.touch(mode=0o600, exist_ok=False)
    path.write_text(text, encoding="utf-8")
