"""Numbers that no program would write anew keep their spelling, beside everything else of a real server.

The real servers spell each number in the shortest way, as most programs would again. So a relay stands
before one and writes a nought behind every decimal: what is parsed and written anew on its way shows.
"""

from __future__ import annotations

from pathlib import Path

import aiohttp
from aiohttp import web

from tests.support.json_text import numbers_in, resource_texts, with_numbers
from tests.support.loopback import served
from tests.support.network import Partner
from tests.support.real_network import broker_among, newest_release, whole_record
from tests.support.real_servers import RealServer
from tests.support.undoing import items_of, tree_of


def respelt(text: str) -> str:
    """`5.4` as `5.40`; whole numbers as they are."""
    return with_numbers(text, lambda number: f"{number}0" if "." in number else number)


def relay(server: RealServer, sent: list[str]) -> web.Application:
    """Everything that is asked of it, asked of the server; each answer respelt, and kept in `sent`."""

    async def passed_on(request: web.Request) -> web.Response:
        url = f"{server.base_url}/{request.match_info['path']}"
        headers = {"Content-Type": request.headers.get("Content-Type", "")} if request.can_read_body else {}
        async with (
            aiohttp.ClientSession() as session,
            session.request(
                request.method, url, params=request.query, data=await request.read(), headers=headers
            ) as answer,
        ):
            text = respelt((await answer.read()).decode())
        sent.append(text)
        return web.Response(status=answer.status, text=text, content_type="application/fhir+json")

    app = web.Application()
    app.router.add_route("*", "/{path:.*}", passed_on)
    return app


async def test_a_nought_behind_every_decimal_is_still_there(sekmet: RealServer, tmp_path: Path) -> None:
    """Each item's numbers are those that went over the wire, character for character."""
    sent: list[str] = []
    compared = 0
    async with served(relay(sekmet, sent)) as origin:
        partners = {"relay": Partner(endpoint=origin)}
        async with broker_among(tmp_path, sekmet.people, partners) as client:
            for person in sekmet.people:
                sent.clear()
                bundle = await whole_record(client, person)
                release = await newest_release(client, person.number)
                held = {
                    (tree["resourceType"], tree["id"]): text
                    for text in resource_texts(sent[-1])
                    for tree in [tree_of(text)]
                }
                shown = [text for text in resource_texts(bundle) if items_of([tree_of(text)])]
                for name, text in zip(release.items, shown, strict=True):
                    assert numbers_in(text) == numbers_in(held[name])
                    compared += sum(number.endswith("0") and "." in number for number in numbers_in(text))
    assert compared > 100
