"""A record of the trail to the facts that it was judged on: who asked, whom about, and the register then."""

from __future__ import annotations

import datetime as dt
import sqlite3
from dataclasses import dataclass, field, replace

from broker.adapters.keys import KeyRing
from broker.adapters.release_store import links
from broker.adapters.release_store.entries import Body, read_body
from broker.adapters.release_store.identity import BoxFault, Identity, open_identity
from broker.adapters.release_store.steps import STEPS, marks_for, opened
from broker.domain.audit import JudgedOn
from broker.domain.decision import Reason
from broker.domain.errors import ServiceDown
from broker.domain.grant import Grant
from broker.domain.identity import NhsNumber
from broker.domain.objection import Objection, ObjectionSnapshot
from broker.domain.requester import Permission, RelationshipGround, Requester


@dataclass(frozen=True, slots=True, kw_only=True)
class JudgedRecord:
    """One record. `requester` and `judged_on` are None where the request was turned away undecided; `cause`
    says why. `objections` and `grant` are as they stood when it was judged.
    """

    sequence: int
    kind: str
    interaction: str
    at: dt.datetime
    cause: str
    policy_revision: str
    reasons: tuple[Reason, ...]
    requester: Requester | None
    judged_on: JudgedOn | None = field(repr=False)
    numbers: frozenset[NhsNumber] = field(repr=False)
    objections: ObjectionSnapshot
    grant_id: str
    grant: Grant | None


def judged_record(database: sqlite3.Connection, ring: KeyRing, sequence: int) -> JudgedRecord | None:
    """None when there is no such record. Raises ServiceDown when any part of it cannot be read."""
    query = (
        "SELECT record.body, record.commitment, sealed.key, sealed.box FROM record "
        "LEFT JOIN sealed ON sealed.record = record.id WHERE record.id = ?"
    )
    row = database.execute(query, (sequence,)).fetchone()
    if row is None:
        return None
    raw, commitment, key_id, box = row
    body = read_body(raw)
    try:
        identity = open_identity(ring, key_id, box, commitment)
    except (BoxFault, TypeError):
        raise ServiceDown("audit") from None
    numbers = frozenset(map(NhsNumber, identity.numbers))
    return JudgedRecord(
        sequence=sequence,
        kind=body.kind,
        interaction=body.interaction,
        at=dt.datetime.fromisoformat(body.at),
        cause=body.cause,
        policy_revision=body.policy_revision,
        reasons=body.reasons,
        requester=_requester(body, identity),
        judged_on=identity.judged_on,
        numbers=numbers,
        objections=_objections(database, ring, numbers, body.objection_version, sequence),
        grant_id=body.grant,
        grant=_grant(database, ring, body.grant, sequence),
    )


def _requester(body: Body, identity: Identity) -> Requester | None:
    if not body.authenticated:
        return None
    return Requester(
        issuer=body.issuer,
        user_id=identity.user_id,
        user_name=identity.user_name,
        organisation_ods=body.organisation_ods,
        roles=body.roles,
        purpose=body.purpose,
        relationship=RelationshipGround(body.relationship),
        permission=Permission(body.permission),
        scopes=frozenset(body.scopes),
        session_id=identity.session_id,
    )


def _objections(
    database: sqlite3.Connection, ring: KeyRing, numbers: frozenset[NhsNumber], version: int, sequence: int
) -> ObjectionSnapshot:
    """Every objection in the state that it had at that version of the register, under every number that
    led to the person when the record was written: a link may be newer than the last step of an objection.
    """
    hashes = links.hashes_of(database, ring, numbers, until=sequence)
    where = f"lookup.objection = 1 AND lookup.hash IN ({marks_for(hashes)}) AND lookup.record <= ?"
    query = STEPS.format(source="lookup", on="lookup.record", where=where)
    newest: dict[str, Objection] = {}
    for _, identity in opened(database.execute(query, (*hashes, version)), ring):
        if identity.event is None:
            raise ServiceDown("release-store")
        newest[identity.event.objection.objection_id] = identity.event.objection
    return ObjectionSnapshot(version=version, objections=tuple(newest.values()))


def _grant(database: sqlite3.Connection, ring: KeyRing, grant_id: str, sequence: int) -> Grant | None:
    if not grant_id:
        return None
    where = "step.subject = ? AND step.kind = 'grant' AND step.id <= ?"
    query = STEPS.format(source="record AS step", on="step.id", where=where)
    steps = list(opened(database.execute(query, (grant_id, sequence)), ring))
    event = steps[-1][1].grant if steps else None
    if event is None:
        return None
    numbers = links.linked_with(database, ring, event.grant.numbers, until=sequence)
    return replace(event.grant, numbers=numbers)
