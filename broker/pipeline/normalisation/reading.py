"""One entry's bytes to a Resource with its typed header, or UNREADABLE."""

from __future__ import annotations

from typing import Final

import msgspec

from broker.domain.category import category_of
from broker.domain.json_bytes import UnreadableJson, parse_strict
from broker.domain.resource import CodeableConcept, Header, Resource
from broker.ports.connector import Entry

UNREADABLE: Final = None
_HEADER = msgspec.json.Decoder(Header)


def read_resource(partner_id: str, entry: Entry) -> Resource | None:
    """The resource of an entry; UNREADABLE when its bytes cannot be carried or have no type and id."""
    if not entry.readable:
        return UNREADABLE
    try:
        parse_strict(entry.raw)
        header = _HEADER.decode(entry.raw)
    except (UnreadableJson, msgspec.DecodeError):
        return UNREADABLE
    if not header.id or not header.resourceType:
        return UNREADABLE
    codes = category_codes(header) if header.category is not None else ()
    category = category_of(header.resourceType, codes)
    name = f"{header.resourceType}/{header.id}"
    return Resource(partner_id, header, category, entry.raw, name, entry.full_url)


def category_codes(header: Header) -> list[str]:
    """The codes of the resource's own `category` element, whatever its shape."""
    category = header.category
    concepts = category if isinstance(category, list) else [category]
    return [
        coding.code
        for concept in concepts
        if isinstance(concept, CodeableConcept)
        for coding in concept.coding
        if coding.code
    ]
