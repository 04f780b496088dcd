"""openehr in each of its servers' manners keeps what every connector owes."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import ClassVar

from aiohttp import web

from broker.domain.outcome import OutcomeLabel
from connectors.openehr import PLUGIN
from connectors.simulation import JOURNAL, application
from tests.connectors.conformance import Result
from tests.connectors.conformance_records import RecordsConformance
from tests.connectors.openehr.record import RESOURCES
from tests.support.loopback import served
from tests.support.patients import ASHA


class _OpenEhrConformance(RecordsConformance):
    plugin = PLUGIN
    resources = RESOURCES

    def arrived_whole(self, result: Result) -> None:
        """Each resource of Asha's became one, and what it is about is found in one alone."""
        came = [json.loads(entry.raw) for entry in result.heard.entries]
        assert len(came) == len({one["id"] for one in came}) == len(self.world()[ASHA.digits])
        told = [json.dumps(one) for one in came]
        for resource in self.resources:
            mark = f"mark of {resource['id']}"
            assert sum(mark in one for one in told) == 1, mark

    @staticmethod
    async def is_later_page(request: web.Request) -> bool:
        if request.method != "POST":
            return False
        return bool(json.loads(await request.read())["offset"])

    async def test_a_foreign_next_link_is_not_followed(self) -> None:
        """A result set has no next link, so an address inside one is read by nobody."""
        elsewhere = application({})
        async with served(elsewhere) as foreign:

            async def spoil(request: web.Request, _: int) -> web.Response | None:
                link = f"{foreign}/next"
                body = {"meta": {"_href": link, "next": link}, "next": link, "rows": []}
                return web.json_response(body) if request.method == "POST" else None

            async with self.endpoint(spoil) as origin:
                result = await self.asked(origin)
        assert (result.label, elsewhere[JOURNAL]) == (OutcomeLabel.COMPLETE, [])


class TestNamedColumns(_OpenEhrConformance):
    pass


class TestShortPagesAndNumberedColumns(_OpenEhrConformance):
    settings: ClassVar[Mapping[str, object]] = {"page_size": 1, "last_page": "short"}
    manners: ClassVar[Mapping[str, object]] = {"names_columns": False, "status_inline": False}
