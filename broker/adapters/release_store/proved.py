"""A record of the trail to what it proves of a disclosure, where this place holds governance's key."""

from __future__ import annotations

import sqlite3

from broker.adapters.keys import KeyRing
from broker.adapters.release_store.accesses import proof_of
from broker.adapters.release_store.entries import read_body
from broker.adapters.release_store.identity import BoxFault, open_identity
from broker.domain.audit import RecordKind
from broker.domain.errors import ServiceDown
from broker.domain.identity import NhsNumber
from broker.domain.reconstruction import OnFile


class NotProved(Exception):
    """The record proves no item; the message says why, and names nobody."""


def proved(database: sqlite3.Connection, ring: KeyRing, sequence: int) -> OnFile:
    """Raises NotProved, and ServiceDown when any part of the record cannot be read."""
    query = (
        "SELECT record.body, record.commitment, record.proof_key, record.proof, sealed.key, sealed.box "
        "FROM record LEFT JOIN sealed ON sealed.record = record.id WHERE record.id = ?"
    )
    row = database.execute(query, (sequence,)).fetchone()
    if row is None:
        raise NotProved(f"The trail has no record {sequence}.")
    raw, commitment, proof_key, box_of_proof, key_id, box = row
    kind = read_body(raw).kind
    if kind is not RecordKind.DISCLOSURE:
        raise NotProved(f"Record {sequence} is a `{kind}`: only a disclosure proves what was shown.")
    proof = proof_of(ring, proof_key, box_of_proof, commitment)
    if proof is None:
        raise NotProved(
            f"The key that opens the proof of record {sequence} is not here: governance holds it."
        )
    try:
        identity = open_identity(ring, key_id, box, commitment)
    except (BoxFault, TypeError):
        raise ServiceDown("audit") from None
    return OnFile(
        record=sequence,
        numbers=frozenset(map(NhsNumber, identity.numbers)),
        items=proof.items,
        digest_key=proof.digest_key,
    )
