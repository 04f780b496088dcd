"""Faults put into the product on purpose, one at a time, to prove that the judge finds what it looks for."""

from __future__ import annotations

import asyncio
import dataclasses
import sqlite3
from collections.abc import Callable, Coroutine, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from typing import Any
from unittest.mock import patch

from broker.adapters.release_store import links, register, store
from broker.adapters.release_store.store import SqliteReleaseStore
from broker.adapters.release_store.writer import Job
from broker.domain.audit import Disclosure, Intent
from broker.domain.decision import Judgement
from broker.domain.identity import PatientIdentity
from broker.domain.objection_life import ObjectionEvent
from broker.pipeline import Question, Reply, Services, answering, opening
from broker.pipeline.answering import Answering
from broker.pipeline.audit import Trail
from broker.pipeline.handing_on import HandedOn
from broker.pipeline.streaming import Streaming, way
from tests.race.stepping import is_stepped

# What is patched: the object, the name, and what stands there instead.
Patches = tuple[tuple[object, str, object], ...]
_at_large: set[asyncio.Future[Any]] = set()


def _left_alone(work: Coroutine[Any, Any, Any]) -> None:
    """Begun, and waited for by nobody; that it fails is nobody's to hear either."""
    task = asyncio.ensure_future(work)
    _at_large.add(task)

    def over(done: asyncio.Future[Any]) -> None:
        _at_large.discard(done)
        done.exception()

    task.add_done_callback(over)


def no_look_at_the_register() -> Patches:
    """The release is recorded whatever the register says."""
    return ((SqliteReleaseStore, "_refuse_if_moved", lambda *_: None),)


def no_look_at_the_grant() -> Patches:
    """The release is recorded whether or not its emergency access still holds."""
    return ((SqliteReleaseStore, "_refuse_if_no_longer_granted", lambda *_: None),)


def judged_once() -> Patches:
    """When anything moved, the judgement made after the index is taken for a new one."""
    kept: dict[Answering, Judgement] = {}
    original = Answering._judged

    def judged(self: Answering, patient: PatientIdentity | None) -> Judgement:
        if patient is None:
            return original(self, patient)
        if self not in kept:
            kept[self] = original(self, patient)
        again = dataclasses.replace(kept[self], objection_version=self._objections.version)
        self._trail.judged(again)
        return again

    return ((Answering, "_judged", judged), (Answering, "_moved", lambda *_: False))


def stale_copy() -> Patches:
    """The register is read from a copy that was made when the person was first asked about."""
    copies: dict[tuple[bytes, ...], Any] = {}
    snapshot, version = register.snapshot_under, register.version_under

    def of_copy(database: Any, ring: Any, hashes: list[bytes]) -> Any:
        key = tuple(sorted(hashes))
        if key not in copies:
            copies[key] = snapshot(database, ring, hashes)
        return copies[key]

    def version_of_copy(database: Any, hashes: list[bytes]) -> int:
        copy = copies.get(tuple(sorted(hashes)))
        return version(database, hashes) if copy is None else copy.version

    return ((register, "snapshot_under", of_copy), (register, "version_under", version_of_copy))


def forgotten_numbers() -> Patches:
    """Only the number that was asked for counts, whatever the index says."""
    original = Trail.about

    def about(self: Trail, numbers: Any) -> None:
        if not self.context.numbers:
            original(self, numbers)

    return (
        (Trail, "about", about),
        (links, "linked_with", lambda _database, _ring, numbers, **_when: numbers),
    )


def unlinked_numbers() -> Patches:
    """What the index says of two numbers is not put on file."""

    async def nothing(*_: Any) -> None:
        return None

    return ((SqliteReleaseStore, "link_numbers", nothing),)


def recorded_then_looked() -> Patches:
    """The disclosure is recorded first, and the register looked at afterwards."""

    async def release(self: SqliteReleaseStore, disclosure: Disclosure, /) -> int:
        number = await _appended(self, disclosure)
        await _looked(self, disclosure)
        return number

    return ((SqliteReleaseStore, "release", release),)


def looked_then_recorded() -> Patches:
    """The register is looked at in one transaction, and the disclosure recorded in the next."""

    async def release(self: SqliteReleaseStore, disclosure: Disclosure, /) -> int:
        await _looked(self, disclosure)
        return await _appended(self, disclosure)

    return ((SqliteReleaseStore, "release", release),)


async def _looked(self: SqliteReleaseStore, disclosure: Disclosure) -> None:
    def look(database: sqlite3.Connection) -> None:
        self._refuse_if_moved(database, disclosure)
        self._refuse_if_no_longer_granted(database, disclosure.context.grant_id)

    await self._asked(look)


