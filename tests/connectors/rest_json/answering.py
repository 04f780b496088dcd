"""Answers of a Mosaic-like system, written out page by page, without a socket."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from broker.domain.category import Category
from broker.domain.json_bytes import write_tree
from broker.domain.query import AskLimits
from broker.ports.connector import Answer, Ending, HttpRequest
from tests.connectors.rest_json.council import MOSAIC, ask, bound
from tests.support.sender import Heard, said, scripted

RESIDENT = {
    "mosaicId": "410771",
    "lastName": "Rao",
    "dateOfBirth": "1951-04-09",
    "nhsNumber": "999 000 0018",
    "restricted": "N",
}


def mosaic_answers(
    lists: Mapping[str, Sequence[Any]],
    *,
    categories: frozenset[Category] = frozenset({Category.SOCIAL_CARE}),
    limits: AskLimits | None = None,
) -> tuple[Ending, Heard]:
    """Asha's record where each list answers with these pages in turn; no tree is answered as it is."""
    asked: dict[str, int] = {}

    def respond(request: HttpRequest) -> Answer:
        name = request.path.rpartition("/")[2]
        if request.path == "residents":
            return said(write_tree({"residents": [RESIDENT]}))
        if request.path == "residents/410771":
            return said(write_tree(RESIDENT))
        place = asked[name] = asked.get(name, -1) + 1
        pages = lists.get(name, ())
        page = pages[min(place, len(pages) - 1)] if pages else {EMPTY[name]: []}
        return said(write_tree(page)) if isinstance(page, dict) else page

    return scripted(bound(MOSAIC).fetch(ask(categories=categories, limits=limits)), respond)


EMPTY = {
    "case-notes": "caseNotes",
    "care-plans": "carePlans",
    "visits": "visits",
    "allocations": "allocations",
    "warning-notes": "warningNotes",
    "services": "services",
}
