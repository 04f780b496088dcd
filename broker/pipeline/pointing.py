"""A document that an item lists, to the pointer that its token carries, and a pointer back to the document.

A pointer holds keyed digests alone: of the partner, of the item's type, and of the item's own name with all
that its attachment says. So it is of one length, tells nothing, and leads nowhere once any of it has changed.
"""

from __future__ import annotations

from collections.abc import Generator, Iterable
from dataclasses import dataclass, field
from typing import Any

from broker.domain.attachments import attachments_in, leads_to, what_it_says
from broker.domain.category import TRANSLATED_TYPES, Category, types_in
from broker.domain.errors import DocumentNotGiven
from broker.domain.json_bytes import lossless_tree
from broker.domain.references import may_hide
from broker.domain.resource import Resource
from broker.ports.sealer import POINTER_BYTES, Sealer

_PARTNER_BYTES = 6
_TYPE_BYTES = 4
_DOCUMENT_BYTES = POINTER_BYTES - _PARTNER_BYTES - _TYPE_BYTES
# A pointer leads through a search for its item's type, so only these may list a document.
_TYPES = types_in(Category) | TRANSLATED_TYPES
_ANY_URL = b'"url"'


def may_list(resource: Resource) -> bool:
    """Whether a document of this item can be asked for again."""
    return resource.header.resourceType in _TYPES


def pointer_to(resource: Resource, attachment: dict[str, Any], sealer: Sealer) -> bytes:
    """The pointer to the document of one attachment."""
    partner = _tag(sealer, b"partner", resource.partner_id.encode())[:_PARTNER_BYTES]
    kind = _tag(sealer, b"type", resource.header.resourceType.encode())[:_TYPE_BYTES]
    names = (resource.partner_id.encode(), resource.local_reference.encode(), what_it_says(attachment))
    return partner + kind + _tag(sealer, b"document", *names)[:_DOCUMENT_BYTES]


def partner_of(pointer: bytes, partner_ids: Iterable[str], sealer: Sealer) -> str | None:
    """The partner that it leads to; None when there is no such partner any more."""
    wanted = pointer[:_PARTNER_BYTES]
    tags = {_tag(sealer, b"partner", one.encode())[:_PARTNER_BYTES]: one for one in partner_ids}
    return tags.get(wanted)


def type_of(pointer: bytes, sealer: Sealer) -> str | None:
    """The type of the item that lists the document; None for one that no key of now made."""
    wanted = pointer[_PARTNER_BYTES : _PARTNER_BYTES + _TYPE_BYTES]
    tags = {_tag(sealer, b"type", one.encode())[:_TYPE_BYTES]: one for one in _TYPES}
    return tags.get(wanted)


@dataclass(frozen=True, slots=True)
class Listed:
    """A document as an item lists it."""

    resource: Resource = field(repr=False)
    attachment: dict[str, Any] = field(repr=False)

    @property
    def url(self) -> str:
        """Where its holder has it."""
        return leads_to(self.attachment)


def find(
    pointer: bytes, resources: Iterable[Resource], sealer: Sealer
) -> Generator[None, None, Listed | None]:
    """The document that it leads to among those that these list; None when none of them does. In slices.

    Raises DocumentNotGiven where an item lists several that only their addresses' questions tell apart:
    the one that was meant cannot be told from the others.
    """
    for resource in resources:
        if _ANY_URL not in resource.raw and not may_hide(resource.raw):
            continue
        listed = [one for one in attachments_in(lossless_tree(resource.raw)) if leads_to(one)]
        meant = [one for one in listed if pointer_to(resource, one, sealer) == pointer]
        if len({leads_to(one) for one in meant}) > 1:
            raise DocumentNotGiven
        if meant:
            return Listed(resource, meant[0])
        yield
    return None


def _tag(sealer: Sealer, *parts: bytes) -> bytes:
    """Each part with its length before it, so that no two lists of parts are one."""
    return sealer.digest(b"".join(len(part).to_bytes(4) + part for part in (b"pointer", *parts)))