async def _appended(self: SqliteReleaseStore, disclosure: Disclosure) -> int:
    prepare = lambda: store.entries.disclosure_entry(disclosure, self._ring)  # noqa: E731 - as the store's own
    number: int = await self._writer.do(Job(service="audit", prepare=prepare, run=self._append))
    return number


def acknowledged_too_early() -> Patches:
    """An objection is said to be in force while it still waits to be written."""
    original = SqliteReleaseStore.append_event

    async def append_event(self: SqliteReleaseStore, event: ObjectionEvent, /) -> int | None:
        if not is_stepped():
            return await original(self, event)
        _left_alone(original(self, event))
        return None

    return ((SqliteReleaseStore, "append_event", append_event),)


def released_too_early() -> Patches:
    """The answer goes out while its disclosure still waits to be written."""
    original = Trail.release

    async def release(self: Trail, *given: Any) -> None:
        _left_alone(original(self, *given))

    return ((Trail, "release", release),)


def asked_too_early() -> Patches:
    """The index is asked while the intent still waits to be written."""
    original = SqliteReleaseStore.record_intent

    async def intend(self: Trail) -> int:
        intent = Intent(context=self.context, at=self._clock.now(), reasons=self._reasons)
        _left_alone(original(self._store, intent))  # type: ignore[arg-type] # the store of the race is the real one
        self.intent_sequence = 1
        return 1

    return ((Trail, "intend", intend),)


def looser_of_two() -> Patches:
    """Of two judgements the earlier holds."""

    def earlier_one(earlier: Judgement, later: Judgement) -> Judgement:
        return dataclasses.replace(
            earlier, objection_version=later.objection_version, revision=later.revision
        )

    return ((answering, "stricter", earlier_one), (opening, "stricter", earlier_one))


def parts_forgotten() -> Patches:
    """What is held back in part is forgotten when it is judged again."""
    original = answering.stricter

    def without_parts(earlier: Judgement, later: Judgement) -> Judgement:
        narrowed = original(earlier, later)
        decisions = tuple(dataclasses.replace(one, withholds=()) for one in narrowed.decisions)
        return dataclasses.replace(narrowed, decisions=decisions)

    return ((answering, "stricter", without_parts), (opening, "stricter", without_parts))


def policies_of_the_beginning() -> Patches:
    """A policy that came meanwhile is for the next request."""
    original = Answering.__init__

    def begun(self: Answering, question: Question, services: Services, trail: Trail) -> None:
        first = services.policies()
        original(self, question, dataclasses.replace(services, policies=lambda: first), trail)

    return ((Answering, "__init__", begun),)


def never_looked_again() -> Patches:
    """A document on its way goes on to its end."""

    async def nothing(_self: HandedOn) -> None:
        return None

    return ((HandedOn, "_look_again", nothing),)


def last_piece_unlooked() -> Patches:
    """A document is looked at by the clock alone, and its last piece goes out unseen."""
    original = HandedOn._look_again

    async def look_again(self: HandedOn) -> None:
        if not self._all_here:
            await original(self)

    return ((HandedOn, "_look_again", look_again),)


def released_with_the_first_part() -> Patches:
    """A stream whose later parts go out under the release of the first."""

    async def nothing(*_: Any) -> None:
        return None

    return ((Streaming, "release", nothing),)


def gone_on_with_less() -> Patches:
    """A stream that shows less from now on, and leaves what was shown on the screen."""
    return ((way, "opens_less", lambda *_: False),)


def kept_answers() -> Patches:
    """An answer is kept, and given again to whoever asks the same."""
    kept: dict[Any, Reply] = {}
    original = Answering.reply

    async def reply(self: Answering) -> Reply:
        asked = self._question
        key = (id(self._services), asked.authorization, asked.interaction, asked.number_text, asked.count)
        if asked.number_text is None:
            return await original(self)
        if key not in kept:
            kept[key] = await original(self)
        return kept[key]

    return ((Answering, "reply", reply),)


PLANTS: Mapping[str, Callable[[], Patches]] = {
    made.__name__: made
    for made in (
        no_look_at_the_register,
        no_look_at_the_grant,
        judged_once,
        stale_copy,
        forgotten_numbers,
        unlinked_numbers,
        recorded_then_looked,
        looked_then_recorded,
        acknowledged_too_early,
        released_too_early,
        asked_too_early,
        looser_of_two,
        parts_forgotten,
        policies_of_the_beginning,
        never_looked_again,
        last_piece_unlooked,
        released_with_the_first_part,
        gone_on_with_less,
        kept_answers,
    )
}


@contextmanager
def planted(name: str) -> Iterator[None]:
    """The product with this fault in it."""
    with ExitStack() as stack:
        for where, what, instead in PLANTS[name]():
            stack.enter_context(patch.object(where, what, instead))
        yield
