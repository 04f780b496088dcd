"""The trail under some numbers to what a person is shown: one line for each request about them."""

from __future__ import annotations

import datetime as dt
import sqlite3
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field, replace

from broker.adapters.keys import KeyRing
from broker.adapters.keys.proof import NotThisBox, open_proof
from broker.adapters.release_store.entries import Body, Proof, read_body, read_proof
from broker.adapters.release_store.identity import BoxFault, open_identity
from broker.adapters.release_store.shelves import GRANTS, TRAIL
from broker.adapters.release_store.steps import marks_for
from broker.domain.audit import DocumentListed, DocumentSent, RecordKind, ReleasedItem
from broker.domain.errors import ServiceDown


@dataclass(frozen=True, slots=True, kw_only=True)
class Access:
    """One request. `outcome` is released, refused, nothing-released or not-finished; a look into the trail
    is audit-read, one into the register of objections register-read, a step of an emergency access (`cause`
    says which) emergency-access. `grant` is the emergency access that a request named.

    `released` counts items by partner; `labels` are the partners' exact outcome labels. `items` is None
    where this place cannot open the proof, and so are `document` and `sent`, which only the opening of a
    document has. `user` names the member of staff.
    """

    sequence: int
    at: dt.datetime
    organisation_ods: str
    roles: tuple[str, ...]
    purpose: str
    relationship: str
    interaction: str
    resource_types: tuple[str, ...]
    outcome: str
    ended: str = ""
    cause: str = ""
    grant: str = ""
    released: dict[str, int] = field(default_factory=dict)
    labels: dict[str, str] = field(default_factory=dict)
    user: str = field(repr=False, default="")
    items: tuple[ReleasedItem, ...] | None = field(repr=False, default=None)
    document: DocumentListed | None = None
    sent: DocumentSent | None = None


def accesses_under(database: sqlite3.Connection, ring: KeyRing, hashes: list[bytes]) -> tuple[Access, ...]:
    """Oldest first. Raises ServiceDown when any record under these cannot be read."""
    rows = database.execute(
        "SELECT DISTINCT record.id, record.body, record.commitment, record.proof_key, record.proof, "  # noqa: S608 - question marks only
        "sealed.key, sealed.box FROM lookup JOIN record ON record.id = lookup.record "
        "LEFT JOIN sealed ON sealed.record = record.id "
        f"WHERE lookup.objection IN ({TRAIL}, {GRANTS}) AND lookup.hash IN ({marks_for(hashes)}) "
        "ORDER BY record.id",
        hashes,
    )
    return _by_request(_access(ring, row) for row in rows)


def _access(ring: KeyRing, row: tuple[object, ...]) -> tuple[int, RecordKind, Access]:
    """The request that a record belongs to, the record's kind, and the record as a line of its own."""
    record_id, raw, commitment, proof_key, proof, seal_key, box = row
    body = read_body(raw)  # type: ignore[arg-type] # a BLOB NOT NULL column
    try:
        identity = open_identity(ring, seal_key, box, commitment)  # type: ignore[arg-type] # as above
    except (BoxFault, TypeError):
        raise ServiceDown("audit") from None
    line = replace(
        _line(int(record_id), body),  # type: ignore[call-overload] # the column is an INTEGER PRIMARY KEY
        user=identity.user_name or identity.user_id,
    )
    proved = proof_of(ring, proof_key, proof, commitment)  # type: ignore[arg-type] # as above
    if proved is not None:
        line = replace(line, items=proved.items, document=proved.document, sent=proved.sent)
    return (body.intent or line.sequence), body.kind, line


def _line(record_id: int, body: Body) -> Access:
    return Access(
        sequence=record_id,
        at=dt.datetime.fromisoformat(body.at),
        organisation_ods=body.organisation_ods,
        roles=body.roles,
        purpose=body.purpose,
        relationship=body.relationship,
        interaction=body.interaction,
        resource_types=body.resource_types,
        outcome=_outcome(body),
        ended=body.ended,
        cause=body.cause,
        grant=body.grant,
        released=body.released,
        labels={outcome.partner_id: outcome.label.value for outcome in body.outcomes},
    )


def _outcome(body: Body) -> str:
    """The trail is read at a desk, the register through the API."""
    if body.kind is RecordKind.READING and body.interaction:
        return "register-read"
    return _OUTCOMES[body.kind]


_OUTCOMES = {
    RecordKind.INTENT: "not-finished",
    RecordKind.DISCLOSURE: "released",
    RecordKind.OUTCOME: "nothing-released",
    RecordKind.REFUSAL: "refused",
    RecordKind.READING: "audit-read",
    RecordKind.OBJECTION: "objection",
    RecordKind.GRANT: "emergency-access",
    RecordKind.POLICY: "policy",
}


def proof_of(ring: KeyRing, key_id: str | None, box: bytes | None, commitment: bytes) -> Proof | None:
    """None where this place does not hold what opens it. Raises ServiceDown for one that was changed."""
    opener = ring.proof_opener(key_id) if key_id is not None else None
    if opener is None or box is None:
        return None
    try:
        return read_proof(open_proof(box, private=opener.secret, bound_to=commitment))
    except NotThisBox:
        raise ServiceDown("audit") from None


def _by_request(records: Iterable[tuple[int, RecordKind, Access]]) -> tuple[Access, ...]:
    """A release outweighs its intent, and the next one of a stream adds to it; the ending adds how it went
    out.
    """
    requests: dict[int, Access] = {}
    for request, kind, line in records:
        before = requests.get(request)
        if before is None:
            requests[request] = line
        elif kind is RecordKind.DISCLOSURE:
            requests[request] = _with_more(before, line)
        elif before.outcome == "released":
            requests[request] = replace(before, ended=line.ended, cause=line.cause, sent=line.sent)
        else:
            requests[request] = replace(line, at=before.at)
    return tuple(requests.values())


def _with_more(before: Access, line: Access) -> Access:
    """Of several releases of one request, all that they name."""
    if before.outcome != "released":
        return replace(line, at=before.at)
    known = before.items is not None and line.items is not None
    return replace(
        line,
        at=before.at,
        sequence=before.sequence,
        released=dict(Counter(before.released) + Counter(line.released)),
        labels=before.labels | line.labels,
        items=(*before.items, *line.items) if known else None,  # type: ignore[misc] # both are there
    )
