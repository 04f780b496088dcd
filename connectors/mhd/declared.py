"""A DocumentReference and an address into the type that it declares for what is found there."""

from __future__ import annotations

import re

import msgspec

# RFC 6838: a type and a subtype, and nothing that could end a header.
_MEDIA_TYPE = re.compile(r"[A-Za-z0-9][A-Za-z0-9!#$&^_.+-]*/[A-Za-z0-9][A-Za-z0-9!#$&^_.+-]*", re.ASCII)


class _Attachment(msgspec.Struct, gc=False):
    url: str | None = None
    contentType: str | None = None  # noqa: N815 - FHIR's own name


class _Content(msgspec.Struct, gc=False):
    attachment: _Attachment | None = None


class _Document(msgspec.Struct, gc=False):
    content: list[_Content] = []


_DOCUMENT = msgspec.json.Decoder(_Document)


def declared_type(item: bytes, url: str) -> str:
    """The media type of the attachment at `url`; empty where none is declared in a safe form."""
    try:
        content = _DOCUMENT.decode(item).content
    except msgspec.DecodeError:
        return ""
    declared = [
        one.attachment.contentType or ""
        for one in content
        if one.attachment is not None and one.attachment.url == url
    ]
    bare = declared[0].partition(";")[0].strip() if declared else ""
    return bare if _MEDIA_TYPE.fullmatch(bare) else ""
