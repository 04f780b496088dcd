"""The store down at every step of a real request, or no policies at all: nobody is asked or answered."""

from __future__ import annotations

import itertools
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from structlog.testing import capture_logs

from broker.domain.errors import BrokerError, ServiceDown
from broker.domain.identity import NhsNumber
from broker.domain.outcome import OutcomeLabel
from broker.domain.query import Interaction, PartnerAsk
from broker.ports.connector import Ending
from tests.support.pipeline_alone import Alone, OnePerson, Script, pipeline_over
from tests.support.records import NUMBER, person

ASKS = (Interaction.SEARCH, Interaction.EVERYTHING, Interaction.FIND_PATIENT)
# Each step of the store that comes before a partner is asked, with how many calls of it go well first.
BEFORE_ASKING = (("objections", 0), ("record_intent", 0), ("link_numbers", 0), ("objections", 1))
AT_RELEASE = (("release", 0),)
NO_POLICIES = ("policies", 0)
SHUT = (*BEFORE_ASKING, NO_POLICIES)


@dataclass
class DownFrom:
    """A store of which one step fails after some calls; everything else is the real one's."""

    store: Any
    step: str
    well: int
    calls: int = 0

    def __getattr__(self, name: str) -> Any:
        if name != self.step:
            return getattr(self.store, name)
        self.calls += 1
        return self._down if self.calls > self.well else getattr(self.store, name)

    async def _down(self, *_: object, **__: object) -> None:
        raise ServiceDown("release-store")


@dataclass
class Room:
    """A real pipeline that counts whom it asks."""

    alone: Alone
    asked: list[PartnerAsk] = field(default_factory=list)

    async def breach(self, step: str, well: int, interaction: Interaction) -> str | None:
        """What should not have happened when this step failed; None when all is as it must be."""
        self.asked.clear()
        services = self.alone.services
        if step == "policies":
            services = replace(services, policies=_no_policies)
        else:
            services = replace(services, store=DownFrom(services.store, step, well))
        try:
            await replace(self.alone, services=services).ask(
                interaction=interaction, resource_types=frozenset({"Condition"})
            )
        except BrokerError as error:
            if self.asked and (step, well) in SHUT:
                return "asked a partner"
            is_ours = isinstance(error, ServiceDown) or (step, well) == NO_POLICIES
            return None if is_ours else f"answered {error.status}"
        return "answered"


def _no_policies() -> Any:
    raise LookupError("no policies were loaded")


@asynccontextmanager
async def room(folder: Path) -> AsyncIterator[Room]:
    """Two partners, and a person of two numbers."""
    asked: list[PartnerAsk] = []

    def note(ask: PartnerAsk) -> Iterator[Any]:
        asked.append(ask)
        yield from ()
        return Ending(OutcomeLabel.COMPLETE)

    numbers = frozenset({NUMBER, NhsNumber.parse("9990000034")})
    index = OnePerson(replace(person(), numbers=numbers))
    scripts = {"alder": Script(note), "beech": Script(note)}
    async with pipeline_over(folder, scripts, index=index) as alone:
        yield Room(alone, asked)


async def breaches(folder: Path) -> tuple[int, list[str]]:
    """How many points were tried, and what went wrong in which."""
    found, points = [], tuple(itertools.product((*SHUT, *AT_RELEASE), ASKS))
    with capture_logs():  # a fault of ours is logged in full, and these are planted
        async with room(folder) as one:
            for (step, well), interaction in points:
                wrong = await one.breach(step, well, interaction)
                if wrong:
                    found.append(f"{step} down after {well}, {interaction}: {wrong}")
    return len(points), found
