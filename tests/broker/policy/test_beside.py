"""The process that proves and compares: what it finds, and what it means that it does not come back."""

from __future__ import annotations

import asyncio
import os
import tempfile
from pathlib import Path

import pytest

from broker.files import FileFault
from broker.policy import beside
from broker.policy.beside import prove_beside
from broker.policy.holding import CasesFailed
from broker.policy.process import NICENESS
from broker.policy.snapshot import Snapshot, read_snapshot
from tests.support.policies_in_force import CLOSES
from tests.support.revisions import change, small_partners, small_policies

pytestmark = pytest.mark.long


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Small policies. What the process is lent for its work stands in a folder of the test's own."""
    (tmp_path / "lent").mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "lent"))
    return small_policies(tmp_path)


def changed(folder: Path, *edit: str) -> tuple[Snapshot, Snapshot]:
    """The folder with one edit, and as it was."""
    before = read_snapshot(folder)
    change(folder, edit[0], edit[1])
    return read_snapshot(folder), before


def planted(monkeypatch: pytest.MonkeyPatch, before: str) -> None:
    """Let the process run `before`, a line of Python, ahead of its work."""
    monkeypatch.setattr(beside, "_PROGRAM", f"{before}\n{beside._PROGRAM}")


async def test_a_comparison_says_whether_a_request_opens(folder: Path) -> None:
    """One way it closes, the other way it opens, by as many cells."""
    partners = small_partners(folder)
    after, before = changed(folder, *CLOSES)
    closing, opening = await asyncio.gather(
        prove_beside(after, before, partners, within_s=600),
        prove_beside(before, after, partners, within_s=600),
    )
    assert closing.found is not None
    assert opening.found is not None
    assert (closing.found.opens, opening.found.opens) == (False, True)
    assert closing.found.cells_closed == opening.found.cells_opened > 0
    assert closing.found.rules == ("parties", "party_of_organisation", "party_of_partner")
    assert closing.policies.revision == after.revision


async def test_without_a_base_it_proves_and_compares_nothing(folder: Path) -> None:
    """What was never in force cannot be compared with."""
    proved = await prove_beside(read_snapshot(folder), None, small_partners(folder), within_s=600)
    assert (proved.found, proved.policies.revision) == (None, read_snapshot(folder).revision)


async def test_a_case_that_does_not_hold_is_said_as_of_the_folder(folder: Path) -> None:
    """File and line are where people edit, not where the process read."""
    partners = small_partners(folder)
    (folder / "roles" / "cases.yaml").write_text(
        "cases:\n  - name: a doctor may not look\n    expect: {effect: deny}\n"
    )
    with pytest.raises(
        CasesFailed, match=rf"^{folder}/roles/cases\.yaml:2:5: the case `a doctor may not look`"
    ):
        await prove_beside(read_snapshot(folder), None, partners, within_s=600)


async def test_a_comparison_that_crashes_leaves_it_proved_and_not_compared(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The process dies at once in the middle of it: of the change nothing is known."""
    partners = small_partners(folder)
    planted(monkeypatch, "import os, broker.policy.comparing as c; c.compare = lambda *_: os.abort()")
    after, before = changed(folder, *CLOSES)
    proved = await prove_beside(after, before, partners, within_s=600)
    assert (proved.found, proved.policies.revision) == (None, after.revision)


async def test_a_comparison_that_hangs_is_ended_and_not_compared(
    folder: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Its time is over, its process is gone, and nothing that it was lent is left."""
    partners = small_partners(folder)
    planted(
        monkeypatch,
        "import os, time, pathlib, broker.policy.comparing as c\n"
        f"pathlib.Path({str(tmp_path / 'pid')!r}).write_text(str(os.getpid()))\n"
        "c.compare = lambda *_: time.sleep(3600)",
    )
    after, before = changed(folder, *CLOSES)
    proved = await prove_beside(after, before, partners, within_s=15)
    assert (proved.found, proved.policies.revision) == (None, after.revision)
    with pytest.raises(ProcessLookupError):
        os.kill(int((tmp_path / "pid").read_text()), 0)
    assert list((tmp_path / "lent").iterdir()) == []


async def test_a_base_that_cannot_be_read_any_more_is_not_compared(folder: Path) -> None:
    """It spoke of a partner that is registered no longer, say: of the change nothing is known."""
    partners = small_partners(folder)
    before = Snapshot(folder, {"roles/policy.yaml": b"id: roles\n"})
    proved = await prove_beside(read_snapshot(folder), before, partners, within_s=600)
    assert proved.found is None


@pytest.mark.parametrize("program", ["import os; os.abort()", "import sys; sys.exit(0)", "print('x' * 5000)"])
async def test_a_process_that_ends_before_it_proves_has_proved_nothing(
    program: str, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nothing of it is taken, whatever it wrote."""
    partners = small_partners(folder)
    monkeypatch.setattr(beside, "_PROGRAM", program)
    with pytest.raises(FileFault, match="could not be proved"):
        await prove_beside(read_snapshot(folder), None, partners, within_s=600)


async def test_it_runs_below_everything_else_and_within_its_memory(
    folder: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """A low priority, and a limit that the kernel keeps."""
    partners = small_partners(folder)
    planted(
        monkeypatch,
        "import os, pathlib, resource, broker.policy.comparing as c\n"
        f"told = pathlib.Path({str(tmp_path / 'told')!r})\n"
        "c.compare = lambda *_: told.write_text(f'{os.nice(0)} {resource.getrlimit(resource.RLIMIT_AS)[0]}')",
    )
    await prove_beside(*changed(folder, *CLOSES), partners, within_s=600)
    assert (tmp_path / "told").read_text() == f"{NICENESS} {2 * 1024**3}"
