"""Does a class that is hidden from this reader hold a resource back? Doubt says yes."""

from __future__ import annotations

import string
from collections.abc import Iterator
from typing import Any

from broker.domain.json_bytes import lossless_tree, write_tree
from broker.domain.references import may_hide
from broker.domain.resource import Header, Meta, Resource, is_readable_concept, labels_of
from broker.domain.sensitivity import HiddenClasses

# What is left of any bytes is their numbers, with spaces between: far quicker than a search by pattern.
_NUMBERS_ALONE = bytes(byte if byte in string.digits.encode() else 0x20 for byte in range(256))
# A string of so many bytes without a space is something encoded, and holds no code that anybody reads.
_ENCODED_BYTES = 16 * 1024
# These name a record, and so does the value of an identifier: the digits of a code mean no class there.
_NAMES_OF_RECORDS = frozenset({"id", "versionId", "reference"})
_IDENTIFIER = "dentifier"


def is_hidden(resource: Resource, hidden: HiddenClasses) -> bool:
    """True when the resource is of a hidden class, or cannot be shown not to be."""
    if not hidden:
        return False
    header = resource.header
    if _may_bear_labels(header):
        labels = labels_of(header)
        if labels is None or hidden.hides_labels(labels):
            return True
    codes = hidden.codes.get(resource.category)
    return codes is not None and _bears_code(resource, codes)


def _may_bear_labels(header: Header) -> bool:
    """Most resources bear none, and are asked this a thousand times."""
    if header.securityLabel or header.confidentiality:
        return True
    return isinstance(header.meta, Meta) and bool(header.meta.security)


def _bears_code(resource: Resource, codes: frozenset[bytes]) -> bool:
    """True for a code of the list anywhere inside, and for a code element that cannot be read.

    Wherever it stands: a reason, a value, an extension, something contained, an expression of several
    codes, a note, JSON that is carried as text. Only what names a record is no code.
    """
    header = resource.header
    for element in (header.code, header.vaccineCode, header.medicationCodeableConcept):
        if element and not is_readable_concept(element):
            return True
    raw = resource.raw
    if may_hide(raw):  # what is spelled with escapes is found once it is spelled without
        raw = write_tree(lossless_tree(raw))
    if codes.isdisjoint(_numbers(raw)):
        return False
    return any(not codes.isdisjoint(_numbers(text)) for text in _said(lossless_tree(raw)))


def _numbers(raw: bytes) -> list[bytes]:
    """Every run of digits."""
    if len(raw) > _ENCODED_BYTES:
        strings = raw.split(b'"')
        raw = b" ".join(one for one in strings if len(one) <= _ENCODED_BYTES or b" " in one)
    return raw.translate(_NUMBERS_ALONE).split()


def _said(tree: Any) -> Iterator[bytes]:
    """Every text and number of a resource but those by which records are named."""
    waiting = [tree]
    while waiting:
        node = waiting.pop()
        if isinstance(node, dict):
            waiting.extend(_without_names(node))
        elif isinstance(node, list):
            waiting.extend(node)
        else:
            yield str(node).encode(errors="replace")


def _without_names(node: dict[str, Any]) -> Iterator[Any]:
    for name, member in node.items():
        if name in _NAMES_OF_RECORDS:
            continue
        if name.endswith(_IDENTIFIER):
            identifiers = member if isinstance(member, list) else [member]
            yield from (_without_value(one) for one in identifiers)
        else:
            yield member


def _without_value(identifier: Any) -> Any:
    if not isinstance(identifier, dict):
        return identifier
    return {name: member for name, member in identifier.items() if name != "value"}
