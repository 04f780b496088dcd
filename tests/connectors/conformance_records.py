"""What every connector of records owes, beside what every connector owes."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any, ClassVar

import pytest
from aiohttp import web

from broker.domain.identity import NhsNumber, PatientIdentity
from broker.domain.outcome import Cause, OutcomeLabel
from broker.pipeline.normalisation import normalise
from connectors.simulation import raw_bytes
from tests.connectors.conformance import BASE_PATH, STATUSES, Conformance, Result, World
from tests.support.loopback import served
from tests.support.patients import ASHA, BEN, OLD, asha_and_ben
from tests.support.records import finished
from tests.support.sender import Heard, Spoil, ask_for


class AnswersConformance(Conformance):
    """What holds for a connector of records, whether or not its answers have pages."""

    # The Patient, and more than one page of everything else at two entries a page.
    resources: ClassVar[tuple[Mapping[str, Any], ...]] = ()
    # What is said of a number that this partner knows nobody by.
    unknown_label: ClassVar[OutcomeLabel] = OutcomeLabel.NO_RECORD

    def world(self) -> World:
        return asha_and_ben(self.resources)

    def conversation(self, number: NhsNumber) -> Any:
        return self.plugin.create(self.settings).fetch(ask_for(number=number))

    def judged(self, ended: Any, heard: Heard, number: NhsNumber) -> Result:
        birth = "1980-01-01" if number == BEN else "1951-04-09"
        normalised = finished(
            normalise(
                "trust",
                heard.entries,
                ended,
                proof=self.plugin.manifest.proof,
                patient=_born(number, birth),
                endpoint="http://127.0.0.1",
            )
        )
        return Result(
            label=ended.label,
            cause=ended.cause,
            heard=heard,
            expected=ended.expected,
            normalised=normalised,
        )

    @pytest.mark.parametrize("page_size", [1, 2, 100])
    async def test_every_resource_comes_once_as_written(self, page_size: int) -> None:
        """Over however many pages, each resource arrives byte for byte, once, and the answer is whole."""
        async with self.endpoint(page_size=page_size) as origin:
            result = await self.asked(origin)
        assert (result.label, result.cause) == (OutcomeLabel.COMPLETE, Cause.NONE)
        self.arrived_whole(result)
        assert result.normalised is not None
        assert result.normalised.quarantined == 0

    async def test_a_person_without_records_is_complete(self) -> None:
        """Known there, with nothing recorded: complete, and not no-record."""
        async with self.endpoint() as origin:
            result = await self.asked(origin, BEN)
        assert result.label is OutcomeLabel.COMPLETE
        self.arrived_empty(result)

    async def test_an_unknown_person_is_no_record(self) -> None:
        """The partner has nobody of that number, and says so in its own way."""
        async with self.endpoint() as origin:
            result = await self.asked(origin, OLD)
        assert (result.label, result.heard.entries) == (self.unknown_label, [])

    async def test_an_answer_about_somebody_else_shows_nothing(self) -> None:
        """The wrong person's record is an identity mismatch, and no resource of it is kept."""
        async with self.endpoint(answers_for=BEN.digits) as origin:
            result = await self.asked(origin)
        assert result.normalised is not None
        assert result.normalised.ending.label is OutcomeLabel.IDENTITY_MISMATCH
        assert result.normalised.resources == ()

    def arrived_whole(self, result: Result) -> None:
        """Everything of Asha's came, once. One who translates says here what stands for what was sent."""
        given = sorted(raw_bytes(one) for one in self.world()[ASHA.digits])
        assert sorted(entry.raw for entry in result.heard.entries) == given

    def arrived_empty(self, result: Result) -> None:
        """Of somebody without records, nothing came but who they are."""
        assert len(result.heard.entries) == 1


class RecordsConformance(AnswersConformance):
    """What holds for a connector whose partner answers in pages."""

    async def test_a_foreign_next_link_is_not_followed(self) -> None:
        """What came before it is shown as partial; the other origin is never called."""
        called: list[str] = []

        async def other(request: web.Request) -> web.Response:
            called.append(request.path)
            return web.Response()

        elsewhere = web.Application()
        elsewhere.router.add_get("/{tail:.*}", other)
        async with served(elsewhere) as foreign:
            spoil = _with_next(f"{foreign}{BASE_PATH}/Observation?page=2", self.is_look_up)
            async with self.endpoint(spoil) as origin:
                result = await self.asked(origin)
        assert (result.label, result.cause) == (OutcomeLabel.PARTIAL, Cause.FOREIGN_LINK)
        assert result.heard.entries
        assert called == []

    @pytest.mark.parametrize("status", [*STATUSES, 200])
    async def test_a_later_page_that_fails_leaves_what_came(self, status: int) -> None:
        """Page one is shown, and the answer is partial for that reason."""

        async def spoil(request: web.Request, _: int) -> web.Response | None:
            return web.Response(status=status, body=b"no") if await self.is_later_page(request) else None

        async with self.endpoint(spoil, page_size=1) as origin:
            result = await self.asked(origin)
        assert (result.label, result.cause) == (OutcomeLabel.PARTIAL, Cause.PAGE_FAILED)
        assert result.heard.entries

    @staticmethod
    async def is_later_page(request: web.Request) -> bool:
        """True for a call that asks for a page after a search's first."""
        return "-pageContext" in request.query

    @staticmethod
    def is_look_up(request: web.Request) -> bool:
        """True for the call that finds the person."""
        return request.path.endswith(("/Patient/_search", "/Patient"))


def _born(number: NhsNumber, birth_date: str) -> PatientIdentity:
    return replace(ask_for(number=number).patient, birth_date=birth_date)


def _with_next(link: str, is_look_up: Callable[[web.Request], bool]) -> Spoil:
    """Every answer but the look-up's is one page that says it goes on at `link`."""
    body = (
        b'{"resourceType":"Bundle","entry":[{"resource":{"resourceType":"Flag","id":"f9","status":"active",'
        b'"code":{"text":"x"},"subject":{"reference":"Patient/a1"}}}],'
        b'"link":[{"relation":"next","url":"%b"}]}' % link.encode()
    )

    async def spoil(request: web.Request, _: int) -> web.Response | None:
        return None if is_look_up(request) else web.Response(body=body)

    return spoil
