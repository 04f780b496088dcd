"""A pipeline over partners that answer when they are let, so that a test decides who comes first."""

from __future__ import annotations

import asyncio
import dataclasses
import json
from collections.abc import AsyncIterator, Iterable, Iterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from broker.domain.audit import RecordKind
from broker.domain.decision import Naming
from broker.domain.limits import BrokerLimits
from broker.domain.outcome import OutcomeLabel
from broker.domain.policy import PolicySet
from broker.domain.query import Interaction
from broker.pipeline import Services
from broker.pipeline.fanout import Road
from broker.pipeline.question import BodyStream
from broker.ports.connector import Ending, HttpRequest, HttpResponse, Page, Request
from broker.ports.transport import CallPermit
from tests.support import trail
from tests.support.event_streams import Heard, Reader, events_in
from tests.support.pipeline_alone import Alone, OneUser, Script, pipeline_over
from tests.support.records import entry, patient

NAMES = ("alder", "beech", "cedar", "damson")
_WHOLE = Ending(OutcomeLabel.COMPLETE)
_READ = HttpRequest(method="GET", path="Patient/1/$everything")


@dataclass(slots=True)
class Gated:
    """A partner that holds its answer until the gate is open."""

    opened: asyncio.Event = field(default_factory=asyncio.Event)
    asked: asyncio.Event = field(default_factory=asyncio.Event)
    left: asyncio.Event = field(default_factory=asyncio.Event)

    async def send(self, _request: Request, _permit: CallPermit, /) -> HttpResponse:
        """Nothing of it is read."""
        self.asked.set()
        try:
            await self.opened.wait()
        except asyncio.CancelledError:
            self.left.set()
            raise
        return HttpResponse(status=200, headers={}, body=b"")

    async def aclose(self) -> None:
        """Nothing is open."""


@dataclass(slots=True)
class Holds:
    """What a partner says when it is let. The Patient comes with the items, unless there are none."""

    items: tuple[dict[str, Any], ...] = ()
    ending: Ending = _WHOLE


@dataclass(slots=True)
class World:
    """The pipeline, each partner's gate and what it holds."""

    alone: Alone
    gates: dict[str, Gated]
    holds: dict[str, Holds]
    policies: list[PolicySet]

    @property
    def services(self) -> Services:
        """What the pipeline works with."""
        return self.alone.services

    def named(self, **naming: Naming) -> None:
        """Let policy tell of these partners otherwise than plainly."""
        policies = self.services.policies()
        said = dataclasses.replace(policies.disclosure, naming={**policies.disclosure.naming, **naming})
        self.judged_by(dataclasses.replace(policies, disclosure=said))

    def judged_by(self, policies: PolicySet) -> None:
        """From now on."""
        self.policies[:] = [policies]

    async def filed(self) -> list[trail.Row]:
        """Every record, once all that is owed to the trail is written."""
        while self.services.background:
            await asyncio.wait(self.services.background)
        return trail.rows_in(self.alone.folder / "releases.sqlite")

    @property
    def disclosed(self) -> list[trail.Row]:
        """The disclosures on file so far."""
        rows = trail.rows_in(self.alone.folder / "releases.sqlite")
        return [row for row in rows if row.body.kind is RecordKind.DISCLOSURE]

    def shut(self) -> None:
        """Nobody answers until it is let."""
        for gate in self.gates.values():
            gate.opened.clear()

    def open(self, names: Iterable[str] = NAMES) -> None:
        """Let these answer."""
        for name in names:
            self.gates[name].opened.set()

    async def stream(self, **changes: Any) -> Listener:
        """Ask, and listen."""
        reply = await self.alone.ask(interaction=Interaction.STREAM, **changes)
        assert reply.stream is not None
        return Listener(reply.stream)

    async def record(self, **changes: Any) -> dict[str, Any]:
        """The whole record, from partners that all answer at once; fractions are the text that was sent."""
        self.open()
        reply = await self.alone.ask(interaction=Interaction.EVERYTHING, **changes)
        assert reply.finished is not None
        reply.finished("sent", 0)
        record: dict[str, Any] = json.loads(b"".join(reply.body), parse_float=str)
        return record


class Listener:
    """Takes a stream as quickly as it comes, and says what has come."""

    def __init__(self, stream: BodyStream) -> None:
        self._stream = stream
        self.raw = b""
        self._came = asyncio.Event()
        self._task = asyncio.get_running_loop().create_task(self._listen())

    async def _listen(self) -> None:
        while piece := await self._stream.piece():
            self.raw += piece
            self._came.set()
        self._stream.ended("sent", len(self.raw))

    @property
    def events(self) -> list[Heard]:
        """So far."""
        return events_in(self.raw)

    async def until(self, name: str, count: int = 1) -> None:
        """As many events of this name have come."""
        async with asyncio.timeout(5):
            while sum(one.name == name for one in self.events) < count:
                self._came.clear()
                await self._came.wait()

    async def until_comments(self, count: int) -> None:
        """As many comments have come."""
        async with asyncio.timeout(5):
            while self.raw.count(b"\n: ") < count:
                self._came.clear()
                await self._came.wait()

    async def whole(self) -> Reader:
        """What a reader has at the end."""
        async with asyncio.timeout(10):
            await self._task
        return Reader.of(self.events)

    async def leave(self) -> None:
        """Hang up."""
        self._task.cancel()
        await asyncio.wait([self._task])
        self._stream.ended("client-left", len(self.raw))


@asynccontextmanager
async def stream_world(
    folder: Path,
    *,
    names: tuple[str, ...] = NAMES,
    limits: BrokerLimits | None = None,
    user: OneUser | None = None,
    roads: Mapping[str, Road] | None = None,
) -> AsyncIterator[World]:
    """Partners of these names. At the end everything that is owed to the trail is written."""
    gates = {name: Gated() for name in names}
    holds = {name: Holds() for name in names}

    def says(name: str) -> Script:
        def play(_ask: object) -> Iterator[Any]:
            yield _READ
            held = holds[name]
            if held.items:
                yield Page((entry(patient()), *map(entry, held.items)))
            return held.ending

        return Script(play)

    made = {name: Road(connector=says(name), transport=gates[name], proof="demographics") for name in names}
    async with pipeline_over(folder, {**made, **(roads or {})}, limits=limits, user=user) as alone:
        in_force = [alone.services.policies()]
        alone.services = dataclasses.replace(alone.services, policies=lambda: in_force[0])
        yield World(alone, gates, holds, in_force)
