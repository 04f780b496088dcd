from __future__ import annotations

from pathlib import Path

import pytest

from broker.policy.keeping import CasesFailed, PolicyKeeper
from tests.support.policies import NETWORK, copy_policies, shipped_policies


def _write(folder: Path, topic: str, old: str, new: str) -> None:
    path = folder / topic / "policy.yaml"
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new, 1))


def test_policies_that_break_their_own_cases_do_not_start(tmp_path: Path) -> None:
    """Research cannot be let in by a readable file: receptionists cannot be given results either."""
    folder = copy_policies(tmp_path)
    _write(folder, "roles", "sees: [demographics, appointments]", "sees: [demographics, results]")
    with pytest.raises(CasesFailed, match=r"roles/cases\.yaml:\d+:5: the case `a receptionist sees"):
        PolicyKeeper(folder, NETWORK)


def test_the_last_good_policies_serve_while_the_files_are_at_fault(tmp_path: Path) -> None:
    """A reload of a broken file changes nothing but the fault, which names file and line."""
    folder = copy_policies(tmp_path)
    keeper = PolicyKeeper(folder, NETWORK)
    pinned = keeper.current
    _write(folder, "roles", "id: nurse", "id: Nurse")
    assert keeper.reload() is False
    assert keeper.current is pinned
    assert keeper.fault is not None
    assert keeper.fault.startswith(f"{folder}/roles/policy.yaml:22:5: `Nurse` is not an id.")


def test_policies_that_fail_a_case_later_do_not_come_into_force(tmp_path: Path) -> None:
    """A reload proves the cases before anything changes."""
    folder = copy_policies(tmp_path)
    keeper = PolicyKeeper(folder, NETWORK)
    _write(folder, "purposes", "care_ends_days_after_death: 28", "care_ends_days_after_death: 280")
    assert keeper.reload() is False
    assert keeper.current.care_ends_days_after_death == 28
    assert "on the 28th day it is closed" in (keeper.fault or "")


def test_a_mended_file_comes_into_force_and_clears_the_fault(tmp_path: Path) -> None:
    """A request that began before keeps the revision that it took."""
    folder = copy_policies(tmp_path)
    keeper = PolicyKeeper(folder, NETWORK)
    pinned = keeper.current
    _write(folder, "roles", "title: Receptionists", "title: [Receptionists]")
    assert keeper.reload() is False
    _write(folder, "roles", "title: [Receptionists]", "title: Reception staff")
    assert keeper.reload() is True
    assert keeper.fault is None
    assert keeper.current.revision != pinned.revision == shipped_policies().revision


def test_a_folder_that_vanishes_leaves_the_last_good_policies(tmp_path: Path) -> None:
    """The files may be gone; what they said is still in force, and readiness says so."""
    folder = copy_policies(tmp_path)
    keeper = PolicyKeeper(folder, NETWORK)
    folder.rename(tmp_path / "elsewhere")
    assert keeper.reload() is False
    assert keeper.current.revision == shipped_policies().revision
    assert "is not a folder" in (keeper.fault or "")
