"""Does a class that is hidden from this reader hold a resource back? Doubt says yes."""

from __future__ import annotations

import re

from broker.domain.json_bytes import lossless_tree, write_tree
from broker.domain.references import may_hide
from broker.domain.resource import Header, Meta, Resource, codes_in, labels_of
from broker.domain.sensitivity import HiddenClasses

# Every Coding's code in the resource, wherever it stands: a reason, a value, something contained, or JSON
# that is carried as text.
_CODE = re.compile(rb'"code\\*"\s*:\s*(?!\{)\\*"?([^"]+)')
# A SNOMED CT identifier within an expression of several.
_IDENTIFIER = re.compile(rb"[0-9]{6,18}")


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
    """True for a code of the list anywhere inside, and for a code element that cannot be read."""
    header = resource.header
    for element in (header.code, header.vaccineCode, header.medicationCodeableConcept):
        if element and codes_in(element) is None:
            return True
    raw = resource.raw
    if may_hide(raw):  # what is spelled with escapes is found once it is spelled without
        raw = write_tree(lossless_tree(raw))
    found = _CODE.findall(raw)
    if not codes.isdisjoint(found):
        return True
    return any(not codes.isdisjoint(_IDENTIFIER.findall(one)) for one in found if not one.isdigit())
