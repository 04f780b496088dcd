"""The running processes of a broker, to one line each: do they see what the register has of a source."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from broker.objections.comparing import Seen
    from broker.ports.objection_register import ObjectionRegister


async def say_processes(given: dict[str, Any], path: Path, store: ObjectionRegister) -> None:
    """On standard error. A process that sees something else, or one too few or too many, is a failure."""
    from broker.adapters.processes import asked  # noqa: PLC0415 - heavy; help must be quick
    from broker.objections.comparing import compared  # noqa: PLC0415 - as above
    from broker.objections.tally import Tally  # noqa: PLC0415 - as above

    seen = await compared(lambda: asked(path), Tally(store))
    for one in seen:
        click.echo(_words(one, given["source"]), err=True)
    if not seen:
        click.echo("No process of the broker runs on this store.", err=True)
    if any(one.fault for one in seen):
        raise click.ClickException("A process does not see what the register has. It is named above.")
    if given["processes"] is not None and given["processes"] != len(seen):
        raise click.ClickException(
            f"Processes that run on this store: {len(seen)}; there should be {given['processes']}."
        )


def _words(seen: Seen, source: str) -> str:
    if seen.fault:
        return f"process {seen.process}: {seen.fault}"
    return f"process {seen.process}: {seen.in_force.get(source, 0)} in force, up to record {seen.newest}."
