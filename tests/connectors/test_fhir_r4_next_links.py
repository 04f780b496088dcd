"""Each kind of `next` that real servers give: followed to its end, or said to be missing."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

import pytest
from aiohttp import web

from broker.domain.outcome import Cause, OutcomeLabel
from broker.ports.connector import Ending
from connectors.fhir_r4 import PLUGIN
from tests.support.fhir_server import ASHA_THERE, bundle, fetch, flag, found
from tests.support.loopback import served
from tests.support.patients import ASHA
from tests.support.sender import Heard, ask_for, held_conversation, road_to, said

BASE_PATH = "/tenant-1/r4"
SETTINGS: dict[str, object] = {"ask": "by-type", "types": ["Flag"], "count": 2}

FOLLOWED = {
    "absolute": "{origin}/tenant-1/r4/Flag?page=2",
    "host-relative": "/tenant-1/r4/Flag?page=2",
    "relative to the base": "Flag?page=2",
    "a query alone": "?page=2",
    "without a type": "{origin}/tenant-1/r4?page=2",
    "without a type, behind a slash": "{origin}/tenant-1/r4/?page=2",
    "without a scheme": "//{host}/tenant-1/r4/Flag?page=2",
}
REFUSED = {
    "an unreachable host": "http://fhir-internal:8080/tenant-1/r4/Flag?page=2",
    "another spelling of the host": "http://localhost:{port}/tenant-1/r4/Flag?page=2",
    "a doubled port": "http://127.0.0.1:{port}:{port}/tenant-1/r4/Flag?page=2",
    "another port": "http://127.0.0.1:1/tenant-1/r4/Flag?page=2",
    "without the tenant": "{origin}/r4/Flag?page=2",
    "another scheme": "https://{host}/tenant-1/r4/Flag?page=2",
    "no address": "http://[::1",
}


@asynccontextmanager
async def server(link: str, heard: list[str]) -> AsyncIterator[str]:
    """Asha's three Flags on two pages; the first goes on at `link`. `heard` is every call that came."""

    async def answer(request: web.Request) -> web.Response:
        heard.append(request.path_qs)
        if request.path.endswith("/Patient/_search"):
            return web.Response(body=bundle(ASHA_THERE))
        if request.query.get("page") == "2":
            return web.Response(body=bundle(flag("f3"), total=3))
        host = request.host
        here = link.format(origin=f"http://{host}", host=host, port=host.partition(":")[2])
        return web.Response(body=bundle(flag("f1"), flag("f2"), next_link=here, total=3))

    app = web.Application()
    app.router.add_route("*", "/{path:.*}", answer)
    async with served(app) as origin:
        yield origin + BASE_PATH


async def asked(endpoint: str) -> tuple[Ending, Heard]:
    """One ask of Asha's Flags, over the product's own transport."""
    async with road_to(endpoint, PLUGIN.manifest, ASHA) as send:
        ask = ask_for(resource_types=frozenset({"Flag"}))
        return await held_conversation(PLUGIN.create(SETTINGS).fetch(ask), send)


@pytest.mark.parametrize("link", FOLLOWED.values(), ids=FOLLOWED.keys())
async def test_a_link_that_stays_at_the_endpoint_is_followed_however_it_is_written(link: str) -> None:
    """The second page is asked for once, and the answer is whole."""
    calls: list[str] = []
    async with server(link, calls) as endpoint:
        ending, heard = await asked(endpoint)
    assert ending.label is OutcomeLabel.COMPLETE
    assert [b'"f%d"' % place in entry.raw for place, entry in enumerate(heard.entries)][1:] == [True] * 3
    assert [call for call in calls if "page=2" in call] == calls[2:]
    assert len(calls) == 3


@pytest.mark.parametrize("link", REFUSED.values(), ids=REFUSED.keys())
async def test_a_link_that_leads_elsewhere_is_refused_and_said(link: str) -> None:
    """No call is made for it; what came before is shown as partial, with the server's own total."""
    calls: list[str] = []
    async with server(link, calls) as endpoint:
        ending, heard = await asked(endpoint)
    assert ending == Ending(OutcomeLabel.PARTIAL, Cause.FOREIGN_LINK, 3)
    assert (len(heard.entries), len(calls)) == (3, 2)


Respond = Callable[..., Any]


@pytest.mark.parametrize(
    ("page", "cause"),
    [
        (bundle(flag("f1"), flag("f2")), Cause.FULL_PAGE),
        (bundle(flag("f1"), flag("f2"), total=3), Cause.FEWER_THAN_TOTAL),
        (bundle(flag("f1"), flag("f2"), total=2), Cause.NONE),
        (bundle(flag("f1")), Cause.NONE),
        (bundle(flag("f1"), flag("f2"), flag("f3")), Cause.NONE),
    ],
    ids=["full, untold", "short of its total", "full, and all", "not full", "more than was asked for"],
)
@pytest.mark.parametrize("search_by", ["get", "post"])
def test_a_page_without_a_next_is_believed_only_where_nothing_speaks_against_it(
    page: bytes, cause: Cause, search_by: str
) -> None:
    """Two were asked for. Two came, of how many nobody says: there may be more, and that is said."""
    settings = {**SETTINGS, "search_by": search_by}
    respond = found(bundle(ASHA_THERE), page) if search_by == "post" else _by_get(page)
    ending, heard = fetch(respond, settings, resource_types=frozenset({"Flag"}))
    whole = cause is Cause.NONE
    assert (ending.label is OutcomeLabel.COMPLETE, ending.cause) == (whole, cause)
    assert len(heard.entries) > 1


def _by_get(page: bytes) -> Respond:
    return lambda request: said(bundle(ASHA_THERE) if request.path == "Patient" else page)


def test_a_full_last_page_of_a_server_that_pages_is_believed() -> None:
    """It has shown that it gives a `next` where there is more."""
    pages = [bundle(flag("f1"), flag("f2"), next_link="?page=2"), bundle(flag("f3"), flag("f4"))]
    respond = iter([bundle(ASHA_THERE), *pages])
    ending, heard = fetch(lambda _: said(next(respond)), SETTINGS, resource_types=frozenset({"Flag"}))
    assert (ending.label, len(heard.entries)) == (OutcomeLabel.COMPLETE, 5)


@pytest.mark.parametrize(("count", "cause"), [(2, Cause.FULL_PAGE), (3, Cause.NONE)])
def test_everything_cut_at_what_was_asked_for_is_noticed(count: int, cause: Cause) -> None:
    """Its page holds everything that came, the Patient too."""
    respond = iter([bundle(ASHA_THERE), bundle(ASHA_THERE, flag("f1"))])
    ending, _ = fetch(lambda _: said(next(respond)), {"count": count})
    assert ending.cause is cause
