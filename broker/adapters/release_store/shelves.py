"""A record to the places where it is looked up: under its numbers, its source's row, its user.

`lookup.objection` is the shelf. What is hashed is always keyed, and bound by its `person` to one meaning.
"""

from __future__ import annotations

import hashlib
from typing import Final

from broker.adapters.keys import Key
from broker.adapters.release_store.identity import Identity
from broker.domain.audit import RecordKind
from broker.domain.grant import Grant
from broker.domain.grant_life import GrantStep
from broker.domain.objection_life import SourceRow

_HASH_BYTES = 20

# Where a record is found under its numbers.
TRAIL: Final = 0
OBJECTIONS: Final = 1
LINKS: Final = 2
GRANTS: Final = 4
# Where an imported objection is found under its source's own row.
ROWS: Final = 3
# Where the first step of a grant is found under whoever opened it.
OPENERS: Final = 5
_SHELVES: dict[str, int] = {
    RecordKind.OBJECTION: OBJECTIONS,
    RecordKind.LINK: LINKS,
    RecordKind.GRANT: GRANTS,
}


def shelf_of(kind: str) -> int:
    """The shelf on which a record of this kind stands under its numbers."""
    return _SHELVES.get(kind, TRAIL)


def lookup_hash(digits: str, key: Key) -> bytes:
    """A keyed hash: there are too few NHS numbers for a plain one to hide any."""
    return _hash(digits, key, b"look-up")


def row_hash(origin: SourceRow, key: Key) -> bytes:
    """As `lookup_hash`, of a row of a source; neither part can run over into the other."""
    return _hash(f"{len(origin.source)}:{origin.source}{origin.row_id}", key, b"source-row")


def opener_hash(grant: Grant, key: Key) -> bytes:
    """As `row_hash`, of the user who opened a grant, at one issuer."""
    return _hash(f"{len(grant.issuer)}:{grant.issuer}{grant.user_id}", key, b"opener")


def places_of(kind: str, identity: Identity, key: Key) -> list[tuple[int, bytes]]:
    """Shelf and hash of every place of a record: its numbers, the source's row of an import, the opener of
    a grant. A record without numbers has none.
    """
    shelf = shelf_of(kind)
    places = [(shelf, lookup_hash(digits, key)) for digits in identity.numbers]
    origin = identity.event.intake.origin if identity.event is not None else None
    if origin is not None:
        places.append((ROWS, row_hash(origin, key)))
    if identity.grant is not None and identity.grant.what is GrantStep.OPENED:
        places.append((OPENERS, opener_hash(identity.grant.grant, key)))
    return places


def _hash(plain: str, key: Key, meaning: bytes) -> bytes:
    return hashlib.blake2b(plain.encode(), key=key.secret, digest_size=_HASH_BYTES, person=meaning).digest()
