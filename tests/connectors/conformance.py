"""The suite that every connector inherits: what it owes, whatever it speaks.

A subclass names its plugin, its settings and its simulator's manners. Everything runs over real sockets,
against the connector's own simulator, through the transport that the product uses.
"""

from __future__ import annotations

import abc
import asyncio
import re
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass
from typing import Any, ClassVar

import pytest
from aiohttp import web

from broker.domain.identity import NhsNumber
from broker.domain.outcome import Cause, OutcomeLabel
from broker.pipeline.normalisation import Normalised
from broker.ports.connector import Traced, TransportFault
from broker.ports.conversation import Send
from connectors.simulation import JOURNAL
from tests.connectors.conformance_plugin import PluginConformance
from tests.support.loopback import served
from tests.support.patients import ASHA
from tests.support.sender import Heard, Spoil, held_conversation, road_to, said, scripted, spoilt

World = Mapping[str, Sequence[Mapping[str, Any] | bytes]]

BASE_PATH = "/tenant-1/r4"
MALFORMED = {
    "html": b"<html><body>Sign in</body></html>",
    "empty": b"",
    "object": b"{}",
    "null": b"null",
    "array": b"[]",
    "cut": b'{"resourceType":"Bundle","entry":[{"resource":{"resourceType":"Pa',
    "mark": b'\xef\xbb\xbf{"resourceType":"Bundle"}',
    "deep": b"[" * 100_000,
    "nan": b'{"resourceType":"Bundle","total":NaN}',
    "text": b'"\xff\xfe"',
}
STATUSES = {
    400: (OutcomeLabel.INVALID, Cause.STATUS),
    401: (OutcomeLabel.REFUSED, Cause.CREDENTIALS),
    403: (OutcomeLabel.REFUSED, Cause.CREDENTIALS),
    404: (OutcomeLabel.INVALID, Cause.STATUS),
    408: (OutcomeLabel.UNREACHABLE, Cause.STATUS),
    422: (OutcomeLabel.INVALID, Cause.STATUS),
    429: (OutcomeLabel.REFUSED, Cause.THROTTLED),
    500: (OutcomeLabel.UNREACHABLE, Cause.STATUS),
    502: (OutcomeLabel.UNREACHABLE, Cause.STATUS),
    503: (OutcomeLabel.UNREACHABLE, Cause.STATUS),
}
_QUERIES = ("/_search", "/query/aql", "/Patient/$gpc.getstructuredrecord")


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """How one question ended, whichever kind of connector was asked."""

    label: OutcomeLabel
    cause: Cause
    heard: Heard
    expected: int | None = None
    traced: Traced | None = None
    normalised: Normalised | None = None


