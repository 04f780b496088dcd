"""The domain's audit records to what is written: a clear body, an identifying part and a sealed proof.

Every kind of record has the same members in its body, so that a refusal says as much as a release.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter
from dataclasses import dataclass, field
from typing import Any

import msgspec

from broker.adapters.keys import Key, KeyRing, Purpose
from broker.adapters.keys.proof import seal_proof
from broker.adapters.release_store.chain import commitment_of
from broker.adapters.release_store.identity import (
    Identity,
    identity_of,
    identity_of_event,
    identity_of_grant,
    now_text,
    seal,
    written,
)
from broker.adapters.release_store.shelves import places_of
from broker.domain.audit import (
    AuditContext,
    Disclosure,
    DocumentListed,
    DocumentSent,
    Ending,
    Intent,
    RecordKind,
    Refusal,
    RegisterReading,
    ReleasedItem,
)
from broker.domain.decision import Reason
from broker.domain.grant_life import GrantEvent
from broker.domain.objection_life import ObjectionEvent
from broker.domain.outcome import PartnerOutcome
from broker.domain.policy_revision import PolicyStep
from broker.domain.requester import Requester


class Body(msgspec.Struct, frozen=True, omit_defaults=False, gc=False):
    """What stands in clear: nothing that names the person or the user."""

    kind: RecordKind
    at: str
    request_id: str = ""
    authenticated: bool = False
    issuer: str = ""
    organisation_ods: str = ""
    roles: tuple[str, ...] = ()
    purpose: str = ""
    relationship: str = ""
    permission: str = ""
    scopes: tuple[str, ...] = ()
    interaction: str = ""
    resource_types: tuple[str, ...] = ()
    policy_revision: str = ""
    objection_version: int = 0
    reasons: tuple[Reason, ...] = ()
    intent: int | None = None
    outcomes: tuple[PartnerOutcome, ...] = ()
    released: dict[str, int] = {}
    cause: str = ""
    ended: str = ""
    bytes_sent: int = 0
    step: int = 0
    times: int = 1
    grant: str = ""
    policy: PolicyStep | None = None
    reconstructs: int = 0
    approved_by: str = ""


class Proof(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """What governance can open: each released item, and the key of the digests; of a document, what was
    listed before it went out, and in the ending's own proof what went out.
    """

    digest_key: str
    items: tuple[ReleasedItem, ...]
    document: DocumentListed | None = None
    sent: DocumentSent | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """A record ready to be appended: everything slow is done before the transaction begins."""

    kind: RecordKind
    body: bytes
    commitment: bytes
    seal_key: str
    box: bytes = field(repr=False)
    index_key: str
    places: tuple[tuple[int, bytes], ...] = field(repr=False)
    intent: int | None = None
    subject: str | None = None
    proof_key: str | None = None
    proof: bytes | None = field(repr=False, default=None)


_JSON = msgspec.json.Encoder()
_PACK = msgspec.msgpack.Encoder()
_BODY = msgspec.json.Decoder(Body)
_PROOF = msgspec.msgpack.Decoder(Proof)


def entry_of(
    body: Body, identity: Identity, ring: KeyRing, *, subject: str | None = None, proof: bytes | None = None
) -> Entry:
    """Raises ServiceDown("keys")."""
    plain = written(identity)
    commitment = commitment_of(plain)
    seal_key, index_key = ring.active(Purpose.SEAL), ring.active(Purpose.INDEX)
    proof_key = None if proof is None else ring.proof_seal()
    return Entry(
        kind=body.kind,
        body=_JSON.encode(body),
        commitment=commitment,
        seal_key=seal_key.key_id,
        box=seal(plain, seal_key),
        index_key=index_key.key_id,
        places=tuple(places_of(body.kind, identity, index_key)),
        intent=body.intent,
        subject=subject,
        proof_key=None if proof_key is None else proof_key.key_id,
        proof=_sealed_proof(proof, proof_key, commitment),
    )


def _sealed_proof(proof: bytes | None, key: Key | None, commitment: bytes) -> bytes | None:
    if proof is None or key is None:
        return None
    return seal_proof(proof, public=key.secret, bound_to=commitment)


def intent_entry(intent: Intent, ring: KeyRing) -> Entry:
    """What was asked, before anybody is contacted."""
    body = _body(RecordKind.INTENT, intent.context, intent.at, reasons=intent.reasons)
    return entry_of(body, identity_of(intent.context), ring)


def disclosure_entry(disclosure: Disclosure, ring: KeyRing) -> Entry:
    """What is about to be released, with its proof sealed to governance."""
    body = _body(
        RecordKind.DISCLOSURE,
        disclosure.context,
        disclosure.at,
        reasons=disclosure.reasons,
        intent=disclosure.intent_sequence,
        outcomes=disclosure.outcomes,
        released=dict(Counter(item.partner_id for item in disclosure.items)),
    )
    proof = _PACK.encode(Proof(ring.active(Purpose.DIGEST).key_id, disclosure.items, disclosure.document))
    return entry_of(body, identity_of(disclosure.context), ring, proof=proof)


def ending_entry(ending: Ending, ring: KeyRing) -> Entry:
    """How a request that had an intent ended."""
    body = _body(
        RecordKind.OUTCOME,
        ending.context,
        ending.at,
        intent=ending.intent_sequence,
        outcomes=ending.outcomes,
        cause=ending.cause,
        ended=ending.ended,
        bytes_sent=ending.bytes_sent,
    )
    if ending.document is None:
        return entry_of(body, identity_of(ending.context), ring)
    sent = Proof(ring.active(Purpose.DIGEST).key_id, (), None, ending.document)
    return entry_of(body, identity_of(ending.context), ring, proof=_PACK.encode(sent))


def refusal_entry(refusal: Refusal, ring: KeyRing) -> Entry:
    """A request that was turned away."""
    body = _body(
        RecordKind.REFUSAL, refusal.context, refusal.at, reasons=refusal.reasons, cause=refusal.cause
    )
    body = msgspec.structs.replace(body, times=refusal.times)
    return entry_of(body, identity_of(refusal.context), ring)


def reading_entry(reading: RegisterReading, ring: KeyRing) -> Entry:
    """Somebody reads the register of objections."""
    body = _body(RecordKind.READING, reading.context, reading.at, reasons=reading.reasons)
    return entry_of(body, identity_of(reading.context), ring)


def event_entry(event: ObjectionEvent, ring: KeyRing) -> Entry:
    """A step of an objection: its scope may itself tell something of the person, so all of it is sealed."""
    body = Body(kind=RecordKind.OBJECTION, at=now_text(event.at), step=event.step)
    return entry_of(body, identity_of_event(event), ring, subject=event.objection.objection_id)


def grant_entry(
    event: GrantEvent, ring: KeyRing, context: AuditContext | None = None, reasons: tuple[Reason, ...] = ()
) -> Entry:
    """A step of a grant; `context` is of the request that took it, None at a desk. The grant is sealed."""
    asked = context or AuditContext(request_id="", requester=None)
    body = _body(RecordKind.GRANT, asked, event.at, reasons=reasons, cause=event.what)
    roles = body.roles if context else (event.by.role,)
    body = msgspec.structs.replace(body, roles=roles, step=event.step, grant=event.grant.grant_id)
    return entry_of(body, identity_of_grant(event, context), ring, subject=event.grant.grant_id)


def read_body(raw: bytes) -> Body:
    """Raises msgspec.DecodeError."""
    return _BODY.decode(raw)


def read_proof(raw: bytes) -> Proof:
    """Raises msgspec.DecodeError."""
    return _PROOF.decode(raw)


def _body(  # noqa: PLR0913 - one keyword for each member that only some kinds fill
    kind: RecordKind,
    context: AuditContext,
    at: dt.datetime,
    *,
    reasons: tuple[Reason, ...] = (),
    intent: int | None = None,
    outcomes: tuple[PartnerOutcome, ...] = (),
    released: dict[str, int] | None = None,
    cause: str = "",
    ended: str = "",
    bytes_sent: int = 0,
) -> Body:
    return Body(
        **_of_requester(context.requester),
        kind=kind,
        at=now_text(at),
        request_id=context.request_id,
        interaction=context.interaction,
        resource_types=tuple(sorted(context.resource_types)),
        policy_revision=context.policy_revision,
        objection_version=context.objection_version,
        reasons=reasons,
        intent=intent,
        outcomes=outcomes,
        released=released or {},
        cause=cause,
        ended=ended,
        bytes_sent=bytes_sent,
        grant=context.grant_id,
        reconstructs=context.reconstructs,
        approved_by=context.approved_by,
    )


def _of_requester(requester: Requester | None) -> dict[str, Any]:
    """Nothing of one who is not known."""
    if requester is None:
        return {"authenticated": False}
    return {
        "authenticated": True,
        "issuer": requester.issuer,
        "organisation_ods": requester.organisation_ods,
        "roles": requester.roles,
        "purpose": requester.purpose,
        "relationship": requester.relationship.value,
        "permission": requester.permission.value,
        "scopes": tuple(sorted(requester.scopes)),
    }
