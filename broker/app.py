"""The composition root: the only file that knows every part, and how each is closed again."""

from __future__ import annotations

import asyncio
import functools
import gc
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass

import orjson
import structlog

from broker.adapters.clock import SystemClock
from broker.adapters.credentials import check_credentials
from broker.adapters.keys import KeyRing, read_key_ring
from broker.adapters.patient_index import TracedPatientIndex
from broker.adapters.plugins import load_plugins
from broker.adapters.processes import listening
from broker.adapters.release_store import SqliteReleaseStore
from broker.adapters.roads import connector_for, open_road, plugin_for, transport_for
from broker.adapters.sealing import RingSealer
from broker.adapters.swept_cache import SweptCache
from broker.adapters.tokens.authenticator import JwtAuthenticator
from broker.adapters.tokens.key_sets import KeySets
from broker.adapters.tokens.trust_file import read_trust
from broker.domain.errors import ServiceDown
from broker.objections import Register
from broker.objections.forgetting import Forgetting
from broker.objections.noticing import Noticing
from broker.objections.tally import Tally
from broker.pipeline import Question, Reply, Services, answer
from broker.pipeline.gathering import Gathered
from broker.pipeline.judging import digest_of_partners
from broker.pipeline.recall import Recall
from broker.pipeline.recalling import size_of
from broker.policy.accepting import Rules
from broker.policy.changing import PolicyPlace
from broker.policy.keeping import PolicyKeeper
from broker.policy.kept import kept_beside
from broker.policy.watching import watch
from broker.ports.clock import Clock
from broker.ports.connector import Plugin
from broker.ports.objection_register import ObjectionRegister
from broker.settings import Settings
from broker.settings.address import DEMONSTRATION

_log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Broker:
    """A broker with every part in place. The http room puts a door before it. `register` is the store's."""

    settings: Settings
    services: Services
    policies: PolicyKeeper
    register: ObjectionRegister

    async def answer(self, question: Question) -> Reply:
        """See broker.pipeline.answer."""
        return await answer(question, self.services)

    async def states(self) -> tuple[tuple[str, bool, str], ...]:
        """Each of our own services: its name, whether it can serve, and words for operators."""
        fault = self.policies.fault
        return (("policy", fault is None, fault or ""), await _state("audit", self.services.store.check))


@asynccontextmanager
async def open_broker(settings: Settings, *, look_now: asyncio.Event | None = None) -> AsyncIterator[Broker]:
    """Everything but the door. On the way out the audit is finished, then every part is closed. Whenever
    `look_now` is set, the policies are looked at, changed or not.

    Raises FileFault for a file at fault, PluginFault or UnfitRegistration for a connector, ServiceDown
    for a store or a key.
    """
    async with AsyncExitStack() as stack:
        broker = await assemble(settings, stack)
        stack.push_async_callback(finish, broker.services)
        seen = functools.partial(_seen, Tally(broker.register), asyncio.Lock())
        await stack.enter_async_context(listening(settings.store_path, seen))
        _log.info("policy-loaded", revision=broker.policies.current.revision)
        watching = watch(
            broker.policies,
            settings.policies_path,
            look_now or asyncio.Event(),
            every_s=settings.limits.policy_watch_s,
            moved=functools.partial(_forget_everybody, broker.services),
        )
        stack.push_async_callback(_stop, asyncio.create_task(watching))
        if broker.services.recall is not None:
            following = _forgetting(broker, broker.services.recall).follow()
            stack.push_async_callback(_stop, asyncio.create_task(following))
        keep_collector_out()
        yield broker