class Conformance(PluginConformance):
    """What holds for connectors of records and for patient indexes alike."""

    settings: ClassVar[Mapping[str, object]] = {}
    manners: ClassVar[Mapping[str, object]] = {}

    @abc.abstractmethod
    def world(self) -> World:
        """Who is at this endpoint: Asha and Ben, and nobody under OLD."""

    @abc.abstractmethod
    def conversation(self, number: NhsNumber) -> Any:
        """A new generator that asks for `number`."""

    @abc.abstractmethod
    def judged(self, ended: Any, heard: Heard, number: NhsNumber) -> Result:
        """What the generator returned, as a Result."""

    @asynccontextmanager
    async def endpoint(self, spoil: Spoil | None = None, **manners: object) -> AsyncIterator[str]:
        """The simulator of this suite's world, on a port of its own and under a path, as partners are."""
        app = self.plugin.simulator(self.world(), {**self.manners, **manners, "base_path": BASE_PATH})
        async with served(spoilt(app, spoil) if spoil else app) as origin:
            yield origin + BASE_PATH

    def road(
        self, origin: str, number: NhsNumber, within_s: float, **limits: Any
    ) -> AbstractAsyncContextManager[Send]:
        """The product's own transport to this endpoint. One with further endpoints brings them here."""
        return road_to(origin, self.plugin.manifest, number, within_s=within_s, **limits)

    def reads(self) -> tuple[tuple[str, str], ...]:
        """Every read that may be seen at this endpoint."""
        return self.plugin.manifest.reads

    async def asked(
        self, origin: str, number: NhsNumber = ASHA, within_s: float = 8.0, **limits: Any
    ) -> Result:
        """One question through the transport that the product uses."""
        async with self.road(origin, number, within_s, **limits) as send:
            try:
                ended, heard = await held_conversation(self.conversation(number), send)
            except TransportFault as fault:
                return Result(label=fault.label, cause=fault.cause, heard=Heard())
        return self.judged(ended, heard, number)

    def test_it_runs_without_a_loop_and_shows_no_person(self) -> None:
        """The generator needs nothing but its answers; what it yields has a repr without the number."""
        heard, told = Heard(), ""
        try:
            ended, _ = scripted(self.conversation(ASHA), lambda _: said(b"", 503), heard)
            label = self.judged(ended, heard, ASHA).label
        except TransportFault as fault:
            label, told = fault.label, str(fault)
        assert label is OutcomeLabel.UNREACHABLE
        assert heard.requests
        assert ASHA.digits not in f"{told}{heard.requests!r}"

    async def test_only_the_manifests_reads_are_made(self) -> None:
        """What the partner saw is what the manifest lists: reads, by GET or by POST of a search or query."""
        app = self.plugin.simulator(self.world(), {**self.manners, "page_size": 1})
        async with served(app) as origin:
            await self.asked(origin)
        journal = app[JOURNAL]
        assert journal
        for call in journal:
            assert call.method == "GET" or call.path.endswith(_QUERIES)
            assert any(_matches(call.method, call.path, read) for read in self.reads())

    @pytest.mark.parametrize("status", STATUSES)
    async def test_a_status_is_told_as_what_it_is(self, status: int) -> None:
        """Refused, unreachable and invalid are told apart, and none is an empty record."""

        async def spoil(_: web.Request, __: int) -> web.Response:
            return web.Response(status=status, body=b"no")

        async with self.endpoint(spoil) as origin:
            result = await self.asked(origin)
        assert (result.label, result.cause) == STATUSES[status]
        assert not result.heard.pages

    @pytest.mark.parametrize("name", MALFORMED)
    async def test_a_malformed_answer_is_invalid(self, name: str) -> None:
        """A 200 that is not what was asked for is invalid, never an empty record."""

        async def spoil(_: web.Request, __: int) -> web.Response:
            return web.Response(body=MALFORMED[name], content_type="application/fhir+json")

        async with self.endpoint(spoil) as origin:
            result = await self.asked(origin)
        assert (result.label, result.cause) == (OutcomeLabel.INVALID, Cause.MALFORMED)

    async def test_an_oversize_answer_is_too_large(self) -> None:
        """An answer over the byte limit ends as that, with nothing shown."""

        async def spoil(_: web.Request, __: int) -> web.Response:
            return web.Response(body=b" " * 70_000)

        async with self.endpoint(spoil) as origin:
            result = await self.asked(origin, wire_bytes_max=65_536)
        assert result.label is OutcomeLabel.TOO_LARGE

    @pytest.mark.parametrize("status", [301, 302, 307, 308])
    async def test_a_redirect_is_not_followed(self, status: int) -> None:
        """A partner cannot send the question elsewhere."""
        seen: list[str] = []

        async def spoil(request: web.Request, _: int) -> web.Response:
            seen.append(request.path)
            return web.Response(status=status, headers={"Location": f"{BASE_PATH}/elsewhere"})

        async with self.endpoint(spoil) as origin:
            result = await self.asked(origin)
        assert (result.label, result.cause) == (OutcomeLabel.INVALID, Cause.REDIRECT)
        assert f"{BASE_PATH}/elsewhere" not in seen

    async def test_a_partner_that_says_nothing_is_given_up(self) -> None:
        """The deadline ends the call, and the label says that time was the cause."""
        async with self.endpoint(down="black-hole") as origin:
            result = await self.asked(origin, within_s=0.2)
        assert result.label is OutcomeLabel.TIMED_OUT

    async def test_a_reset_connection_is_unreachable(self) -> None:
        """A partner that breaks off is not there."""
        async with self.endpoint(down="refuse") as origin:
            result = await self.asked(origin)
        assert result.label in {OutcomeLabel.UNREACHABLE, OutcomeLabel.INVALID}
        assert not result.heard.pages

    async def test_a_client_that_leaves_ends_the_calls(self) -> None:
        """Cancelling closes the connection: the partner sees its caller go."""
        asked, left = asyncio.Event(), asyncio.Event()

        async def spoil(_: web.Request, __: int) -> web.Response:
            asked.set()
            try:
                await asyncio.Event().wait()
            finally:
                left.set()
            return web.Response()

        async with self.endpoint(spoil) as origin:
            question = asyncio.create_task(self.asked(origin))
            await asked.wait()
            question.cancel()
            with pytest.raises(asyncio.CancelledError):
                await question
            await asyncio.wait_for(left.wait(), 5)


def _matches(method: str, path: str, read: tuple[str, str]) -> bool:
    allowed, pattern = read
    parts = re.escape(pattern).replace(r"\{id\}", "[^/]+").replace(r"\{type\}", "[A-Z][A-Za-z]+")
    parts = parts.replace(r"\{provider\}", "https://.+")
    return method == allowed and re.fullmatch(f"/{parts}", path) is not None
