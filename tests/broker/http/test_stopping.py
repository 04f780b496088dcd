"""A stop lets what is under way end, begins nothing new, and returns when the last has ended."""

from __future__ import annotations

import asyncio
import os
import signal

import aiohttp

from broker.http.door import make_app
from broker.http.server import serve
from broker.http.settings import DoorSettings
from tests.support.http_door import TOKEN, Held, get, is_ready, knock


async def test_on_sigterm_what_is_under_way_ends_and_nothing_new_begins() -> None:
    """Readiness turns, the port closes, the open question is answered, then the door returns."""
    held = Held()
    app = make_app(held, readiness=is_ready)
    door = await serve(app, "127.0.0.1", 0)
    stopped = asyncio.create_task(door.until_stopped())
    async with aiohttp.ClientSession(headers=TOKEN) as client:
        asked = asyncio.create_task(client.get(f"{door.url}/Patient/token"))
        await held.began.wait()
        os.kill(os.getpid(), signal.SIGTERM)
        async with asyncio.timeout(5):
            while not await _refused(door.port):
                await asyncio.to_thread(int)
        assert not stopped.done()
        held.let_go.set()
        response = await asked
        assert response.status == 200
        assert response.headers["Connection"] == "close"
        await response.read()
        await asyncio.wait_for(stopped, 5)


async def _refused(port: int) -> bool:
    try:
        _, writer = await asyncio.open_connection("127.0.0.1", port)
    except ConnectionRefusedError:
        return True
    writer.close()
    return False


async def test_what_does_not_end_within_the_drain_is_cancelled_and_awaited() -> None:
    """After `drain_s` the question is cancelled, and the door returns only when it has ended."""
    held = Held()
    door = await serve(make_app(held, readiness=is_ready, settings=DoorSettings(drain_s=0.2)), "127.0.0.1", 0)
    asked = asyncio.create_task(knock(door, get("/fhir/Patient/token")))
    await held.began.wait()
    began_s = asyncio.get_running_loop().time()
    await door.drain()
    assert held.cancelled.is_set()
    assert 0.15 < asyncio.get_running_loop().time() - began_s < 2
    assert await asked == b""
