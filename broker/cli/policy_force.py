"""`watersmeet policy force`: bring a revision into force out of its order, on file first."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import TYPE_CHECKING

import click

from broker.cli.store_room import actor_options, config_option, not_blank, read_ring, write_json

if TYPE_CHECKING:
    from broker.domain.policy_revision import PolicyStep
    from broker.settings import Settings


@click.command()
@config_option
@actor_options
@click.option(
    "--because", required=True, callback=not_blank, help="Why, for whoever audits. No person's data."
)
@click.option("--json", "as_json", is_flag=True, help="Write JSON for a script.")
def force(config_dir: Path, by_role: str, by_name: str, because: str, *, as_json: bool) -> None:
    r"""Let the revision in the folder of policies come into force though its number does not follow.

    For going back to an older revision, and for a copy in force that was lost. It goes around the order
    of the numbers and not around the signatures: outside the demonstration two count as ever, by signers
    in force or by signers of its own whom `policy_signers` in broker.yaml names. It is recorded first.

    \b
    Example:
      watersmeet policy force --by-role "board" --by-name "A. Board" --because "Revision 7 hid allergies"
    """
    from broker.domain.errors import ServiceDown  # noqa: PLC0415 - as above
    from broker.files import FileFault  # noqa: PLC0415 - heavy; help must be quick
    from broker.logs import quieten  # noqa: PLC0415 - as above
    from broker.settings import load_settings  # noqa: PLC0415 - as above

    quieten()
    try:
        settings = load_settings(config_dir)
        step = asyncio.run(_forced(settings, by_role, by_name, because))
    except FileFault as fault:
        raise click.ClickException(str(fault)) from None
    except ServiceDown as down:
        raise click.ClickException(
            f"The {down.service} service is not available; nothing was done."
        ) from None
    if as_json:
        write_json({"number": step.number, "digest": step.digest, "signed_by": list(step.signed_by)})
    else:
        click.echo(
            f"Revision {step.number}, sha256:{step.digest}, is forced and on file. "
            "A broker that runs takes it at SIGHUP; one that starts takes it."
        )


async def _forced(settings: Settings, by_role: str, by_name: str, because: str) -> PolicyStep:
    from broker.adapters.clock import SystemClock  # noqa: PLC0415 - heavy; help must be quick
    from broker.adapters.release_store import SqliteReleaseStore  # noqa: PLC0415 - as above
    from broker.app import policy_place  # noqa: PLC0415 - as above
    from broker.cli.store_room import Place  # noqa: PLC0415 - as above
    from broker.policy.changing import Changing  # noqa: PLC0415 - as above

    ring = read_ring(Place(settings.store_path, settings.keys_path, settings.environment))
    clock = SystemClock()
    store = SqliteReleaseStore.open(settings.store_path, ring, clock, chain="desk")
    try:
        changing = Changing(policy_place(settings), store.policy_steps, clock)
        return await changing.force(by_role=by_role, by_name=by_name, because=because)
    finally:
        await store.aclose()
