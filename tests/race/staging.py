"""A folder to a store, keys, policies and registrations that many interleavings use one after another."""

from __future__ import annotations

import dataclasses
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

from broker.adapters.keys import KeyRing, make_development_keys, read_key_ring
from broker.adapters.release_store import verify_store
from broker.adapters.sealing import RingSealer
from broker.adapters.swept_cache import SweptCache
from broker.domain.limits import BrokerLimits
from broker.domain.policy import PolicySet
from broker.domain.registration import PartnerRegistration
from broker.pipeline import Services
from broker.pipeline.fanout import Road
from broker.pipeline.recalling import size_of
from broker.policy.loading import load_policies
from broker.ports.connector import IndexConnector
from broker.settings import load_settings
from connectors.fhir_r4 import PLUGIN as FHIR
from connectors.pds import PLUGIN as PDS
from tests.race import world
from tests.race.asking import Tokens
from tests.race.journal import Journal
from tests.race.network import IndexWire, PartnerWire, Wires
from tests.race.stepping import Gates, SteppedClock, SteppedLoop
from tests.race.watching import WatchedIndex, WatchedRecall, WatchedStore
from tests.support.policies import NETWORK, copy_policies
from tests.support.real_data import PROJECT

# Time stands still, so that no slice ever ends early; and every slice ends at once, wherever a stage may let
# others run.
LIMITS = {"whole": BrokerLimits(), "sliced": BrokerLimits(slice_s=-1.0)}
OWN_STORE, OTHER_STORE = "broker", "desk"


@cache
def registrations() -> tuple[PartnerRegistration, ...]:
    """Two of the partners that the project's own settings register, all asked through one connector."""
    partners = {one.partner_id: one for one in load_settings(PROJECT / "config").partners}
    supplied = partners[world.ADDENBURY].supplies
    return tuple(
        dataclasses.replace(partners[name], connector="fhir_r4", supplies=supplied, settings={})
        for name in world.PARTNERS
    )


@cache
def tightened_policies() -> PolicySet:
    """The shipped policies, but that one hospital supplies allergies alone."""
    with tempfile.TemporaryDirectory(prefix="watersmeet-race-") as folder:
        return _tightened(copy_policies(Path(folder)))


def _tightened(copied: Path) -> PolicySet:
    path = copied / "sharing-agreement" / "policy.yaml"
    head, mark, rest = path.read_text().partition(f"  - partner: {world.PAPERMILL}\n")
    changed = rest.replace("categories: [everything]", "categories: [allergies]", 1)
    assert changed != rest
    path.write_text(head + mark + changed)
    return load_policies(copied, NETWORK)


@dataclass(slots=True)
class Stage:
    """One store file with the broker's connection and the objections desk's own, and what goes with them."""

    loop: SteppedLoop
    gates: Gates
    path: Path
    ring: KeyRing
    tightened: PolicySet
    stores: dict[str, WatchedStore] = field(default_factory=dict)

    @property
    def clock(self) -> SteppedClock:
        """The one clock of everybody."""
        return SteppedClock(self.loop)

    def services(
        self,
        journal: Journal,
        wires: Wires,
        policies: list[PolicySet],
        limits: BrokerLimits,
        *,
        remembers: bool,
    ) -> Services:
        """A broker of its own for each interleaving, over the one store: nothing of another is in memory."""
        index = WatchedIndex(world.INDEX, _index_connector(), IndexWire(wires), limits, self.clock)
        index.journal = journal
        for store in self.stores.values():
            store.journal = journal
        return Services(
            authenticator=Tokens(),
            index=index,
            store=self.stores[OWN_STORE],
            sealer=RingSealer(self.ring),
            clock=self.clock,
            locals=index.locals,
            policies=lambda: policies[0],
            registrations=registrations(),
            roads={name: _road(name, wires) for name in world.PARTNERS},
            limits=limits,
            recall=self._recall(journal) if remembers else None,
        )

    def _recall(self, journal: Journal) -> WatchedRecall:
        recall = WatchedRecall(SweptCache(60.0, 1 << 20, self.clock, size_of=size_of), self.clock)
        recall.journal, recall.gates = journal, self.gates
        return recall


@asynccontextmanager
async def staged(loop: SteppedLoop, folder: Path) -> AsyncIterator[Stage]:
    """A new store in `folder`; at the end its trail must be whole, from the first record to the last."""
    ring = read_key_ring(make_development_keys(folder), environment="demonstration")
    stage = Stage(loop, Gates(loop), folder / "releases.sqlite", ring, tightened_policies())
    try:
        for chain in (OWN_STORE, OTHER_STORE):
            stage.stores[chain] = WatchedStore.stepped(stage.path, ring, stage.clock, chain, stage.gates)
        yield stage
    finally:
        for store in stage.stores.values():
            await store.aclose()
    verdict = verify_store(stage.path, ring)
    assert verdict.fault is None, verdict.fault


@cache
def _index_connector() -> IndexConnector:
    made: IndexConnector = PDS.create({})
    return made


@cache
def _connector() -> Any:
    return FHIR.create({"ask": "everything"})


def _road(partner: str, wires: Wires) -> Road:
    return Road(
        connector=_connector(),
        transport=PartnerWire(partner, wires),
        proof=FHIR.manifest.proof,
        documents=True,
    )
