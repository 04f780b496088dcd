"""The fixtures that every test stands on find what they are there to find."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.loop_watch import HELD_MS_MAX, LoopHeld, LoopWatch
from tests.support.real_data import PROJECT, VARIABLE, need_real_data, real_data_folder

PLANTED = """\
import asyncio, socket, threading

import structlog

from broker.logs.setup import quieten

KEPT = []
GO = threading.Event()


async def test_leaves_a_task():
    KEPT.append(asyncio.create_task(asyncio.Event().wait()))


def test_leaves_a_socket():
    KEPT.append(socket.socket(socket.AF_INET))


async def test_leaves_nothing():
    await asyncio.create_task(asyncio.sleep(0))


def test_quietens_the_logs():
    quieten()


def test_hears_the_logs():
    assert not structlog.is_configured()


async def test_holds_the_loop(loop_watch):
    with loop_watch:
        await asyncio.create_task(hold())


async def hold():
    sum(range(30_000_000))


async def test_blocks_the_loop(loop_watch):
    with loop_watch:
        await asyncio.create_task(block())


async def block():
    threading.Event().wait(0.2)


async def test_forgets_to_watch(loop_watch):
    pass
"""


def test_what_a_test_leaves_behind_fails_it(tmp_path: Path) -> None:
    """A task, a socket, a held loop and an unused watch fail their test, and only theirs."""
    planted = tmp_path / "test_planted.py"
    planted.write_text(PLANTED, encoding="utf-8")
    command = [sys.executable, "-m", "pytest", "-q", "-rA", "-c", "pyproject.toml", "-p", "tests.conftest"]
    ran = subprocess.run(
        [*command, "--rootdir", str(tmp_path), str(planted)],
        cwd=PROJECT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert "left tasks running: Event.wait" in ran.stdout
    assert "left behind: socket:" in ran.stdout
    assert "hold held the loop for" in ran.stdout
    assert "block held the loop for" in ran.stdout
    assert "was asked for and never entered" in ran.stdout
    bad = [line for line in ran.stdout.splitlines() if line.startswith(("FAILED", "ERROR"))]
    assert len(bad) == 5, ran.stdout
    assert not any("test_leaves_nothing" in line or "test_hears_the_logs" in line for line in bad)


def test_a_short_step_is_no_offence() -> None:
    """Work within the limit passes, and its length can be read."""
    with LoopWatch() as watch:
        sum(range(1_000))
    assert 0 < watch.longest_ms < HELD_MS_MAX


def test_a_step_over_the_limit_is_an_offence() -> None:
    """Work over the limit raises when the watched block ends."""
    with pytest.raises(LoopHeld, match="Work in slices"), LoopWatch(held_ms_max=0.001):
        sum(range(1_000_000))


def test_missing_material_skips_and_says_so(tmp_path: Path) -> None:
    """Without the folder a test is skipped with the variable's name."""
    with pytest.raises(BaseException, match=VARIABLE) as caught:
        need_real_data({VARIABLE: str(tmp_path)})
    assert type(caught.value).__name__ == "Skipped"


def test_missing_material_fails_under_ci(tmp_path: Path) -> None:
    """Where CI is set the folder must be there."""
    with pytest.raises(pytest.fail.Exception, match=VARIABLE):
        need_real_data({VARIABLE: str(tmp_path), "CI": "true"})


def test_the_folder_is_beside_the_project_by_default() -> None:
    """Nothing set means `../shared/data`."""
    assert real_data_folder({}) == PROJECT.parent / "shared" / "data"
