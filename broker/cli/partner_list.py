"""`watersmeet partner list`: every registered partner, its status, and whether its endpoint is there."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from broker.cli.store_room import config_option, write_json

if TYPE_CHECKING:
    from broker.cli.partner_states import State
    from broker.domain.registration import PartnerRegistration

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
    r"""Show the index and every partner: connector, status, switches, and whether each can be reached.

    A connection is made and closed; no person is asked for. Ends with 1 when a live partner or one of its
    services is not there, or when a start would stop on a registration.

    \b
    Examples:
      watersmeet partner list --config /etc/watersmeet
      watersmeet partner list --offline --json
    """
    from broker.cli.partner_states import states_of  # noqa: PLC0415 - heavy; help must be quick
    from broker.settings import load_settings  # noqa: PLC0415 - as above

    states = asyncio.run(states_of(load_settings(config_dir), offline=offline))
    rows = [_row(state) for state in states]
    if as_json:
        write_json({"partners": rows})
    else:
        click.echo("\n".join(_lines(rows)))
    if not all(state.is_well for state in states):
        raise click.exceptions.Exit(1)


def _row(state: State) -> dict[str, Any]:
    one, reached = state.registration, state.reached
    return {
        "partner": one.partner_id,
        "name": one.organisation.name,
        "connector": one.connector,
        "status": str(one.status),
        "switched": _switched(one),
        "endpoint": str(reached[""].reach) if reached else _UNASKED,
        "connect_ms": reached[""].elapsed_ms if reached else None,
        "services": {name: str(found.reach) for name, found in reached.items() if name},
        "fault": state.fault,
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
        cells = (one["partner"], one["connector"], one["status"], switched, _places(one))
        lines += side_by_side(cells, _WIDTHS)
    seen = {str(word) for one in rows for word in (one["endpoint"], *one["services"].values())}
    lines += [f"{reach}: {remedy}" for reach, remedy in REMEDIES.items() if reach in seen]
    return [*lines, *(f"A start would stop: {one['fault']}" for one in rows if one["fault"])]


def _places(one: Mapping[str, Any]) -> str:
    """The endpoint, and each further service that is not there."""
    took = f" ({one['connect_ms']} ms)" if one["endpoint"] == "reached" else ""
    missing = [f"{name}: {reach}" for name, reach in one["services"].items() if reach != "reached"]
    return ", ".join([f"{one['endpoint']}{took}", *missing])
