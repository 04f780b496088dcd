"""Every simulator of the demonstration passes the kit, asked by the command as an operator would."""

from __future__ import annotations

import asyncio
import json
from typing import Any

from broker.demonstration.network import Network, demonstration_network
from broker.demonstration.partners import PARTNERS
from tests.support.commands import watersmeet

AS = ("--by-name", "Ada Fenn", "--by-role", "integration lead")


async def checked(network: Network, partner: str) -> dict[str, Any]:
    """The report on one partner, and how the command ended."""
    arguments = ("partner", "check", partner, "--config", str(network.config_dir), "--json", *AS)
    done = await asyncio.to_thread(watersmeet, *arguments)
    assert done.stdout, done.stderr
    return {**json.loads(done.stdout), "ended": done.returncode}


async def test_every_simulator_passes() -> None:
    """No fault in any area, for everybody on its signed list; whoever is on it was asked for."""
    async with demonstration_network() as network:
        reports = [await checked(network, one.partner_id) for one in PARTNERS]
    faults = [
        f"{report['partner']}: {one['finding']} {one['where']}"
        for report in reports
        for one in report["findings"]
        if one["weight"] == "fault"
    ]
    assert faults == []
    assert {report["ended"] for report in reports} == {0}
    assert all(report["questions"] >= report["people"] for report in reports)
