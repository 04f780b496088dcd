"""Revisions follow each other: one by one, never back, alike on every process."""

from __future__ import annotations

import datetime as dt
import shutil
from pathlib import Path

import pytest

from broker.files import FileFault
from broker.policy.accepting import NotAccepted
from broker.policy.keeping import Look
from tests.support.policies_in_force import CLOSES, OPENS, assert_refused, in_force, next_revision
from tests.support.revisions import (
    ADA,
    BEN,
    Hand,
    change,
    digest_of,
    sign,
    write_revision,
)

pytestmark = pytest.mark.long


async def test_an_older_revision_does_not_come_back(tmp_path: Path) -> None:
    """Its files and its signatures are as they were, and it is refused, later and at a start."""
    async with in_force(tmp_path) as desk:
        keeper = await desk.keeper()
        folder = next_revision(desk)
        sign(folder, ADA)
        assert await keeper.look() is Look.TAKEN
        change(folder, *OPENS)
        write_revision(folder, 1)
        sign(folder, ADA, BEN)
        await assert_refused(keeper, "Revision 1 is no newer than revision 2.")
        with pytest.raises(NotAccepted, match="no newer than revision 2"):
            await desk.keeper()


async def test_a_previous_that_is_not_in_force_is_refused(tmp_path: Path) -> None:
    """A change was compared with something else than what it would replace."""
    async with in_force(tmp_path) as desk:
        keeper = await desk.keeper()
        folder = next_revision(desk)
        write_revision(folder, 2, previous="0" * 64)
        sign(folder, ADA, BEN)
        await assert_refused(keeper, "revision.yaml:2:1: `previous` is not the revision in force.")


async def test_numbers_hold_in_the_demonstration_too(tmp_path: Path) -> None:
    """It needs no signature, and once it has a number it goes neither back nor on without one."""
    async with in_force(tmp_path, opened=False, demonstration=True) as desk:
        keeper = await desk.keeper()
        folder = next_revision(desk, OPENS)
        assert await keeper.look() is Look.TAKEN
        write_revision(folder, 1)
        await assert_refused(keeper, "no newer than revision 2")
        (folder / "revision.yaml").unlink()
        await assert_refused(keeper, "is missing: a revision has a number")


async def test_every_process_on_one_store_takes_what_another_accepted(tmp_path: Path) -> None:
    """One record for one revision, and a second process needs no judgement of its own."""
    async with in_force(tmp_path) as desk:
        first, second = await desk.keeper(), await desk.keeper()
        folder = next_revision(desk)
        sign(folder, ADA, BEN)
        assert await first.look() is Look.TAKEN
        desk.clock.wall = dt.datetime(2027, 2, 1, tzinfo=dt.UTC)  # the signers have expired meanwhile
        assert await second.look() is Look.TAKEN
        assert await second.look() is Look.SAME
        assert second.current.revision == first.current.revision == digest_of(folder)[:16]


async def test_an_older_revision_comes_back_by_force_and_the_numbers_go_on_from_the_highest(
    tmp_path: Path,
) -> None:
    """It is on file who forced it and why; what was forced away does not come back by itself."""
    async with in_force(tmp_path) as desk:
        keeper = await desk.keeper()
        first, folder = digest_of(desk.place.folder), next_revision(desk)
        sign(folder, ADA)
        assert await keeper.look() is Look.TAKEN
        shutil.copytree(folder, tmp_path / "second")
        change(folder, *OPENS)
        write_revision(folder, 1)
        sign(folder, ADA, BEN)
        await desk.changing.force(by_role="board", by_name="Imaginary Ash", because="it hid allergies")
        step = await desk.last()
        assert (step.number, step.highest, step.digest, step.forced) == (1, 2, first, True)
        assert (step.by_role, step.because, step.signed_by) == (
            "board",
            "it hid allergies",
            (ADA.key_id, BEN.key_id),
        )
        assert await keeper.look() is Look.FORCED
        shutil.copytree(tmp_path / "second", folder, dirs_exist_ok=True)
        await assert_refused(keeper, "Revision 2 is no newer than revision 2.")
        write_revision(folder, 3, previous=first)
        sign(folder, ADA, BEN)
        assert await keeper.look() is Look.TAKEN


async def test_a_force_goes_around_no_signature(tmp_path: Path) -> None:
    """Two that count, by signers in force or by anchored ones, or nothing is on file."""
    eve, dan = Hand("eve"), Hand("dan")
    async with in_force(tmp_path) as desk:
        await desk.keeper()
        before, folder = await desk.last(), desk.place.folder
        change(folder, *CLOSES)
        write_revision(folder, 7, (eve, dan))
        for hands in ((), (ADA,), (eve, dan, ADA)):
            sign(folder, *hands)
            with pytest.raises(NotAccepted, match="An opening needs 2"):
                await desk.changing.force(by_role="board", by_name="Ash", because="why")
        assert await desk.last() == before
        sign(folder, BEN)
        assert (await desk.changing.force(by_role="board", by_name="Ash", because="why")).number == 7


async def test_a_lost_copy_in_force_is_left_by_force_with_anchored_keys(tmp_path: Path) -> None:
    """Nobody is known to have signed it then; whom the settings name may, and the new copy is kept."""
    async with in_force(tmp_path) as desk:
        keeper = await desk.keeper()
        folder = next_revision(desk)
        sign(folder, ADA, BEN)
        shutil.rmtree(desk.place.kept)
        await assert_refused(keeper, "has 0")
        await desk.changing.force(by_role="board", by_name="Ash", because="a lost disk")
        assert await keeper.look() is Look.FORCED
        with pytest.raises(NotAccepted, match="There is nothing to force"):
            await desk.changing.force(by_role="board", by_name="Ash", because="again")


async def test_a_force_of_broken_policies_is_refused(tmp_path: Path) -> None:
    """What cannot be read or fails its cases is in force nowhere, whoever says so."""
    async with in_force(tmp_path, demonstration=True) as desk:
        await desk.keeper()
        before = await desk.last()
        change(desk.place.folder, "categories: [everything]", "categories: [allergy]")
        with pytest.raises(FileFault, match="`allergy` is not a word"):
            await desk.changing.force(by_role="board", by_name="Ash", because="why")
        assert await desk.last() == before
