"""A first revision in force on a real store, and the next one on its way."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from broker.policy.keeping import Look, PolicyKeeper
from tests.support.revisions import (
    ADA,
    BEN,
    Desk,
    change,
    digest_of,
    sign,
    small_partners,
    small_policies,
    write_revision,
)

CLOSES = ("categories: [everything]", "categories: [allergies]")
OPENS = (CLOSES[1], CLOSES[0])


@asynccontextmanager
async def in_force(
    tmp_path: Path, *, opened: bool = True, demonstration: bool = False
) -> AsyncIterator[Desk]:
    """Revision 1 of two hospitals, signed by two, outside the demonstration. `opened` is whether the first
    shows everything.
    """
    folder = small_policies(tmp_path)
    partners = small_partners(folder)
    if not opened:
        change(folder, *CLOSES)
    write_revision(folder, 1)
    sign(folder, ADA, BEN)
    async with Desk.open(tmp_path, folder, partners=partners, demonstration=demonstration) as desk:
        yield desk


def next_revision(desk: Desk, edit: tuple[str, str] = CLOSES, **other: object) -> Path:
    """The next number after what stands in the folder, with one edit; nobody has signed it."""
    folder = desk.place.folder
    previous = digest_of(folder)
    change(folder, *edit)
    write_revision(folder, 2, previous=previous, **other)  # type: ignore[arg-type] # the keywords of write_revision
    return folder


async def assert_refused(keeper: PolicyKeeper, says: str) -> None:
    """The look changes nothing, and the fault says why."""
    before = keeper.current
    assert await keeper.look() is Look.REFUSED
    assert keeper.current is before
    assert says in (keeper.fault or ""), keeper.fault