async def assemble(settings: Settings, stack: AsyncExitStack) -> Broker:
    """Every adapter behind its port; `stack` closes them in reverse."""
    clock = SystemClock()
    trust = read_trust(settings.trust_path, environment=settings.environment)
    ring = _usable_ring(settings)
    plugins = load_plugins(trust.connector_distributions)
    store = SqliteReleaseStore.open(settings.store_path, ring, clock)
    stack.push_async_callback(store.aclose)
    keeper = await PolicyKeeper.open(policy_place(settings), store.policy_steps, clock)
    key_sets = KeySets(trust.issuers.values(), clock, settings.limits)
    authenticator = JwtAuthenticator(trust, key_sets, clock, settings.limits)
    stack.push_async_callback(authenticator.aclose)
    folder = settings.config_dir / "partners"
    roads = {
        one.partner_id: open_road(one, plugins, ring, clock, folder=folder, environment=settings.environment)
        for one in settings.partners
    }
    for road in roads.values():
        stack.push_async_callback(road.transport.aclose)
    index = _index(settings, plugins, ring, clock)
    stack.push_async_callback(index.aclose)
    recall = _recall(settings, clock, stack)
    services = Services(
        authenticator=authenticator,
        index=index,
        store=store,
        sealer=RingSealer(ring, window_s=settings.limits.patient_token_window_s),
        clock=clock,
        locals=index.locals,
        policies=lambda: keeper.current,
        registrations=settings.partners,
        roads=roads,
        limits=settings.limits,
        contact=settings.contact,
        partners_digest=digest_of_partners(one.facts for one in settings.partners),
        nobodys=Noticing(Register(store, clock)).note,
        recall=recall,
    )
    return Broker(settings=settings, services=services, policies=keeper, register=store)


def _recall(settings: Settings, clock: Clock, stack: AsyncExitStack) -> Recall[Gathered] | None:
    """None unless operations turned it on."""
    kept = settings.transient_cache
    if not kept.seconds:
        return None
    recall = Recall(SweptCache(kept.seconds, kept.bytes_max, clock, size_of=size_of), clock)
    stack.callback(recall.aclose)
    return recall


def _forgetting(broker: Broker, recall: Recall[Gathered]) -> Forgetting:
    return Forgetting(recall, broker.register, broker.services.store, broker.services.clock)


def _forget_everybody(services: Services) -> None:
    if services.recall is not None:
        services.recall.clear()


async def _seen(tally: Tally, turn: asyncio.Lock) -> bytes:
    """The register as this process sees it, for a desk that counts; one who asks at a time."""
    async with turn:
        try:
            whole = await tally.read_on()
        except ServiceDown:
            return b""
        return orjson.dumps({"newest": tally.newest, "whole": whole, "in_force": tally.counts})


def policy_place(settings: Settings) -> PolicyPlace:
    """Where the policies of these settings stand, and by which rules a change of them comes into force."""
    return PolicyPlace(
        folder=settings.policies_path,
        kept=kept_beside(settings.store_path),
        partners=tuple(one.facts for one in settings.partners),
        rules=Rules(
            demonstration=settings.environment == DEMONSTRATION, anchors=frozenset(settings.policy_signers)
        ),
        within_s=settings.limits.policy_compare_s_max,
    )


def _usable_ring(settings: Settings) -> KeyRing:
    """The ring, with every key and every partner's credentials usable now. Raises FileFault."""
    ring = read_key_ring(settings.keys_path, environment=settings.environment)
    for complaint in ring.complaints():
        raise complaint
    for partner in settings.partners:
        path = settings.config_dir / "partners" / f"{partner.partner_id}.yaml"
        check_credentials(partner, ring, path)
    check_credentials(settings.index, ring, settings.config_dir / "index.yaml")
    return ring


def _index(
    settings: Settings, plugins: Mapping[str, Plugin], ring: KeyRing, clock: Clock
) -> TracedPatientIndex:
    registration = settings.index
    plugin = plugin_for(registration, plugins, role="index")
    transport = transport_for(registration, plugin.manifest, ring, clock)
    connector = connector_for(
        registration, plugin, folder=settings.config_dir, environment=settings.environment
    )
    return TracedPatientIndex(registration.partner_id, connector, transport, settings.limits, clock)


async def _state(service: str, check: Callable[[], Awaitable[None]]) -> tuple[str, bool, str]:
    try:
        await check()
    except ServiceDown as down:
        return down.service, False, "cannot be used now; nothing is released"
    return service, True, ""


async def _stop(task: asyncio.Task[None]) -> None:
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)


async def finish(services: Services) -> None:
    """Wait for the endings that requests still owe to the audit trail."""
    while services.background:
        await asyncio.gather(*services.background)


def keep_collector_out() -> None:
    """What start-up made is never garbage: freeze it, so that the collector never walks it in a request.

    Measured on a bare broker, the collector is half of the time and two thirds of the tail.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 100)
