"""Answers through the real rooms, from the fan-out to the bytes, in a seeded order of answering."""

from __future__ import annotations

import asyncio
import dataclasses
import random
from collections.abc import AsyncIterator, Generator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from broker.domain.criteria import WHOLE
from broker.domain.decision import Judgement
from broker.domain.outcome import Cause, OutcomeLabel
from broker.domain.query import Interaction, PartnerAsk, RecordQuery
from broker.domain.view import View
from broker.pipeline.fanout import Road
from broker.pipeline.gathering import Errand, gather
from broker.pipeline.presentation import item_ids, present
from broker.pipeline.record import view_of
from broker.pipeline.selecting import select
from broker.pipeline.services import Services
from broker.ports.connector import Ending, Entry, HttpRequest, HttpResponse, Page, TransportFault
from broker.ports.transport import CallPermit
from tests.conservation.splitting import PARTNERS, Answer
from tests.support.clocks import HandClock
from tests.support.pipeline_alone import DOCTOR, Script, pipeline_over
from tests.support.records import NUMBER, finished, judgement, person
from tests.support.views import frame

_STEPS_MAX = 12
EVERYTHING = RecordQuery(interaction=Interaction.EVERYTHING, number=NUMBER)
FOUND = HttpResponse(status=200, headers={}, body=b"")


@dataclass(frozen=True, slots=True)
class Played:
    """One answer of the broker: the view, exact outcomes and all, and its bytes."""

    view: View = field(repr=False)
    body: bytes = field(repr=False)


@dataclass(slots=True)
class TakingTurns:
    """A road on which each page takes as many turns of the loop as the seed says; a cut page never comes."""

    steps: Sequence[int]
    cut_at: int | None

    async def send(self, request: HttpRequest, _permit: CallPermit, /) -> HttpResponse:
        """Raises TransportFault for the page that is cut."""
        place = int(request.path)
        for _ in range(self.steps[place]):
            await asyncio.sleep(0)
        if place == self.cut_at:
            raise TransportFault(OutcomeLabel.UNREACHABLE, Cause.CUT_SHORT)
        return FOUND

    async def aclose(self) -> None:
        """Nothing is open."""


def _conversation(answer: Answer) -> Any:
    def play(_ask: PartnerAsk) -> Generator[Any, Any, Ending]:
        for place, page in enumerate(answer.pages):
            yield HttpRequest(method="GET", path=str(place))
            yield Page(tuple(Entry(one.raw, one.full_url, one.readable) for one in page))
        return Ending(OutcomeLabel.COMPLETE)

    return Script(play)


@asynccontextmanager
async def services(folder: Path) -> AsyncIterator[Services]:
    """The pipeline's parts, once for a whole run; time stands still."""
    async with pipeline_over(folder, {name: Script(lambda _: iter(())) for name in PARTNERS}) as alone:
        yield dataclasses.replace(alone.services, clock=HandClock())


def judged(answers: Sequence[Answer], **changes: Any) -> Judgement:
    """A permit for the whole, each partner under its own ruling."""
    return judgement(*(one.ruling for one in answers), **changes)


async def played(
    answers: Sequence[Answer], order: int, around: Services, query: RecordQuery = EVERYTHING
) -> Played:
    """What the broker makes of these answers when they come in the order of this seed."""
    chance = random.Random(order)  # noqa: S311 - a seed, so that an order can be seen again
    names = {one.partner_id for one in answers}
    here = dataclasses.replace(
        around,
        registrations=tuple(one for one in around.registrations if one.partner_id in names),
        roads={one.partner_id: _road(one, chance) for one in answers},
    )
    ruled = judged(answers)
    gathered = await gather(query, person(), ruled, _errand(ruled), here)
    view = await view_of(gathered, ruled, here)
    return Played(view, shown(view, here.names, query))


def shown(view: View, names: Mapping[str, str], query: RecordQuery, **changes: Any) -> bytes:
    """The answer's bytes, of what the question's criteria leave of the view."""
    about = frame(names=names, query=query, **changes)
    if query.criteria != WHOLE:
        view = finished(select(view, query, finished(item_ids(view, about))))
    return b"".join(finished(present(view, about)).body)


def _road(answer: Answer, chance: random.Random) -> Road:
    steps = [chance.randint(0, _STEPS_MAX) for _ in answer.pages]
    cut_at = len(answer.pages) - 1 if answer.cut else None
    return Road(connector=_conversation(answer), transport=TakingTurns(steps, cut_at), proof="demographics")


def _errand(ruled: Judgement) -> Errand:
    async def as_before() -> Judgement:
        return ruled

    return Errand(
        requester=DOCTOR,
        judged_now=as_before,
        intent_sequence=1,
        correlation_id="conservation",
        deadline_at_s=asyncio.get_running_loop().time() + 60,
    )
