"""Every simulator of the demonstration passes the kit, and the command says so."""

from __future__ import annotations

import asyncio
import json

from broker.conformance.assembling import kit_for
from broker.conformance.kit import Checker, Report
from broker.conformance.meanings import Weight
from broker.conformance.people import read_test_people
from broker.demonstration.network import Network, demonstration_network
from broker.demonstration.partners import PARTNERS
from broker.settings import Settings, load_settings
from tests.support.commands import watersmeet

CHECKER = Checker(name="Ada Fenn", role="integration lead")


async def report_on(settings: Settings, partner: str) -> Report:
    """What the kit finds of one partner, for everybody on its signed list."""
    registration = next(one for one in settings.partners if one.partner_id == partner)
    config = settings.config_dir
    listed = read_test_people(config / "test-people" / f"{partner}.yaml", [config / "test-people.pub.pem"])
    async with kit_for(settings, registration, CHECKER) as kit:
        return await kit.check(listed)


async def commanded(network: Network, partner: str) -> tuple[int, bool]:
    """How the command ends, and whether it says that the partner passed."""
    arguments = ("--config", str(network.config_dir), "--json", "--by-name", "Ada", "--by-role", "lead")
    done = await asyncio.to_thread(watersmeet, "partner", "check", partner, *arguments)
    assert done.stdout, done.stderr
    return done.returncode, json.loads(done.stdout)["passed"]


async def test_every_simulator_passes() -> None:
    """No fault in any area; whoever is on a list was asked for."""
    async with demonstration_network() as network:
        settings = load_settings(network.config_dir)
        reports = [await report_on(settings, one.partner_id) for one in PARTNERS]
        ended = await commanded(network, PARTNERS[0].partner_id)
    faults = [
        f"{report.partner_id}: {finding.name} {finding.where}"
        for report in reports
        for finding in report.findings
        if finding.meaning.weight is Weight.FAULT
    ]
    assert faults == []
    assert all(report.questions >= report.people for report in reports)
    assert ended == (0, True)
