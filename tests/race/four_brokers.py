"""Four real broker processes on one store, each on its own port, over partners that this process plays."""

from __future__ import annotations

import asyncio
import contextlib
import json
import shutil
import socket
import sys
from asyncio.subprocess import PIPE, STDOUT
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import aiohttp

from broker.adapters.development_issuer import DevelopmentIssuer
from broker.settings import Settings, load_settings
from tests.support.loopback import served
from tests.support.network import NHS, Partner, simulated, write_config
from tests.support.small_network import NUMBER, holding, indexed

BROKERS = 4
SEEN = b"seen at"
_STARTS_WITHIN_S = 60.0
_ENDS_WITHIN_S = 30.0
_LIMITS = {"calls_per_s_max": 10_000, "calls_at_once_max": 64}


@dataclass(frozen=True, slots=True)
class Four:
    """Running brokers: their FHIR bases, the header of somebody who may look, and the person's sealed id."""

    bases: tuple[str, ...]
    headers: dict[str, str]
    patient_id: str
    settings: Settings
    session: aiohttp.ClientSession


@asynccontextmanager
async def four_brokers(folder: Path) -> AsyncIterator[Four]:
    """Start them, and wait until each has answered."""
    async with AsyncExitStack() as stack:
        issuer = await DevelopmentIssuer.start()
        stack.push_async_callback(issuer.aclose)
        index = simulated("pds", {NUMBER: [indexed()]}, calls_per_s=10_000)
        pds = await stack.enter_async_context(served(index))
        partners = {
            name: Partner(endpoint=await stack.enter_async_context(served(holding(name))), limits=_LIMITS)
            for name in ("alder", "beech")
        }
        config = write_config(folder, partners, pds, issuer, limits={})
        session = await stack.enter_async_context(aiohttp.ClientSession())
        token = issuer.token(role="doctor", organisation="RX901", relationship="booking", lifetime_s=900)
        headers = {"Authorization": f"Bearer {token}"}
        ports = _free_ports(BROKERS)
        bases = tuple(f"http://127.0.0.1:{port}/fhir" for port in ports)
        starting = [_started(_beside(config, place, port), stack) for place, port in enumerate(ports)]
        await asyncio.gather(*starting)
        ids = {await _patient_id(session, base, headers) for base in bases}
        assert len(ids) == 1, "the brokers do not share their keys"
        yield Four(bases, headers, ids.pop(), load_settings(config), session)


def _free_ports(count: int) -> list[int]:
    """Ports that nobody listens on now."""
    with contextlib.ExitStack() as stack:
        made = [stack.enter_context(socket.create_server(("127.0.0.1", 0))) for _ in range(count)]
        return [one.getsockname()[1] for one in made]


def _beside(config: Path, place: int, port: int) -> Path:
    """The same settings, keys, policies and store for one more process, on a port of its own."""
    mine = Path(shutil.copytree(config, config.with_name(f"config-{place}")))
    broker = json.loads((mine / "broker.yaml").read_text())
    broker["listen"]["port"] = port
    (mine / "broker.yaml").write_text(json.dumps(broker))
    return mine


async def _started(config: Path, stack: AsyncExitStack) -> None:
    """`watersmeet serve` on these settings, until it says that it listens; the stack ends it."""
    command = (sys.executable, "-m", "broker", "serve", "--config", str(config))
    process = await asyncio.create_subprocess_exec(*command, stdout=PIPE, stderr=STDOUT)
    stack.callback(_killed, process)
    assert process.stdout is not None
    said = b""
    async with asyncio.timeout(_STARTS_WITHIN_S):
        async for line in process.stdout:
            said += line
            if b'"started"' in line:
                break
        else:
            raise AssertionError(said.decode())
    # A pipe that nobody reads would stop the broker.
    await stack.enter_async_context(_read_meanwhile(process.stdout))
    stack.push_async_callback(_ended, process)


@asynccontextmanager
async def _read_meanwhile(lines: asyncio.StreamReader) -> AsyncIterator[None]:
    task = asyncio.create_task(lines.read())
    try:
        yield
    finally:
        await task


def _killed(process: asyncio.subprocess.Process) -> None:
    """One that did not even start."""
    if process.returncode is None:
        process.kill()


async def _ended(process: asyncio.subprocess.Process) -> None:
    if process.returncode is None:
        process.terminate()
    try:
        async with asyncio.timeout(_ENDS_WITHIN_S):
            await process.wait()
    except TimeoutError:
        process.kill()
        await process.wait()


async def _patient_id(session: aiohttp.ClientSession, base: str, headers: dict[str, str]) -> str:
    form = {"identifier": f"{NHS}|{NUMBER}"}
    async with session.post(f"{base}/Patient/_search", data=form, headers=headers) as response:
        found = await response.json(content_type=None)
    assert response.status == 200, found
    return next(
        str(one["resource"]["id"]) for one in found["entry"] if one["resource"]["resourceType"] == "Patient"
    )
