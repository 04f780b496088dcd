from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from broker.policy.holding import CasesFailed
from broker.policy.keeping import Look
from tests.support.policies import copy_policies
from tests.support.revisions import Desk

pytestmark = pytest.mark.long


def _write(folder: Path, topic: str, old: str, new: str) -> None:
    path = folder / topic / "policy.yaml"
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new, 1))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """The shipped policies, without a number: the demonstration takes whatever its files say."""
    copied = copy_policies(tmp_path)
    (copied / "revision.yaml").unlink(missing_ok=True)
    return copied


async def test_policies_that_break_their_own_cases_do_not_start(folder: Path, tmp_path: Path) -> None:
    """Research cannot be let in by a readable file: receptionists cannot be given results either."""
    _write(folder, "roles", "sees: [demographics, appointments]", "sees: [demographics, results]")
    async with Desk.open(tmp_path, folder) as desk:
        with pytest.raises(
            CasesFailed, match=r"policies/roles/cases\.yaml:\d+:5: the case `a receptionist sees"
        ):
            await desk.keeper()


async def test_the_last_good_policies_serve_while_the_files_are_at_fault(
    folder: Path, tmp_path: Path
) -> None:
    """A reload of a broken file changes nothing but the fault, which names file and line."""
    async with Desk.open(tmp_path, folder) as desk:
        keeper = await desk.keeper()
        pinned = keeper.current
        _write(folder, "roles", "id: nurse", "id: Nurse")
        assert await keeper.look() is Look.BROKEN
        assert keeper.current is pinned
        assert keeper.fault is not None
        assert keeper.fault.startswith(f"{folder}/roles/policy.yaml:22:5: `Nurse` is not an id.")


async def test_policies_that_fail_a_case_later_do_not_come_into_force(folder: Path, tmp_path: Path) -> None:
    """A reload proves the cases before anything changes."""
    async with Desk.open(tmp_path, folder) as desk:
        keeper = await desk.keeper()
        _write(folder, "purposes", "care_ends_days_after_death: 28", "care_ends_days_after_death: 280")
        assert await keeper.look() is Look.BROKEN
        assert keeper.current.care_ends_days_after_death == 28
        assert "on the 28th day it is closed" in (keeper.fault or "")


async def test_a_mended_file_comes_into_force_and_clears_the_fault(folder: Path, tmp_path: Path) -> None:
    """A request that began before keeps the revision that it took; lines are of the folder, not of a copy."""
    async with Desk.open(tmp_path, folder, within_s=15) as desk:
        keeper = await desk.keeper()
        pinned = keeper.current
        _write(folder, "roles", "title: Receptionists", "title: [Receptionists]")
        assert await keeper.look() is Look.BROKEN
        _write(folder, "roles", "title: [Receptionists]", "title: Reception staff")
        assert await keeper.look() is Look.TAKEN
        assert keeper.fault is None
        assert keeper.current.revision != pinned.revision
        assert {Path(place.file).parents[1] for place in keeper.current.places.values()} == {folder}


async def test_a_folder_that_vanishes_leaves_the_last_good_policies(folder: Path, tmp_path: Path) -> None:
    """The files may be gone; what they said is still in force, and readiness says so."""
    async with Desk.open(tmp_path, folder) as desk:
        keeper = await desk.keeper()
        before = keeper.current
        shutil.move(folder, tmp_path / "elsewhere")
        assert await keeper.look() is Look.BROKEN
        assert keeper.current is before
        assert "is not a folder" in (keeper.fault or "")
