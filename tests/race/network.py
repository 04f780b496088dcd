"""The index and the partners in memory, behind the port: an answer comes when whoever drives lets it come."""

from __future__ import annotations

import random
from collections.abc import Mapping
from dataclasses import dataclass, field

from broker.ports.connector import HttpRequest, HttpResponse, Request
from broker.ports.transport import CallPermit
from tests.race import world
from tests.race.journal import ASKING, MERGING, Journal
from tests.race.stepping import Gates, SteppedLoop

# How long a partner takes with the next piece of a document, in seconds of the loop that stands still.
PAUSES_S = (0.1, 0.4, 0.7, 0.99)


@dataclass(slots=True)
class Wires:
    """What every road of one interleaving shares. `people` are found by the digits of all their numbers."""

    gates: Gates
    loop: SteppedLoop
    journal: Journal
    dice: random.Random
    people: Mapping[str, world.Person]

    def person_in(self, text: str) -> world.Person:
        """Whose number stands in what was asked."""
        return next(person for digits, person in self.people.items() if digits in text)


@dataclass(slots=True)
class IndexWire:
    """The patient index's road."""

    wires: Wires

    async def send(self, request: Request, _permit: CallPermit, /) -> HttpResponse:
        """The person, when the gate opens."""
        assert isinstance(request, HttpRequest)
        self.wires.journal.contacted(world.INDEX)
        await self.wires.gates.waited("index answers")
        return _json(world.indexed(self.wires.person_in(request.path)))

    async def aclose(self) -> None:
        """Nothing is open."""


@dataclass(slots=True)
class PartnerWire:
    """One partner's road, on which documents come too."""

    partner: str
    wires: Wires

    async def send(self, request: Request, _permit: CallPermit, /) -> HttpResponse:
        """A search for the person, or a page of what is held."""
        assert isinstance(request, HttpRequest)
        journal = self.wires.journal
        journal.contacted(self.partner)
        way = journal.way
        way.phase = ASKING
        way.partners_open.add(self.partner)
        await self.wires.gates.waited(f"{self.partner} answers")
        body, is_last = self._answer(request)
        if is_last:
            way.partners_open.discard(self.partner)
            way.phase = ASKING if way.partners_open else MERGING
        return _json(body)

    def _answer(self, request: HttpRequest) -> tuple[bytes, bool]:
        if not (request.link or "$everything" in request.path):
            person = self.wires.person_in(str(request.form))
            return world.found(person), False
        where = request.link or request.path
        person = self._person_at(where.split("/")[1])
        place = int(where.partition("page=")[2] or 0)
        return world.page(person, self.partner, place), place + 1 == world.pages_of(self.partner)

    def _person_at(self, local_id: str) -> world.Person:
        return next(person for person in self.wires.people.values() if person.who == local_id)

    async def stream(self, _request: Request, _permit: CallPermit, /) -> Letter:
        """The document, as it comes."""
        self.wires.journal.contacted(self.partner)
        await self.wires.gates.waited("document begins")
        return Letter(self.wires)

    async def aclose(self) -> None:
        """Nothing is open."""


@dataclass(slots=True)
class Letter:
    """A document of several pieces; before each of them some time passes."""

    wires: Wires
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=lambda: {"content-type": "text/plain"})
    given: int = 0
    closed: bool = False

    async def piece(self) -> bytes:
        """The first is what is read before the release; the rest are small."""
        assert not self.closed
        await self.wires.gates.waited("piece comes")
        self.given += 1
        if self.given == 1:
            return world.DOCUMENT_BLOCK
        self.wires.loop.moment_s += self.wires.dice.choice(PAUSES_S)
        return b"and so on" if self.given <= world.DOCUMENT_PIECES else b""

    def close(self) -> None:
        """Nothing more comes."""
        self.closed = True


def _json(body: bytes) -> HttpResponse:
    return HttpResponse(status=200, headers={"Content-Type": "application/fhir+json"}, body=body)
