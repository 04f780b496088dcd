"""Plans into simulators that answer on loopback sockets, for as long as a block runs."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable, Mapping
from contextlib import AsyncExitStack, asynccontextmanager

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


async def _start(plan: SimulatorPlan, plugin: Plugin, running: AsyncExitStack) -> str:
    runner = web.AppRunner(plugin.simulator(plan.people, plan.manners), access_log=None, shutdown_timeout=0.5)
    await runner.setup()
    running.push_async_callback(runner.cleanup)
    await web.TCPSite(runner, LOOPBACK, 0).start()
    port = runner.addresses[0][1]
    return f"http://{LOOPBACK}:{port}{BASE_PATH}"
