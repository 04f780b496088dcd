"""When a folder of policies is looked at: once it has changed and settled, and when a signal asks."""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from broker.domain.errors import ServiceDown
from broker.policy import watching
from broker.policy.keeping import Look, PolicyKeeper
from broker.policy.watching import Stamps, stamps, watch
from tests.support.policies_in_force import CLOSES
from tests.support.revisions import Desk, change, digest_of, small_partners, small_policies

pytestmark = pytest.mark.long


class Watched:
    """A keeper whose folder is watched, and what came of each look."""

    def __init__(self, desk: Desk, keeper: PolicyKeeper) -> None:
        self.folder, self.desk, self.keeper = desk.place.folder, desk, keeper
        self.asked, self.looks, self._looked = asyncio.Event(), list[Look](), asyncio.Event()
        self._usual, self.broken, self.moves = keeper.look, False, 0
        keeper.look = self._look  # type: ignore[method-assign] # as it is, and told to the test

    def note_move(self) -> None:
        """Whatever rests on the policies is to be let go of."""
        self.moves += 1

    async def _look(self) -> Look:
        if self.broken:
            self._looked.set()
            raise RuntimeError
        self.looks.append(await self._usual())
        self._looked.set()
        return self.looks[-1]

    async def until(self, true: Callable[[], bool]) -> None:
        """Wait for a look after which it is true."""
        async with asyncio.timeout(300):
            while not true():
                await self._looked.wait()
                self._looked.clear()

    @property
    def taken(self) -> bool:
        """What stands in the folder is in force."""
        return self.keeper.current.revision == digest_of(self.folder)[:16]


@asynccontextmanager
async def watched(tmp_path: Path, *, every_s: float) -> AsyncIterator[Watched]:
    """The watch, running, on a first revision."""
    folder = small_policies(tmp_path)
    async with Desk.open(tmp_path, folder, partners=small_partners(folder)) as desk:
        one = Watched(desk, await desk.keeper())
        watching_it = watch(one.keeper, folder, one.asked, every_s=every_s, moved=one.note_move)
        task = asyncio.create_task(watching_it)
        try:
            yield one
        finally:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)


async def test_a_signal_looks_at_once(tmp_path: Path) -> None:
    """However long the next look of its own would be off, and whether or not a file's stamp changed."""
    async with watched(tmp_path, every_s=3600) as one:
        path = one.folder / "sharing-agreement" / "policy.yaml"
        stamp = path.stat()
        change(one.folder, *CLOSES)
        os.utime(path, ns=(stamp.st_atime_ns, stamp.st_mtime_ns))
        one.asked.set()
        await one.until(lambda: one.taken)
        assert one.looks == [Look.TAKEN]
        assert one.moves == 1


async def test_whoever_asks_for_a_look_moves_what_rests_on_the_policies(tmp_path: Path) -> None:
    """Also where nothing has changed."""
    async with watched(tmp_path, every_s=3600) as one:
        one.asked.set()
        await one.until(lambda: one.looks == [Look.SAME])
        await asyncio.sleep(0)
        assert one.moves == 1


async def test_a_change_between_the_start_and_the_first_look_is_taken(tmp_path: Path) -> None:
    """No file need be touched again."""
    folder = small_policies(tmp_path)
    async with Desk.open(tmp_path, folder, partners=small_partners(folder)) as desk:
        keeper = await desk.keeper()
        change(folder, *CLOSES)
        one = Watched(desk, keeper)
        task = asyncio.create_task(watch(keeper, folder, one.asked, every_s=0.05))
        await one.until(lambda: one.taken)
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        assert one.looks == [Look.TAKEN]


async def test_a_folder_that_is_still_being_written_is_not_taken(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Half of a change could be read and its cases hold, and it is not judged until two looks are alike."""
    written: list[int] = []

    def written_to(folder: Path) -> Stamps:
        if len(written) < 30:
            written.append(len(one.looks))
            path = folder / "sharing-agreement" / "policy.yaml"
            path.write_text(f"{path.read_text()}# line {len(written)}\n")
        return stamps(folder)

    monkeypatch.setattr(watching, "stamps", written_to)
    async with watched(tmp_path, every_s=0.02) as one:
        await one.until(lambda: bool(one.looks) and one.taken)
    assert written == [0] * 30
    assert one.looks == [Look.TAKEN]


async def test_each_failure_is_an_alert_and_a_good_revision_clears_it(tmp_path: Path) -> None:
    """One line for one fault, with the revision that serves on; then that the mended one is in force."""
    with capture_logs() as lines:
        async with watched(tmp_path, every_s=0.05) as one:
            serving = one.keeper.current.revision
            change(one.folder, "categories: [everything]", "categories: [allergy]")
            await one.until(lambda: one.keeper.fault is not None)
            assert "sharing-agreement/policy.yaml:" in (one.keeper.fault or "")
            change(one.folder, "categories: [allergy]", "categories: [allergies]")
            await one.until(lambda: one.taken)
            assert one.keeper.fault is None
    assert [(line["event"], line["log_level"], line["revision"]) for line in lines] == [
        ("policy-broken", "error", serving),
        ("policy-loaded", "info", digest_of(one.folder)[:16]),
    ]


async def test_a_store_that_is_down_keeps_the_last_good_revision_and_is_asked_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One line however often it is asked; nobody touches a file, and what could not be recorded is taken."""

    async def down(*_args: object, **_named: object) -> int:
        raise ServiceDown("audit")

    with capture_logs() as lines:
        async with watched(tmp_path, every_s=0.05) as one:
            before = one.keeper.current
            with monkeypatch.context() as patched:
                patched.setattr(one.desk.store.policy_steps, "record_policy", down)
                change(one.folder, *CLOSES)
                await one.until(lambda: one.looks.count(Look.UNKNOWN) > 1)
                assert one.keeper.current is before
                assert "`audit` is down" in (one.keeper.fault or "")
            await one.until(lambda: one.taken)
            assert one.keeper.fault is None
    assert [line["event"] for line in lines] == ["policy-broken", "policy-loaded"]


async def test_a_fault_that_nobody_foresaw_ends_neither_the_watch_nor_the_policies(tmp_path: Path) -> None:
    """The last good revision serves, readiness says so, and the next look is made."""
    async with watched(tmp_path, every_s=0.05) as one:
        one.broken = True
        change(one.folder, *CLOSES)
        one.asked.set()
        await one.until(lambda: one.keeper.fault is not None)
        assert "could not be judged" in (one.keeper.fault or "")
        one.broken = False
        await one.until(lambda: one.taken)
        assert one.keeper.fault is None
