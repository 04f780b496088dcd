"""A store, its keys and a way to run the commands of a desk over them, as a script would."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import click
from click.testing import CliRunner, Result

from broker.adapters.keys import make_development_keys, read_key_ring
from broker.adapters.release_store import SqliteReleaseStore
from tests.support.clocks import HandClock
from tests.support.stores import NOON, disclosure, ending, intent, refusal

CHECKED = ("--channel", "phone", "--identity-check", "questions", "--identifier", "birth-date")
SECOND = ("--many-by-role", "team leader", "--many-by-name", "Imaginary Birch")
BY = ("--by-role", "privacy officer", "--by-name", "Imaginary Ash")


@dataclass(frozen=True)
class Desk:
    """Where a test's store and ring are."""

    folder: Path

    @property
    def store_path(self) -> Path:
        """The database."""
        return self.folder / "release.db"

    @property
    def keys_path(self) -> Path:
        """The ring."""
        return self.folder / "keys" / "keys.yaml"

    @property
    def place(self) -> tuple[str, ...]:
        """The options that name both."""
        return ("--store", str(self.store_path), "--keys", str(self.keys_path))

    def run(self, command: click.Command, *arguments: str, typed: str = "") -> Result:
        """One command with `typed` on standard input."""
        return CliRunner().invoke(command, [*arguments, *self.place], input=typed)

    def json(self, command: click.Command, *arguments: str, typed: str = "") -> Any:
        """The JSON that a command that succeeds writes."""
        result = self.run(command, *arguments, "--json", typed=typed)
        assert result.exit_code == 0, result.output
        return json.loads(result.stdout)

    def with_store(self, work: Callable[[SqliteReleaseStore], Awaitable[None]]) -> None:
        """Do something as the broker would."""

        async def run() -> None:
            ring = read_key_ring(self.keys_path, environment="demonstration")
            store = SqliteReleaseStore.open(self.store_path, ring, HandClock(NOON))
            await work(store)
            await store.aclose()

        asyncio.run(run())


def make_desk(folder: Path) -> Desk:
    """A desk whose store holds one released request and one refused one of Ada's."""
    desk = Desk(folder)
    make_development_keys(folder / "keys")

    async def fill(store: SqliteReleaseStore) -> None:
        number = await store.record_intent(intent())
        await store.release(disclosure(number))
        await store.record_ending(ending(number))
        await store.record_refusal(refusal())

    desk.with_store(fill)
    return desk
