"""One released resource to the bytes a reader gets: the partner's own, with ids and meta added.

Only these are written: the id, the text of references, `meta` additions, and attachment links, which
would lead round the broker and lead through it where the document can be had. The usual resource keeps
its bytes in place; an unusual one (pretty-printed, its id not first, a `meta` with a source of its own) is
taken apart at its top level and put together again, each member's value untouched.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import msgspec

from broker.domain.attachments import attachments_in, leads_to
from broker.domain.json_bytes import lossless_tree, write_tree
from broker.domain.references import may_hide, rewrite_references
from broker.domain.resource import ABSENT, Meta, Resource
from broker.pipeline.presentation.ink import Ink

SOURCE_EXTENSION = "https://watersmeet.example/fhir/StructureDefinition/partner-source"
_META = b',"meta":{'
_MEMBERS = msgspec.json.Decoder(dict[str, msgspec.Raw])
# Types whose attachments stand under another name; everywhere else the word itself is in the member.
_WITH_LINKS = frozenset({"DiagnosticReport", "Media", "Patient", "Person", "Practitioner", "RelatedPerson"})
_MARK_OF_ATTACHMENT = b"ttachment"
# What stands in a resource that has an attachment, or contains one that has.
_MARKS_OF_LINKS = (_MARK_OF_ATTACHMENT, b'"presentedForm"', b'"photo"', b'"Media"')
# Our own address of an attachment's document, if it has one.
Link = Callable[[Resource, dict[str, Any]], str | None]


def carry(
    resource: Resource,
    opening: bytes,
    item_id: bytes,
    meta_members: bytes,
    ink: Ink,
    link: Link,
    *,
    without_narrative: bool,
) -> list[bytes]:
    """`opening` and the resource as the view shows it, in pieces. `meta_members` stand first in `meta`."""
    header = resource.header
    raw = resource.raw
    if header.resourceType in _WITH_LINKS or _MARK_OF_ATTACHMENT in raw or may_hide(raw) or header.contained:
        raw = _with_links_of_ours(resource, link)
    pieces = rewrite_references(raw, ink.known, ink.reference)
    first = pieces[0]
    kind = header.resourceType.encode()
    written = b'{"resourceType":"%b","id":"%b"' % (kind, (header.id or "").encode())
    if first.startswith(written) and not (without_narrative and header.text is not ABSENT):
        at = len(written)
        start = b'%b{"resourceType":"%b","id":"%b","meta":{%b' % (opening, kind, item_id, meta_members)
        if header.meta is msgspec.UNSET:
            pieces[0:1] = (start, b"}", first[at:])
            return pieces
        if header.meta and _takes_members(header.meta) and first.startswith(b',"meta":{"', at):
            pieces[0:1] = (start, b",", first[at + len(_META) :])
            return pieces
    whole = _put_together(b"".join(pieces), item_id, meta_members, without_narrative=without_narrative)
    return [opening, whole]


def _takes_members(meta: Meta) -> bool:
    return meta.source is msgspec.UNSET and meta.tag is msgspec.UNSET


def _put_together(raw: bytes, item_id: bytes, meta_members: bytes, *, without_narrative: bool) -> bytes:
    members = _MEMBERS.decode(raw)
    own_meta = members.pop("meta", None)
    members.pop("id", None)
    if without_narrative:
        members.pop("text", None)
    pieces = [b'"resourceType":' + bytes(members.pop("resourceType")), b'"id":"' + item_id + b'"']
    pieces.append(b'"meta":' + _meta(own_meta, meta_members))
    pieces += (msgspec.json.encode(name) + b":" + bytes(value) for name, value in members.items())
    return b"{" + b",".join(pieces) + b"}"


def _meta(own: msgspec.Raw | None, ours: bytes) -> bytes:
    """The partner's `meta` with our members; its tags stay beside ours, its source as an extension."""
    if own is None or bytes(own) == b"null":
        return b"{" + ours + b"}"
    theirs = msgspec.json.decode(own, type=dict[str, msgspec.Raw])
    added = msgspec.json.decode(b"{" + ours + b"}", type=dict[str, msgspec.Raw])
    source, tags = theirs.pop("source", None), theirs.pop("tag", None)
    if source is not None:
        extension = msgspec.json.encode([{"url": SOURCE_EXTENSION, "valueUri": source}])
        theirs["extension"] = _joined(extension, theirs.get("extension"))
    added["tag"] = _joined(bytes(added["tag"]), tags)
    return msgspec.json.encode({**added, **theirs})


def _joined(ours: bytes, theirs: msgspec.Raw | None) -> msgspec.Raw:
    """Our JSON array with the members of theirs behind; what is no array has none."""
    inside = bytes(theirs).strip() if theirs is not None else b""
    inside = inside[1:-1].strip() if inside.startswith(b"[") else b""
    return msgspec.Raw(ours[:-1] + (b"," + inside if inside else b"") + b"]")


def _with_links_of_ours(resource: Resource, link: Link) -> bytes:
    """No attachment leads round the broker: its address is ours, or goes."""
    raw = resource.raw
    hidden = may_hide(raw)
    if b'"url"' not in raw and not hidden:
        return raw
    if resource.header.contained and not hidden and not any(mark in raw for mark in _MARKS_OF_LINKS):
        return raw
    tree = lossless_tree(raw)
    for attachment in attachments_in(tree):
        ours = link(resource, attachment) if leads_to(attachment) else None
        if ours is not None:
            attachment["url"] = ours
        else:
            attachment.pop("url", None)
    return write_tree(tree)
