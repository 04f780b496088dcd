"""Attachments inside a resource: found, and read for what they say of the document that they point at."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import msgspec

# R4 4.0.1: the members of type Attachment, whichever resource or extension holds them.
_MEMBERS = frozenset({"attachment", "presentedForm", "photo", "valueAttachment", "contentAttachment"})
_SHA1_BYTES = 20
_WORD_CHARS_MAX = 128


def attachments_in(tree: Any) -> Iterator[dict[str, Any]]:
    """Every Attachment in a resource's tree, what it contains included."""
    waiting = [tree]
    while waiting:
        node = waiting.pop()
        if isinstance(node, list):
            waiting.extend(node)
        elif isinstance(node, dict):
            waiting.extend(node.values())
            is_media = node.get("resourceType") == "Media"
            for name, value in node.items():
                if name in _MEMBERS or (is_media and name == "content"):
                    yield from _objects(value)


def _objects(value: Any) -> Iterator[dict[str, Any]]:
    for one in value if isinstance(value, list) else [value]:
        if isinstance(one, dict):
            yield one


def leads_to(attachment: dict[str, Any]) -> str:
    """The address of its document; empty where it has none that leads out of the resource."""
    url = attachment.get("url")
    return url if isinstance(url, str) and not url.startswith(("#", "data:")) else ""


def what_it_says(attachment: dict[str, Any]) -> bytes:
    """All that a reader and its partner know of the document, in one spelling.

    What a partner adds to an address for each asking anew (after the question mark) is not of it.
    """
    said = {name: value for name, value in attachment.items() if name != "data"}
    return msgspec.json.encode({**said, "url": leads_to(attachment).partition("?")[0]}, order="deterministic")


@dataclass(frozen=True, slots=True, kw_only=True)
class Declared:
    """What an attachment promises of its document. Absent, or not to be read, is None or empty."""

    content_type: str
    size: int | None
    hash_text: str = field(repr=False)

    @property
    def sha1(self) -> bytes | None:
        """R4 4.0.1, Attachment.hash: SHA-1 as base64. Another digest cannot be told from none."""
        try:
            digest = base64.b64decode(self.hash_text, validate=True)
        except (binascii.Error, ValueError):
            return None
        return digest if len(digest) == _SHA1_BYTES else None


def declared_of(attachment: dict[str, Any]) -> Declared:
    """What it promises; a value of another shape promises nothing."""
    size = attachment.get("size")
    is_size = isinstance(size, int) and not isinstance(size, bool) and size >= 0
    return Declared(
        content_type=_word(attachment.get("contentType")),
        size=size if is_size else None,
        hash_text=_word(attachment.get("hash")),
    )


def _word(value: Any) -> str:
    return value if isinstance(value, str) and value.isascii() and len(value) <= _WORD_CHARS_MAX else ""
