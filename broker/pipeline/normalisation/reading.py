"""One entry's bytes to a Resource with its typed header, or UNREADABLE."""

from __future__ import annotations

from typing import Final

import msgspec

from broker.domain.category import Category, category_of
from broker.domain.json_bytes import UnreadableJson, parse_strict
from broker.domain.resource import Header, Resource, codes_in, telling_element
from broker.ports.connector import Entry

UNREADABLE: Final = None
_HEADER = msgspec.json.Decoder(Header)
# What an entry's kind and the element that tells its category, as written, were found to mean.
Sorted = dict[tuple[str, bytes], Category]


def read_resource(partner_id: str, entry: Entry, known: Sorted) -> Resource | None:
    """The resource of an entry; UNREADABLE when its bytes cannot be carried or have no type and id.

    `known` is filled on the way: one answer writes the same few categories over and over.
    """
    if not entry.readable:
        return UNREADABLE
    raw = entry.raw
    try:
        parse_strict(raw)
        header = _HEADER.decode(raw)
    except (UnreadableJson, msgspec.DecodeError):
        return UNREADABLE
    kind, local_id = header.resourceType, header.id
    if not local_id or not kind:
        return UNREADABLE
    written = telling_element(header)
    category = known.get((kind, written))
    if category is None:
        category = known[kind, written] = _category_of(kind, written)
    return Resource(partner_id, header, category, raw, f"{kind}/{local_id}", entry.full_url)


def _category_of(kind: str, written: bytes) -> Category:
    """An element that nobody can read could move the item anywhere: it is unclassified."""
    codes = codes_in(written) if written else ()
    return Category.UNCLASSIFIED if codes is None else category_of(kind, codes)
