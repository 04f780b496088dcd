"""The very same question, asked again within seconds, to what its partners answered then. Off unless
operations turn it on; who may see what is judged and screened anew, and the release is on record like any.

Kept is what was gathered, before anything of it is screened, and only where, as far as the reader may know,
everybody asked has answered in full. Never for a restricted person, under emergency access, or of a
document.
"""

from __future__ import annotations

import dataclasses
import hashlib
import math
from typing import Any

from broker.domain.decision import Decision, Judgement, Naming
from broker.domain.errors import BrokerFault
from broker.domain.identity import NhsNumber, PatientIdentity
from broker.domain.objection import ObjectionSnapshot
from broker.domain.outcome import OutcomeLabel
from broker.domain.query import RecordQuery
from broker.domain.requester import Requester
from broker.pipeline.gathering import Errand, Gathered, gather
from broker.pipeline.joining import HungUp
from broker.pipeline.merging.completeness import TROUBLE_OF_ANYBODY
from broker.pipeline.planning import categories_wanted
from broker.pipeline.recall import About, Remembered
from broker.pipeline.services import Services

_KEY_BYTES = 32
# What a resource takes beside its bytes: its header, decoded.
_HEADER_BYTES = 1024


async def gather_or_recall(
    query: RecordQuery,
    patient: PatientIdentity,
    judgement: Judgement,
    errand: Errand,
    services: Services,
) -> Gathered:
    """As `gather`; where memory is on, the same question is asked of the partners once in its seconds."""
    recall = services.recall
    if recall is None or patient.restriction.hides_location:
        return await gather(query, patient, judgement, errand, services)
    gathered, own = await _one(query, patient, judgement, errand, services)
    return gathered if own else _from_memory(gathered, query, services)


async def _one(
    query: RecordQuery, patient: PatientIdentity, judgement: Judgement, errand: Errand, services: Services
) -> tuple[Gathered, bool]:
    assert services.recall is not None
    about = About(numbers=patient.numbers, objection_version=judgement.objection_version)
    try:
        return await services.recall.one(
            key_of(query, patient, judgement, errand.requester),
            about,
            lambda: gather(query, patient, judgement, errand, services),
            worth_keeping=lambda gathered: is_whole(gathered, judgement),
        )
    except HungUp:  # the broker is being closed
        raise BrokerFault from None


def key_of(query: RecordQuery, patient: PatientIdentity, judgement: Judgement, requester: Requester) -> bytes:
    """A digest of everything that must be the same: who asks, from where and why, in which session and within
    which scopes; the person, as the index describes them now; the types and categories that are asked for;
    and the whole judgement, with the policies' revision and the version of the objections.

    Two tokens of one session are one user's; how a page is cut is not the partners' business.
    """
    who = dataclasses.replace(requester, token_id="", expires_at=None)
    what = (query.resource_types, query.types_asked, categories_wanted(query))
    said = repr(_in_order((who, patient, what, judgement)))
    return hashlib.blake2b(said.encode(), digest_size=_KEY_BYTES).digest()


def _in_order(value: Any) -> Any:
    """Every member of it, whatever its own repr would hide, and sets in one order."""
    if dataclasses.is_dataclass(value):
        return [_in_order(getattr(value, member.name)) for member in dataclasses.fields(value)]
    if isinstance(value, frozenset):
        return sorted(map(_in_order, value), key=repr)
    return [_in_order(one) for one in value] if isinstance(value, tuple) else value


def is_whole(gathered: Gathered, judgement: Judgement) -> bool:
    """As far as this reader may know, everybody who was asked has answered in full: anything else is asked
    for again.

    A partner that policy veils reads alike whether it refused or holds nothing. If only the one were kept,
    the mark of a kept answer, and its haste, would tell them apart.
    """
    return all(
        _reads_whole(normalised.ending.label, judgement.decision_for(normalised.partner_id))
        for normalised in gathered.normalised
    )


def _reads_whole(label: OutcomeLabel, decision: Decision | None) -> bool:
    if decision is not None and decision.naming is Naming.VEILED:
        return label not in TROUBLE_OF_ANYBODY
    return label.answered_fully


def size_of(remembered: Remembered[Gathered]) -> int:
    """Bytes, as near as it is useful."""
    items = (resource for one in remembered.made.normalised for resource in one.resources)
    return _HEADER_BYTES + sum(len(resource.raw) + _HEADER_BYTES for resource in items)


async def read_objections(numbers: frozenset[NhsNumber], services: Services) -> ObjectionSnapshot:
    """As the register stands. What was gathered about them under another version of it is let go of."""
    found = await services.store.objections(numbers)
    if services.recall is not None:
        services.recall.forget(numbers, but_version=found.version)
    return found


def _from_memory(gathered: Gathered, query: RecordQuery, services: Services) -> Gathered:
    """For this question, which says of each answer how old it is at most, in whole seconds."""
    age_s = (services.clock.now() - gathered.asked_at).total_seconds()
    return dataclasses.replace(gathered, query=query, from_memory_s=max(1, math.ceil(age_s)))
