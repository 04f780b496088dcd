"""What must not be told to the person: staff see it with a banner, and no report to the person has it."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path

from click.testing import CliRunner

from broker.cli.audit import command as audit
from broker.cli.bundle_pages import read_pages
from broker.cli.table import NOT_FOR_THE_PERSON, render_record
from tests.support import trail
from tests.support.network import simulated
from tests.support.sensitive import ACT_CODE, labelled
from tests.support.small_network import NUMBER, indexed, patient, small_network

WORDS = "Huntington's disease in a parent"
HUSHED = {
    "resourceType": "Condition",
    "id": "c1",
    "code": {"text": WORDS},
    "subject": {"reference": "Patient/1"},
    **labelled("NOPAT", ACT_CODE),
}
DESK = ("--by-role", "privacy officer", "--by-name", "Imaginary Ash")
TOLD_OF_AN_ITEM = {"partner", "type", "id", "version", "digest"}


async def test_staff_see_the_item_with_its_banner_and_the_persons_report_has_nothing_of_it(
    tmp_path: Path,
) -> None:
    """Of an item the report has its kind, its place and the proof; none of its words, codes or labels."""
    index = simulated("pds", {NUMBER: [indexed()]}, calls_per_s=1000)
    apps = {"alder": simulated("fhir_r4", {NUMBER: [patient(), HUSHED]})}
    async with small_network(tmp_path, apps, index=index) as small:
        status, record = await small.client.record(NUMBER, role="doctor")
        assert status == 200
        await trail.all_ended(small.client.settings)
        settings = small.client.settings
        place = ["--store", str(settings.store_path), "--keys", str(settings.keys_path)]
        ways = [["patient", *DESK, *place], ["patient", *DESK, "--names", *place]]
        plain, named = [await asyncio.to_thread(_ran, way) for way in ways]
        told = json.loads(await asyncio.to_thread(_ran, ["patient", *DESK, "--json", *place]))
    page = render_record(read_pages([json.dumps(record).encode()]), colour=False)
    assert page.index(WORDS) < page.index(NOT_FOR_THE_PERSON)
    proofs = [one for look in told for one in look.get("proof") or []]
    assert {one["type"] for one in proofs} >= {"Condition"}
    assert all(one.keys() == TOLD_OF_AN_ITEM for one in proofs)
    for report in (plain, named, json.dumps(told)):
        assert not [words for words in (WORDS, "Huntington", "NOPAT") if words in report]


def _ran(arguments: list[str]) -> str:
    done = CliRunner().invoke(audit, arguments, input=f"{NUMBER}\n")
    assert done.exit_code == 0, done.output
    return done.stdout
