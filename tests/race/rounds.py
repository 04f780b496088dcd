"""Objections recorded by the real command while four brokers are asked without a pause: how long each took.

Whether it holds does not depend on how long it took: no request that began after the command returned may
be answered, and in the order of the store's records no disclosure stands between an objection and its
withdrawal.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import sqlite3
import sys
from asyncio.subprocess import PIPE
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from tests.race.four_brokers import BROKERS, SEEN, Four, four_brokers
from tests.support.desk import CHECKED
from tests.support.network import TAKER, objections_desk
from tests.support.small_network import NUMBER
from tests.support.stores import TAKEN_BACK

CLIENTS_EACH = 2
_OK, _REFUSED = 200, 403
_BY = ("--by-role", "call handler", "--by-name", "Imaginary Rowan")
_RECORD = (*CHECKED, "--consequences-explained", "--json")


@dataclass(frozen=True, slots=True)
class Answer:
    """One answer of one broker: when it was asked for and when it was here, in seconds of the loop."""

    began_s: float
    ended_s: float
    status: int
    shows: bool


@dataclass(slots=True)
class Asked:
    """What one broker answered, newest last, and a bell that rings with each."""

    base: str
    answers: list[Answer] = field(default_factory=list)
    rung: asyncio.Event = field(default_factory=asyncio.Event)

    async def next_answer(self) -> None:
        """Until one more has come."""
        self.rung.clear()
        await self.rung.wait()

    async def first(self, status: int, after_s: float) -> Answer:
        """The first answer of this status that was here after that moment."""
        while True:
            for answer in self.answers:
                if answer.status == status and answer.ended_s > after_s:
                    return answer
            await self.next_answer()

    async def first_asked(self, status: int, after_s: float) -> None:
        """Until this status has answered something that was asked after that moment."""
        while not any(answer.status == status and answer.began_s > after_s for answer in self.answers):
            await self.next_answer()


@dataclass(slots=True)
class Rounds:
    """`took_ms` are from the command's return to the refusal heard next, of each process in each round."""

    rounds: int = 0
    took_ms: list[float] = field(default_factory=list)
    statuses: Counter[int] = field(default_factory=Counter)
    answered_after: int = 0
    disclosed_after: int = 0
    commands_refused: int = 0

    @property
    def median_ms(self) -> float:
        """Over all processes and rounds."""
        return sorted(self.took_ms)[len(self.took_ms) // 2] if self.took_ms else 0.0

    @property
    def max_ms(self) -> float:
        """The longest."""
        return max(self.took_ms, default=0.0)


async def played(folder: Path, rounds: int) -> Rounds:
    """So many objections, each withdrawn before the next."""
    found = Rounds()
    async with four_brokers(folder) as four, objections_desk(four.settings) as register:
        asked = [Asked(base) for base in four.bases]
        clients = [asyncio.create_task(_client(four, one)) for one in asked for _ in range(CLIENTS_EACH)]
        try:
            for _ in range(rounds):
                objection_id = await _round(four, asked, found)
                await register.withdraw(objection_id, TAKEN_BACK, by=TAKER)
        finally:
            for client in clients:
                client.cancel()
            await asyncio.gather(*clients, return_exceptions=True)
    found.disclosed_after = disclosed_after(four.settings.store_path)
    return found


async def _client(four: Four, asked: Asked) -> None:
    """A clinical system that asks again as soon as it has an answer."""
    loop = asyncio.get_running_loop()
    url = f"{asked.base}/Patient/{four.patient_id}/$everything"
    while True:
        began_s = loop.time()
        async with four.session.get(url, headers=four.headers) as response:
            body = await response.read()
        asked.answers.append(Answer(began_s, loop.time(), response.status, SEEN in body))
        asked.rung.set()


async def _round(four: Four, asked: Sequence[Asked], found: Rounds) -> str:
    """One objection; its id."""
    loop = asyncio.get_running_loop()
    began_s = loop.time()
    await asyncio.gather(*(one.first_asked(_OK, began_s) for one in asked))
    objection_id = await _recorded(four, found)
    returned_s = loop.time()
    refusals = await asyncio.gather(*(one.first(_REFUSED, returned_s) for one in asked))
    await asyncio.gather(*(one.first_asked(_REFUSED, returned_s) for one in asked))
    found.rounds += 1
    found.took_ms += [1000 * (refusal.ended_s - returned_s) for refusal in refusals]
    for one in asked:
        found.statuses.update(answer.status for answer in one.answers)
        late = [answer for answer in one.answers if answer.began_s > returned_s]
        found.answered_after += sum(answer.status == _OK or answer.shows for answer in late)
        one.answers.clear()
    return objection_id


async def _recorded(four: Four, found: Rounds) -> str:
    """`watersmeet objection record`, again where the store was too busy for it."""
    config = str(four.settings.config_dir)
    command = (sys.executable, "-m", "broker", "objection", "record", "--config", config, *_RECORD, *_BY)
    while True:
        process = await asyncio.create_subprocess_exec(*command, stdin=PIPE, stdout=PIPE, stderr=PIPE)
        said, complained = await process.communicate(f"{NUMBER}\n".encode())
        if process.returncode == 0:
            objection_id: str = json.loads(said)["objection"]
            return objection_id
        assert found.commands_refused < BROKERS * CLIENTS_EACH, complained.decode()
        found.commands_refused += 1


def disclosed_after(store: Path) -> int:
    """Disclosures between an objection's first record and its last, which is the withdrawal's."""
    query = (
        "WITH held AS (SELECT min(id) AS since, max(id) AS until FROM record "
        "WHERE kind = 'objection' GROUP BY subject) "
        "SELECT count(*) FROM record WHERE kind = 'disclosure' "
        "AND EXISTS (SELECT 1 FROM held WHERE since < id AND id < until)"
    )
    with contextlib.closing(sqlite3.connect(f"file:{store}?mode=ro", uri=True)) as database:
        count: int = database.execute(query).fetchone()[0]
    return count
