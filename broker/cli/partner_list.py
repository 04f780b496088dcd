"""`watersmeet partner list`: every registered partner, its status, and whether its endpoint is there."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from broker.cli.store_room import config_option, write_json

if TYPE_CHECKING:
    from broker.adapters.transport.reaching import Reached
    from broker.domain.registration import PartnerRegistration
    from broker.settings import Settings

_WIDTHS = (22, 20, 11, 20, 19)
_HEADINGS = ("partner", "connector", "status", "switched", "endpoint")
_UNASKED = "not tried"
# What an operator does about each endpoint that was not reached.
REMEDIES = {
    "no-address": "its name leads to no address. Correct `endpoint`, or mend the name service.",
    "refused": "nothing listens there, or a firewall says no. Check address and port with the partner.",
    "timed-out": "nothing answers there within `connect_s`. Check address, port and firewall.",
    "tls": "it showed no certificate that we can trust, or will not have ours. Check `authority` and dates.",
    "credentials": "our own `certificate`, `key` or `authority` cannot be read. Put the files back.",
}


@click.command("list")
@config_option
@click.option("--offline", is_flag=True, help="Read the files alone; connect to nobody.")
@click.option("--json", "as_json", is_flag=True)
def list_partners(config_dir: Path, *, offline: bool, as_json: bool) -> None:
    r"""Show every partner: its connector, its status, what is switched, and whether it can be reached.

    A connection is made and closed; no person is asked for. Ends with 1 when a live partner is not there.

    \b
    Examples:
      watersmeet partner list --config /etc/watersmeet
      watersmeet partner list --offline --json
    """
    from broker.settings import load_settings  # noqa: PLC0415 - heavy; help must be quick

    settings = load_settings(config_dir)
    reached = {} if offline else _reached(settings)
    loaded = _connectors(settings)
    rows = [_row(one, reached.get(one.partner_id), loaded) for one in settings.partners]
    if as_json:
        write_json({"partners": rows})
    else:
        click.echo("\n".join(_lines(rows)))
    if any(row["status"] == "live" and row["endpoint"] not in {"reached", _UNASKED} for row in rows):
        raise click.exceptions.Exit(1)


def _reached(settings: Settings) -> Mapping[str, Reached]:
    from broker.adapters.transport.reaching import reach  # noqa: PLC0415 - heavy; help must be quick

    async def everybody() -> list[Reached]:
        return await asyncio.gather(
            *(reach(one.endpoint, one.credentials, one.limits.connect_s) for one in settings.partners)
        )

    return dict(zip((one.partner_id for one in settings.partners), asyncio.run(everybody()), strict=True))


def _connectors(settings: Settings) -> frozenset[str]:
    from broker.adapters.plugins import load_plugins  # noqa: PLC0415 - heavy; help must be quick
    from broker.adapters.tokens.trust_file import read_trust  # noqa: PLC0415 - as above

    trust = read_trust(settings.trust_path, environment=settings.environment)
    return frozenset(load_plugins(trust.connector_distributions))


def _row(one: PartnerRegistration, reached: Reached | None, loaded: frozenset[str]) -> dict[str, Any]:
    return {
        "partner": one.partner_id,
        "name": one.organisation.name,
        "connector": one.connector if one.connector in loaded else f"{one.connector} (not loaded)",
        "status": str(one.status),
        "switched": _switched(one),
        "endpoint": _UNASKED if reached is None else str(reached.reach),
        "connect_ms": None if reached is None else reached.elapsed_ms,
    }


def _switched(one: PartnerRegistration) -> dict[str, str]:
    """Where its status is another: by category, by the organisation that asks, and for all the others."""
    switches = one.switches
    found = {str(category): str(status) for category, status in switches.categories.items()}
    found |= {ods: str(status) for ods, status in switches.consumers.items()}
    return found if switches.others == "live" else {**found, "others": str(switches.others)}


def _lines(rows: Sequence[Mapping[str, Any]]) -> list[str]:
    from broker.cli.table import row as side_by_side  # noqa: PLC0415 - heavy; help must be quick

    lines = side_by_side(_HEADINGS, _WIDTHS)
    for one in rows:
        switched = ", ".join(f"{name}: {status}" for name, status in one["switched"].items())
        took = f" ({one['connect_ms']} ms)" if one["endpoint"] == "reached" else ""
        cells = (one["partner"], one["connector"], one["status"], switched, one["endpoint"] + took)
        lines += side_by_side(cells, _WIDTHS)
    seen = {str(one["endpoint"]) for one in rows}
    return [*lines, *(f"{reach}: {remedy}" for reach, remedy in REMEDIES.items() if reach in seen)]
