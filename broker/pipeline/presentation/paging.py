"""Pages of one view: each binds the digest of the first, so a changed record cannot be read as one.

Nothing is kept between pages: the record is asked for again, decided again and released again. A page
token says where to go on and what the whole looked like; any difference is Gone, start again.
"""

from __future__ import annotations

import base64
import hmac
import struct
from dataclasses import dataclass

from broker.domain.errors import BadRequest, Gone
from broker.ports.sealer import Sealer

_LAYOUT = struct.Struct(">II16s16s")


@dataclass(frozen=True, slots=True, kw_only=True)
class PagePlace:
    """Where a page begins, how many items it holds, and the digest of the whole view."""

    offset: int
    count: int
    digest: bytes


def write_page(place: PagePlace, context: bytes, sealer: Sealer) -> str:
    """A token bound to `context` (patient token and question) by a keyed digest."""
    proof = sealer.digest(_bound(place, context))[:16]
    packed = _LAYOUT.pack(place.offset, place.count, place.digest, proof)
    return base64.urlsafe_b64encode(packed).decode().rstrip("=")


def read_page(text: str, context: bytes, sealer: Sealer) -> PagePlace:
    """Raises BadRequest when it is no page token, Gone when it belongs to another question or caller."""
    try:
        packed = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
        offset, count, digest, proof = _LAYOUT.unpack(packed)
    except (ValueError, struct.error):
        raise BadRequest("The page link is not one of ours.") from None
    place = PagePlace(offset=offset, count=count, digest=digest)
    if not hmac.compare_digest(proof, sealer.digest(_bound(place, context))[:16]):
        raise Gone
    return place


def _bound(place: PagePlace, context: bytes) -> bytes:
    return b"page" + struct.pack(">II", place.offset, place.count) + place.digest + context
