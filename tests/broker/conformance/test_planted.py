"""The kit names the fault for each of the faults that are planted, and passes a healthy partner."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.support.check_kit import names
from tests.support.planted_faults import PLANTED, Planted, report_of


async def test_a_healthy_partner_passes(tmp_path: Path) -> None:
    """No fault; what nobody on the list could show is noted."""
    report = await report_of(tmp_path, Planted("", manners={"page_size": 2}))
    assert report.passed, names(report)
    assert set(names(report)) == {"not-encrypted"}
    assert (report.people, report.questions) == (3, 4)


@pytest.mark.parametrize("fault", PLANTED)
async def test_a_planted_fault_is_named(tmp_path: Path, fault: str) -> None:
    """Among what is found, with what to do about it."""
    planted = PLANTED[fault]
    report = await report_of(tmp_path, planted)
    assert planted.found in names(report)
    found = next(one for one in report.findings if one.name == planted.found)
    assert found.meaning.remedy
    assert found.times >= 1


def test_at_least_forty_faults_are_planted() -> None:
    """Each has a name of its own, and nearly each a finding of its own."""
    assert len(PLANTED) >= 40
    assert len({planted.found for planted in PLANTED.values()}) >= 40
