"""rest_json, with each of its two worked mappings, keeps what every connector owes."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import Any, ClassVar

import pytest
from aiohttp import web
from fhir.resources.R4B import get_fhir_model_class

from broker.domain.identity import NhsNumber
from broker.domain.json_bytes import parse_strict
from broker.domain.outcome import Cause, OutcomeLabel
from tests.connectors.conformance import Result, World
from tests.connectors.conformance_records import RecordsConformance
from tests.connectors.rest_json.council import (
    MOSAIC,
    MOSAIC_ITEMS,
    OF_MOSAIC,
    OF_STU3,
    STU3,
    STU3_ITEMS,
    ask,
    bound,
    people,
    plugin_of,
)
from tests.support.patients import ASHA


class SocialCareConformance(RecordsConformance):
    """What the two share: people with names, and items that are translated."""

    supplied: ClassVar[frozenset[Any]]

    def world(self) -> World:
        return people(self.resources)

    def conversation(self, number: NhsNumber) -> Any:
        return self.plugin.create(self.settings).fetch(ask(number, self.supplied))

    def arrived_whole(self, result: Result) -> None:
        """One valid resource of the same type stands for each, and holds each of its words."""
        came = [parse_strict(entry.raw) for entry in result.heard.entries]
        given = self.world()[ASHA.digits]
        assert Counter(one["resourceType"] for one in came) == Counter(one["resourceType"] for one in given)
        for one in came:
            assert get_fhir_model_class(one["resourceType"]).model_validate(one)
        words = b" ".join(entry.raw for entry in result.heard.entries).decode()
        for text in texts_of([one for one in given if one["resourceType"] != "Patient"]):
            assert text in words


def texts_of(tree: Any) -> list[str]:
    """Every text of a person's own: what stands under text, title, description, display, name and family."""
    if isinstance(tree, (list, tuple)):
        return [text for one in tree for text in texts_of(one)]
    if not isinstance(tree, dict):
        return []
    own = ("text", "title", "description", "display", "name", "family")
    found = [value for name, value in tree.items() if name in own and isinstance(value, str)]
    return found + [text for value in tree.values() for text in texts_of(value)]


class TestMosaic(SocialCareConformance):
    plugin = plugin_of(MOSAIC)
    resources = MOSAIC_ITEMS
    settings: ClassVar[Mapping[str, object]] = {"mapping": str(MOSAIC)}
    supplied = OF_MOSAIC
    unknown_label = OutcomeLabel.NOT_AVAILABLE  # the search is by name, and a name may be a former one

    @staticmethod
    async def is_later_page(request: web.Request) -> bool:
        return "cursor" in request.query

    async def test_a_foreign_next_link_is_not_followed(self) -> None:
        """There are no links: a cursor that reads like one stays a parameter of the very same call."""
        asked: list[str] = []

        async def spoil(request: web.Request, _: int) -> web.Response | None:
            if not request.path.endswith("/case-notes"):
                return None
            asked.append(request.query.get("cursor", ""))
            return web.json_response({"caseNotes": [], "nextCursor": "https://elsewhere.example/notes"})

        async with self.endpoint(spoil) as origin:
            result = await self.asked(origin)
        assert asked == ["", "https://elsewhere.example/notes"]
        assert (result.label, result.cause) == (OutcomeLabel.PARTIAL, Cause.PAGE_LOOP)


class TestStu3(SocialCareConformance):
    plugin = plugin_of(STU3)
    resources = STU3_ITEMS
    settings: ClassVar[Mapping[str, object]] = {"mapping": str(STU3)}
    manners: ClassVar[Mapping[str, object]] = {"manner": "stu3"}
    supplied = OF_STU3

    @staticmethod
    def is_look_up(request: web.Request) -> bool:
        return "/Patient" in request.path


@pytest.mark.parametrize("mapping", [MOSAIC, STU3], ids=lambda path: path.stem)
def test_the_reads_are_the_mappings_own(mapping: Any) -> None:
    """Nothing but GET, and no path that the mapping does not name."""
    reads = bound(mapping).reads
    assert reads
    assert all(method == "GET" for method, _ in reads)
    assert all(path in mapping.read_text(encoding="utf-8") for _, path in reads)
