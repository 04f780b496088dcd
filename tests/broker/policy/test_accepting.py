"""Whose signatures let a revision come into force, and how many it takes."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest

from broker.policy.accepting import NotAccepted, Rules
from broker.policy.keeping import Look
from tests.support.policies_in_force import OPENS, assert_refused, in_force, next_revision
from tests.support.revisions import (
    ADA,
    BEN,
    CLEO,
    FROM,
    UNTIL,
    Desk,
    Hand,
    change,
    digest_of,
    sign,
    small_partners,
    small_policies,
    write_revision,
)

pytestmark = pytest.mark.long

DAY = dt.timedelta(days=1)


async def test_a_first_revision_needs_two_keys_that_the_settings_name(tmp_path: Path) -> None:
    """What is in force, who signed it and that it opens are on file."""
    async with in_force(tmp_path) as desk:
        keeper = await desk.keeper()
        last = await desk.last()
    assert keeper.current.revision == digest_of(desk.place.folder)[:16]
    assert (last.number, last.digest, last.signed_by) == (
        1,
        digest_of(desk.place.folder),
        (ADA.key_id, BEN.key_id),
    )
    assert (last.opens, last.forced) == (True, False)


@pytest.mark.parametrize("named", [(), (ADA,), (ADA, CLEO)], ids=["none", "one", "a stranger"])
async def test_a_first_revision_by_keys_that_the_settings_do_not_name_is_no_start(
    named: tuple[Hand, ...], tmp_path: Path
) -> None:
    """A candidate cannot bring its own signers: the words say what to name, and nothing is on file."""
    folder = write_revision(small_policies(tmp_path), 1)
    sign(folder, ADA, BEN)
    partners = small_partners(folder)
    async with Desk.open(tmp_path, folder, partners=partners, demonstration=False, anchors=named) as desk:
        with pytest.raises(NotAccepted, match="An opening needs 2 of its signers, and has"):
            await desk.keeper()
        assert (await desk.store.policy_steps.policy_trail()).last is None


async def test_policies_without_a_number_are_for_the_demonstration_alone(tmp_path: Path) -> None:
    """Outside it, nothing starts on them."""
    folder = small_policies(tmp_path)
    partners = small_partners(folder)
    async with Desk.open(tmp_path, folder, partners=partners, demonstration=False) as desk:
        with pytest.raises(NotAccepted, match=r"revision\.yaml:1:1: is missing: a revision has a number"):
            await desk.keeper()
        assert (await desk.keeper(rules=Rules(demonstration=True))).fault is None


async def test_a_change_that_only_tightens_needs_one_signature(tmp_path: Path) -> None:
    """None is too few; one, signed as no opening, brings it into force, and the trail says it tightens."""
    async with in_force(tmp_path) as desk:
        keeper = await desk.keeper()
        folder = next_revision(desk)
        await assert_refused(keeper, "A change needs 1 of its signers, and has 0.")
        sign(folder, BEN, opening=False)
        assert await keeper.look() is Look.TAKEN
        last = await desk.last()
    assert keeper.fault is None
    assert keeper.current.revision == digest_of(folder)[:16]
    assert (last.number, last.opens, last.signed_by) == (2, False, (BEN.key_id,))


async def test_an_opening_needs_two_signatures_that_say_so(tmp_path: Path) -> None:
    """One is too few, and so is a second over the words that nothing opens."""
    async with in_force(tmp_path, opened=False) as desk:
        keeper = await desk.keeper()
        folder = next_revision(desk, OPENS)
        sign(folder, ADA)
        await assert_refused(keeper, "An opening needs 2 of its signers, and has 1.")
        sign(folder, BEN, opening=False)
        await assert_refused(keeper, "An opening needs 2 of its signers, and has 1.")
        sign(folder, BEN)
        assert await keeper.look() is Look.TAKEN
        assert (await desk.last()).opens


async def test_the_candidates_own_new_signers_do_not_count(tmp_path: Path) -> None:
    """Keys rotate under existing signatures alone; under two of those they do, and then the new ones sign."""
    eve, dan = Hand("eve"), Hand("dan")
    async with in_force(tmp_path) as desk:
        keeper = await desk.keeper()
        folder = next_revision(desk, signers=(eve, dan))
        sign(folder, eve, dan)
        await assert_refused(keeper, "A change needs 1 of its signers, and has 0.")
        sign(folder, ADA)
        await assert_refused(keeper, "An opening needs 2 of its signers, and has 1.")
        sign(folder, BEN)
        assert await keeper.look() is Look.TAKEN
        previous = digest_of(folder)
        change(folder, "categories: [allergies]", "categories: [problems]")
        write_revision(folder, 3, (eve, dan), previous)
        sign(folder, ADA, BEN)
        await assert_refused(keeper, "has 0")
        sign(folder, eve, dan)
        assert await keeper.look() is Look.TAKEN
        assert (await desk.last()).signed_by == ("eve", "dan")


async def test_new_signers_under_the_ids_of_those_in_force_do_not_count(tmp_path: Path) -> None:
    """An id is a name; the key is whose the revision in force says it is."""
    false_ada, false_ben = Hand(ADA.key_id), Hand(BEN.key_id)
    async with in_force(tmp_path) as desk:
        keeper = await desk.keeper()
        folder = next_revision(desk, signers=(false_ada, false_ben))
        sign(folder, false_ada, false_ben)
        await assert_refused(keeper, "has 0")


async def test_swapped_signature_files_count_for_nobody(tmp_path: Path) -> None:
    """Each key signs in the file of its own id."""
    async with in_force(tmp_path) as desk:
        keeper = await desk.keeper()
        folder = next_revision(desk)
        sign(folder, ADA, BEN)
        first, second = (folder / "signatures" / f"{one.key_id}.sig" for one in (ADA, BEN))
        one, other = first.read_bytes(), second.read_bytes()
        first.write_bytes(other)
        second.write_bytes(one)
        await assert_refused(keeper, "has 0")


async def test_a_signature_over_another_content_does_not_count(tmp_path: Path) -> None:
    """Neither the last revision's nor one that was made before the last edit."""
    async with in_force(tmp_path) as desk:
        keeper = await desk.keeper()
        folder = next_revision(desk)
        await assert_refused(keeper, "has 0")  # the first revision's signatures are still there
        sign(folder, ADA, BEN)
        change(folder, "categories: [allergies]", "categories: [allergies, plans]")
        await assert_refused(keeper, "has 0")


