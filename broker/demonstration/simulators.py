"""Plans into simulators that answer on loopback sockets, for as long as a block runs."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Protocol

from aiohttp import web

from broker.demonstration.world import BASE_PATH, SimulatorPlan
from broker.ports.connector import Plugin

LOOPBACK = "127.0.0.1"


@asynccontextmanager
async def running_simulators(
    plans: Iterable[SimulatorPlan], plugins: Mapping[str, Plugin]
) -> AsyncIterator[dict[str, str]]:
    """Start every plan on a free port; yields each partner's endpoint by its id. All stop together.

    Raises KeyError for a connector that is not installed.
    """
    async with AsyncExitStack() as running:
        yield {plan.partner_id: await _start(plan, plugins[plan.connector], running) for plan in plans}


class Listener(Protocol):
    """A simulator of something that is not spoken over HTTP: it listens by itself."""

    async def start(self, host: str, port: int = 0) -> int:
        """Listen; returns the port."""
        ...

    async def stop(self) -> None:
        """Hang up on everybody."""
        ...


async def _start(plan: SimulatorPlan, plugin: Plugin, running: AsyncExitStack) -> str:
    if plugin.simulator is None:
        raise ValueError(f"connector `{plan.connector}` has no endpoint to simulate")
    made: web.Application | Listener = plugin.simulator(plan.people, plan.manners)
    if not isinstance(made, web.Application):
        running.push_async_callback(made.stop)
        return f"mllp://{LOOPBACK}:{await made.start(LOOPBACK)}"
    runner = web.AppRunner(made, access_log=None, shutdown_timeout=0.5)
    await runner.setup()
    running.push_async_callback(runner.cleanup)
    await web.TCPSite(runner, LOOPBACK, 0).start()
    port = runner.addresses[0][1]
    return f"http://{LOOPBACK}:{port}{BASE_PATH}"
