"""A pipeline without sockets that remembers what was gathered, over partners that count their asks."""

from __future__ import annotations

import asyncio
import dataclasses
import datetime as dt
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from broker.adapters.clock import SystemClock
from broker.adapters.swept_cache import SweptCache
from broker.domain.query import PartnerAsk
from broker.pipeline.gathering import Gathered
from broker.pipeline.recall import Recall
from broker.pipeline.recalling import size_of
from tests.support.connector_scripts import well
from tests.support.network import resources
from tests.support.pipeline_alone import Alone, OnePerson, OneUser, Script, pipeline_over
from tests.support.records import NOW

SECONDS = 30


def ages(record: dict[str, Any]) -> dict[str, int]:
    """How old each partner's line says that its answer is at most; no line says it of an answer of now."""
    [outcome] = [one for one in resources(record) if one["resourceType"] == "OperationOutcome"]
    lines = (extension for issue in outcome["issue"] for extension in issue.get("extension", []))
    parts = ({part["url"]: part for part in line.get("extension", [])} for line in lines)
    return {one["partner"]["valueCode"]: one["cached"]["valueInteger"] for one in parts if "cached" in one}


@dataclass(slots=True)
class Counted:
    """A partner's script. `asked` grows with each ask."""

    play: Callable[[PartnerAsk], Any] = well
    asked: list[PartnerAsk] = field(default_factory=list)

    def fetch(self, ask: PartnerAsk, /) -> Iterator[Any]:
        """As the script."""
        self.asked.append(ask)
        made: Iterator[Any] = self.play(ask)
        return made


class NoonClock(SystemClock):
    """The wall clock stands still, so that two answers can be the same to the byte."""

    def now(self) -> dt.datetime:
        """Always the same."""
        return NOW


@dataclass(slots=True)
class Remembering:
    """The pipeline, what it remembers, and its partners."""

    alone: Alone
    recall: Recall[Gathered]
    partners: dict[str, Counted]

    @property
    def times_asked(self) -> dict[str, int]:
        """How often each partner was asked."""
        return {name: len(partner.asked) for name, partner in self.partners.items()}


@asynccontextmanager
async def remembering(
    folder: Path,
    *,
    seconds: float = SECONDS,
    bytes_max: int = 1 << 20,
    index: OnePerson | None = None,
    user: OneUser | None = None,
    **partners: Counted,
) -> AsyncIterator[Remembering]:
    """`alder` and `beech` hold one Condition each, unless `partners` says otherwise."""
    asked = partners or {"alder": Counted(), "beech": Counted()}
    scripts = {name: Script(partner.fetch) for name, partner in asked.items()}
    async with pipeline_over(folder, scripts, index=index, user=user) as alone:
        memory = SweptCache[bytes, Any](seconds, bytes_max, alone.services.clock, size_of=size_of)
        recall = Recall[Gathered](memory, alone.services.clock)
        alone.services = dataclasses.replace(alone.services, recall=recall)
        try:
            yield Remembering(alone, recall, asked)
        finally:
            recall.aclose()
            await asyncio.sleep(0)