async def test_one_key_under_two_ids_is_refused_where_it_is_written(tmp_path: Path) -> None:
    """Line and column of the second: two signatures are two people's."""
    twin = Hand("twin", ADA.private)
    async with in_force(tmp_path) as desk:
        keeper = await desk.keeper()
        next_revision(desk, signers=(ADA, twin))
        assert await keeper.look() is Look.BROKEN
    assert "revision.yaml:13:5:" in (keeper.fault or "")
    assert "stands here a second time" in (keeper.fault or "")


async def test_expired_and_future_signers_do_not_count(tmp_path: Path) -> None:
    """Half-open: a key counts from its first day until before its last."""
    async with in_force(tmp_path) as desk:
        keeper = await desk.keeper()
        folder = next_revision(desk)
        sign(folder, ADA, BEN)
        desk.clock.wall = dt.datetime(2027, 1, 1, tzinfo=dt.UTC)
        await assert_refused(keeper, "No key of the revision in force counts now.")
        desk.clock.wall -= dt.timedelta(seconds=1)
        assert await keeper.look() is Look.TAKEN
    days = (FROM - DAY, FROM, UNTIL - DAY, UNTIL)
    assert [CLEO.signer.counts_on(day) for day in days] == [False, True, True, False]


async def test_a_clock_that_was_set_back_revives_no_signer(tmp_path: Path) -> None:
    """The newest record of the trail is a high-water mark that a restart keeps."""
    async with in_force(tmp_path) as desk:
        await desk.keeper()
        desk.clock.wall = dt.datetime(2027, 1, 1, tzinfo=dt.UTC)
        last = await desk.last()
        await desk.store.policy_steps.record_policy(last, after=last)  # anything that is recorded then
        desk.clock.wall = dt.datetime(2026, 6, 1, tzinfo=dt.UTC)
        keeper = await desk.keeper()
        folder = next_revision(desk)
        sign(folder, ADA, BEN)
        await assert_refused(keeper, "has 0")


@pytest.mark.parametrize(
    ("number", "says"),
    [
        (1, "Revision 1 is in force already, with other content."),
        (3, "Revision 3 is not the next after revision 1."),
    ],
    ids=["reused", "skipped"],
)
async def test_a_number_is_exactly_the_next(number: int, says: str, tmp_path: Path) -> None:
    """Reused or skipped it is refused, whoever signed, at its line; a start is refused too."""
    async with in_force(tmp_path) as desk:
        keeper = await desk.keeper()
        folder = next_revision(desk)
        write_revision(folder, number, previous=(await desk.last()).digest)
        sign(folder, ADA, BEN)
        await assert_refused(keeper, says)
        assert "revision.yaml:1:1:" in (keeper.fault or "")
        with pytest.raises(NotAccepted, match=says):
            await desk.keeper()


async def test_a_revision_that_leaves_fewer_than_two_signers_is_refused(tmp_path: Path) -> None:
    """Nobody could sign an opening after it."""
    async with in_force(tmp_path) as desk:
        keeper = await desk.keeper()
        folder = next_revision(desk, signers=(ADA,))
        sign(folder, ADA, BEN)
        await assert_refused(keeper, "`signers` names 1: nobody could sign an opening after this one.")


async def test_words_that_no_request_shows_count_as_an_opening(tmp_path: Path) -> None:
    """What a refused caller reads is in no cell: a change of it is not proved to tighten."""
    async with in_force(tmp_path) as desk:
        keeper = await desk.keeper()
        path = desk.place.folder / "disclosure" / "policy.yaml"
        head, _, tail = path.read_text().partition("neutral:")
        folder = next_revision(desk)
        path.write_text(head + "neutral:" + tail.replace("You may not", "You cannot", 1))
        assert path.read_text().count("You cannot") == 1
        sign(folder, ADA)
        await assert_refused(keeper, "An opening needs 2")
        sign(folder, BEN)
        assert await keeper.look() is Look.TAKEN


async def test_a_copy_in_force_that_was_altered_lets_nobody_sign(tmp_path: Path) -> None:
    """Whose keys count is read from bytes that the trail names, or from nowhere."""
    async with in_force(tmp_path) as desk:
        keeper = await desk.keeper()
        copy = desk.place.kept / digest_of(desk.place.folder)
        folder = next_revision(desk, signers=(CLEO, Hand("dan")))
        sign(folder, CLEO, ADA, BEN)
        text = (copy / "revision.yaml").read_text()
        (copy / "revision.yaml").write_text(text.replace("decision 1", "decision 2"))
        await assert_refused(keeper, "has 0")
