"""Files of objections of made-up people, a real store, and both put together as the desk does it."""

from __future__ import annotations

from collections import Counter
from collections.abc import AsyncIterator, Iterable, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

from broker.adapters.keys import KeyRing
from broker.adapters.release_store import SqliteReleaseStore
from broker.domain.identity import check_digit_holds
from broker.domain.objection_life import Actor
from broker.objections.importing import Importing, Result, Sender
from broker.objections.reconciling import Found, Reconciling
from broker.objections.source_file import SourceFile, form_of
from tests.support.clocks import HandClock
from tests.support.stores import NOON

SENDER = Sender(source="practice-system", by=Actor(role="call handler", name="Imaginary Rowan"))
HEADINGS = ("row_id", "nhs_number", "status", "received_at", "identity_check", "categories")


def numbers(count: int) -> list[str]:
    """So many NHS numbers that are never issued."""
    found: list[str] = []
    candidate = 9_990_000_000
    while len(found) < count:
        candidate += 1
        if check_digit_holds(str(candidate)):
            found.append(str(candidate))
    return found


def csv_file(folder: Path, rows: Iterable[Sequence[str]], *, name: str = "rows.csv") -> Path:
    """A file with these rows under HEADINGS; cells that a row does not have are empty."""
    path = folder / name
    wide = ((*row, *[""] * (len(HEADINGS) - len(row))) for row in rows)
    path.write_text("\n".join(",".join(cells) for cells in (HEADINGS, *wide)) + "\n")
    return path


class Intake:
    """A store, and files that are imported into it and reconciled with it."""

    def __init__(self, store: SqliteReleaseStore, clock: HandClock) -> None:
        self.store, self.clock = store, clock

    def survey(self, path: Path) -> SourceFile:
        """The file, read once."""
        partners = frozenset({"acute"})
        return SourceFile.survey(path, form_of(path), partners=partners, now=self.clock.now())

    async def take(self, path: Path, *, sender: Sender = SENDER) -> list[Result]:
        """Import it: how each row ended."""
        importing = Importing(self.store, self.clock, sender, pause_s=0)
        return [one async for batch in importing.run(self.survey(path).readings()) for one in batch]

    async def count(self, path: Path, *, source: str = SENDER.source) -> tuple[Counter[str], list[Found]]:
        """Reconcile it: how many rows stand how, with how many in surplus, and each row."""
        reconciling = Reconciling(self.store, source)
        rows = [one async for batch in reconciling.run(self.survey(path).readings()) for one in batch]
        accounted = frozenset[str]().union(*(row.objections for row in rows))
        counts = Counter(row.standing.value for row in rows)
        counts["surplus"] = len(await reconciling.surplus(accounted))
        return counts, rows


@asynccontextmanager
async def intake_over(path: Path, ring: KeyRing) -> AsyncIterator[Intake]:
    """An intake over the store at `path`; its clock stands at noon."""
    clock = HandClock(NOON)
    store = SqliteReleaseStore.open(path, ring, clock, chain="desk", reserve_pieces=1)
    try:
        yield Intake(store, clock)
    finally:
        await store.aclose()
