"""Whoever waits for a pointer is judged again when it came: an objection may have come first."""

from __future__ import annotations

import dataclasses
from collections.abc import Awaitable, Callable, Generator
from pathlib import Path
from typing import Any

import pytest

from broker.domain.decision import Decision
from broker.domain.errors import ObjectionInForce, ServiceDown
from broker.domain.identity import ODS_SYSTEM
from broker.domain.objection import Scope
from broker.domain.outcome import OutcomeLabel
from broker.domain.policy import Asked
from broker.pipeline.fanout import Road
from broker.ports.connector import Ending, HttpRequest, HttpResponse, Page
from tests.support.connector_scripts import well
from tests.support.pipeline_alone import Alone, Script, pipeline_over
from tests.support.records import NUMBER, entry, item, patient
from tests.support.stores import received

HOLDER_ODS = "RX902"


class Meanwhile:
    """A locator's transport: something happens while it is asked."""

    def __init__(self) -> None:
        """Nothing, at first."""
        self.happens: Callable[[], Awaitable[object]] | None = None

    async def send(self, _request: HttpRequest, _permit: object, /) -> HttpResponse:
        """An empty answer."""
        if self.happens is not None:
            await self.happens()
        return HttpResponse(status=200, headers={}, body=b"")

    async def aclose(self) -> None:
        """Nothing is open."""


def pointing(_ask: object) -> Generator[Any, Any, Ending]:
    """A pointer that names the holder."""
    yield HttpRequest(method="GET", path="DocumentReference")
    custodian = {"identifier": {"system": ODS_SYSTEM, "value": HOLDER_ODS}}
    pointer = item("DocumentReference", "d1", status="current", custodian=custodian)
    yield Page((entry(patient()), entry(pointer)))
    return Ending(OutcomeLabel.COMPLETE)


@dataclasses.dataclass
class Located:
    """A pipeline in which `holder` waits for a pointer of `locator`. `asked` is for what the holder was."""

    alone: Alone
    meanwhile: Meanwhile
    asked: list[frozenset[str]]


async def located(folder: Path, act: Callable[[Located], Awaitable[None]]) -> None:
    """Run `act` in it."""
    meanwhile, asked = Meanwhile(), []

    def holding(ask: Any) -> Generator[Any, Any, Ending]:
        asked.append(frozenset(map(str, ask.categories)))
        return (yield from well(ask))

    locator = Road(connector=Script(pointing), transport=meanwhile, proof="demographics", locates=True)
    async with pipeline_over(folder, {"locator": locator, "holder": Script(holding)}) as alone:
        policies = alone.services.policies()
        party = dataclasses.replace(policies.party_of_partner["holder"], asked=Asked.POINTED_TO)
        pointed = dataclasses.replace(
            policies, party_of_partner={**policies.party_of_partner, "holder": party}
        )
        alone.services = dataclasses.replace(alone.services, policies=lambda: pointed)
        await act(Located(alone, meanwhile, asked))


async def test_whom_a_pointer_names_is_asked(tmp_path: Path) -> None:
    """Nothing came between."""

    async def act(here: Located) -> None:
        await here.alone.record()
        assert len(here.asked) == 1

    await located(tmp_path, act)


async def test_an_objection_that_comes_while_a_locator_is_asked_stops_the_holder(tmp_path: Path) -> None:
    """It is acknowledged, so the holder never hears of the person."""

    async def act(here: Located) -> None:
        here.meanwhile.happens = lambda: here.alone.store.append_event(received(NUMBER))
        with pytest.raises(ObjectionInForce):
            await here.alone.record()
        assert here.asked == []

    await located(tmp_path, act)


async def test_an_objection_to_a_category_narrows_what_the_holder_is_asked_for(tmp_path: Path) -> None:
    """What is objected to is not asked for, and the rest is."""

    async def act(here: Located) -> None:
        scope = Scope(categories=frozenset({"results"}))  # type: ignore[arg-type] # a StrEnum's word
        here.meanwhile.happens = lambda: here.alone.store.append_event(received(NUMBER, scope=scope))
        await here.alone.record()
        assert [("results" in one, "allergies" in one) for one in here.asked] == [(False, True)]

    await located(tmp_path, act)


async def test_where_the_register_cannot_be_read_the_holder_is_not_asked(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Not knowing is a no, and the fault is ours."""

    async def act(here: Located) -> None:
        async def fails(*_: object) -> Decision:
            raise ServiceDown("release-store")

        async def breaks() -> None:
            monkeypatch.setattr(type(here.alone.store), "objections", fails)

        here.meanwhile.happens = breaks
        with pytest.raises(ServiceDown):
            await here.alone.record()
        assert here.asked == []

    await located(tmp_path, act)
