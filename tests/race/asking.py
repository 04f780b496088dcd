"""Two readers and what they ask, each request to what its caller really got: bytes, pieces and when."""

from __future__ import annotations

import dataclasses
import re
from dataclasses import dataclass, field

from broker.domain.errors import BrokerError, Unauthenticated
from broker.domain.query import Interaction
from broker.domain.requester import RelationshipGround, Requester
from broker.pipeline import Question, Reply, Services, answer
from broker.pipeline.question import Cut
from tests.race.journal import ANSWERED, ENDED, REQUEST, Journal, Way
from tests.race.stepping import Gates, SteppedLoop
from tests.race.world import Person

BASE = "https://broker.example/fhir"
PAGE_ITEMS = 2
HAZEL = Requester(
    issuer="https://issuer.example",
    user_id="hazel",
    user_name="Dr Imaginary Hazel",
    organisation_ods="RX901",
    roles=("doctor",),
    purpose="TREAT",
    relationship=RelationshipGround.BOOKING,
    session_id="session-of-hazel",
)
BIRCH = dataclasses.replace(
    HAZEL,
    user_id="birch",
    user_name="Nurse Imaginary Birch",
    organisation_ods="RX902",
    roles=("nurse",),
    session_id="session-of-birch",
)
READERS = {one.user_id: one for one in (HAZEL, BIRCH)}
_NEXT = re.compile(rb'"relation":"next","url":"[^"]*/Patient/([^/"]+)/\$everything\?_page=([^"]+)"')
_LETTER = re.compile(rb"/documents/([A-Za-z0-9.-]+)")


class Tokens:
    """Whoever brings a reader's name is that reader."""

    async def authenticate(self, authorization: str | None, /) -> Requester:
        """Raises Unauthenticated for anybody else."""
        if authorization not in READERS:
            raise Unauthenticated
        return READERS[authorization]

    async def aclose(self) -> None:
        """Nothing is open."""


@dataclass(slots=True)
class Piece:
    """One piece of a document or a stream as it went out, and the moment at which it was asked for."""

    asked_at: int
    out_s: float
    size: int


@dataclass(slots=True)
class Heard:
    """What one caller got. `under` is `old` or `current`: the number that was asked for."""

    request_id: str
    kind: str
    reader: str
    about: str
    under: str
    way: Way
    status: int = 0
    body: bytes = field(default=b"", repr=False)
    pieces: list[Piece] = field(default_factory=list)
    cut: bool = False

    def __str__(self) -> str:
        """For a fault."""
        return f"{self.request_id} of {self.reader} under the {self.under} number"

    @property
    def submitted(self) -> int:
        """When the release that succeeded was handed to the store."""
        return self.way.submitted[-1]


@dataclass(slots=True)
class Desk:
    """Where requests come in. Everything that was heard is kept, in the order of asking."""

    services: Services
    gates: Gates
    loop: SteppedLoop
    journal: Journal
    number: int
    grant_id: str = ""
    heard: list[Heard] = field(default_factory=list)

    async def session(self, reader: str, person: Person, kinds: tuple[str, ...], under: str) -> None:
        """One reader's questions, one after another: each goes on from the answer before it."""
        first = await self._asked(kinds[0], reader, person, under, self._first(kinds[0], person, under))
        if len(kinds) == 1 or first.status != 200:
            return
        if person.who == "p":
            self.journal.first_answered = kinds[1] == "later"
        await self.gates.waited("reader goes on")
        following = self._following(kinds[1], first.body, person, under)
        if following is not None:
            self.journal.first_answered = False
            await self._asked(kinds[1], reader, person, under, following)

    def _first(self, kind: str, person: Person, under: str) -> dict[str, object]:
        number = person.old if under == "old" and person.old else person.number
        if kind == "listing":
            types = frozenset({"DocumentReference"})
            return {
                "interaction": Interaction.SEARCH,
                "resource_types": types,
                "number_text": number.digits,
            }
        if kind == "stream":
            return {"interaction": Interaction.STREAM, "number_text": number.digits}
        count = PAGE_ITEMS if kind == "first" else None
        return {"interaction": Interaction.EVERYTHING, "number_text": number.digits, "count": count}

    def _following(self, kind: str, body: bytes, person: Person, under: str) -> dict[str, object] | None:
        if kind == "later":
            found = _NEXT.search(body)
            if found is None:
                return None
            token, page = (part.decode() for part in found.groups())
            return {"interaction": Interaction.EVERYTHING, "patient_token": token, "page": page}
        if kind == "document":
            letter = _LETTER.search(body)
            if letter is None:
                return None
            return {"interaction": Interaction.OPEN_DOCUMENT, "document_token": letter.group(1).decode()}
        return self._first(kind, person, under)

    async def _asked(
        self, kind: str, reader: str, person: Person, under: str, asked: dict[str, object]
    ) -> Heard:
        request_id = f"i{self.number}-{len(self.heard)}-{kind}"
        way = self.journal.ways[request_id] = Way(kind, person.who)
        REQUEST.set(request_id)
        heard = Heard(request_id, kind, reader, person.who, under, way)
        self.heard.append(heard)
        if self.grant_id and (reader, person.who) == ("hazel", "p"):
            asked["grant_id"] = self.grant_id
        question = Question(request_id=request_id, authorization=reader, base_url=BASE, **asked)  # type: ignore[arg-type] # as `_first` and `_following` write them
        try:
            reply = await answer(question, self.services)
        except BrokerError as error:
            heard.status = error.status
        else:
            heard.status = reply.status
            await self._read(reply, heard)
        way.phase = ENDED
        return heard

    async def _read(self, reply: Reply, heard: Heard) -> None:
        """Take the bytes as HTTP would hand them on, and say how it ended."""
        heard.way.phase = ANSWERED
        if reply.stream is None:
            heard.body = b"".join(reply.body)
            assert reply.finished is not None
            reply.finished("sent", len(heard.body))
            return
        try:
            while True:
                await self.gates.waited("reader takes a piece")
                asked_at = self.journal.tick()
                piece = await reply.stream.piece()
                if not piece:
                    break
                heard.pieces.append(Piece(asked_at, self.loop.moment_s, len(piece)))
                if heard.kind == "stream":
                    heard.body += piece
        except Cut:
            heard.cut = True
        reply.stream.ended("cut" if heard.cut else "sent", sum(piece.size for piece in heard.pieces))
