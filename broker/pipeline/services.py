"""What the pipeline is given to work with: one adapter behind each port, wired in app.py."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeVar

from broker.domain.identity import NhsNumber
from broker.domain.limits import BrokerLimits
from broker.domain.policy import PolicySet
from broker.domain.registration import PartnerRegistration
from broker.pipeline.fanout import Road
from broker.pipeline.judging import Judge
from broker.pipeline.recall import Recall
from broker.ports.authenticator import Authenticator
from broker.ports.clock import Clock
from broker.ports.local_identities import LocalIdentities
from broker.ports.patient_index import PatientIndex
from broker.ports.release_store import ReleaseStore
from broker.ports.sealer import Sealer

Made = TypeVar("Made")


@dataclass(frozen=True, slots=True, kw_only=True)
class Services:
    """`policies` gives the revision in force now; `background` holds records that must be finished
    although the request that owes them is over. `partners_digest` is of the registrations, for the trail.
    `nobodys` notes on the objections under a number that the index no longer knows it as a person's; where
    there is none, the desk finds that out alone.
    `recall` remembers for seconds what was gathered; None where operations have not turned that on.
    `judge` is made of `policies` and `registrations`.
    """

    authenticator: Authenticator
    index: PatientIndex
    store: ReleaseStore
    sealer: Sealer
    clock: Clock
    locals: LocalIdentities
    policies: Callable[[], PolicySet]
    registrations: tuple[PartnerRegistration, ...]
    roads: Mapping[str, Road]
    limits: BrokerLimits
    contact: tuple[str, ...] = ()
    partners_digest: str = ""
    nobodys: Callable[[NhsNumber], Coroutine[Any, Any, None]] | None = None
    recall: Recall[Any] | None = None
    background: set[asyncio.Task[Any]] = field(default_factory=set)
    judge: Judge = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        """Also of a copy with other policies or registrations."""
        object.__setattr__(self, "judge", Judge(self.policies, self.registrations))

    def finish_later(self, work: Coroutine[Any, Any, Made]) -> asyncio.Task[Made]:
        """Run `work` to its end whatever becomes of the request; awaited when the broker stops."""
        task = asyncio.get_running_loop().create_task(work)
        self.background.add(task)
        task.add_done_callback(self.background.discard)
        return task

    @property
    def names(self) -> dict[str, str]:
        """Each partner's name for a reader."""
        return {one.partner_id: one.organisation.name for one in self.registrations}

    def own(self, organisation_ods: str) -> frozenset[str]:
        """The registrations of one organisation."""
        return frozenset(
            one.partner_id for one in self.registrations if organisation_ods in one.organisation.ods_codes
        )

    @property
    def opens(self) -> frozenset[str]:
        """The partners that hand out the documents which they list."""
        return frozenset(partner_id for partner_id, road in self.roads.items() if road.documents)
