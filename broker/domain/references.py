"""References inside a resource's bytes: found and rewritten without touching anything else.

The member name `"reference"` cannot stand inside a JSON string unescaped, so a byte search finds exactly
the members of that name. A name written with escapes would hide from it; such bytes take the slow way
through a lossless tree.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from broker.domain.json_bytes import lossless_tree, write_tree

_NAME = b'"reference"'
_NAME_CHARS = len(_NAME)
_COLON_AND_QUOTE = re.compile(rb'\s*:\s*"')
_PLAIN = re.compile(
    r"(?:https?://[A-Za-z0-9.:\[\]-]+(?:/[A-Za-z0-9._~!$&'()*+,;=:@-]+)*/)?"
    r"([A-Z][A-Za-z]*/[A-Za-z0-9.-]{1,64})(?:/_history/[A-Za-z0-9.-]{1,64})?",
    re.ASCII,
)


def may_hide(raw: bytes) -> bool:
    """True when a member's name could be written with escapes: only a tree shows it truly.

    The single byte is looked for first, because most resources have none and it is found four times
    as quickly. Escaped quotes and slashes hide no name; in a reference's text they are met there.
    """
    return b"\\" in raw and b"\\u00" in raw


def _begins_after_space(raw: bytes, at: int) -> int:
    """Where the text of a reference begins; -1 when what stands at `at` is not a member's name."""
    spaced = _COLON_AND_QUOTE.match(raw, at + _NAME_CHARS)
    return spaced.end() if spaced else -1


def _values(raw: bytes) -> Iterator[bytes]:
    """The text of each reference."""
    at = raw.find(_NAME)
    while at >= 0:
        begins = _begins_after_space(raw, at)
        ends = raw.find(b'"', begins) if begins >= 0 else at + _NAME_CHARS
        if begins >= 0:
            yield raw[begins:ends]
        at = raw.find(_NAME, ends)


def references_in(raw: bytes) -> list[str]:
    """The text of every `reference` member, in order, at any depth."""
    texts = [] if may_hide(raw) else list(_values(raw))
    if may_hide(raw) or any(b"\\" in text for text in texts):
        return [holder["reference"] for holder in reference_holders(lossless_tree(raw))]
    return [text.decode() for text in texts]


def rewrite_references(
    raw: bytes, known: Mapping[bytes, bytes], rewritten: Callable[[bytes], bytes]
) -> list[bytes]:
    """The pieces of `raw` with the text of each reference replaced; every other byte as it was.

    The new text is looked up in `known`, and asked of `rewritten` when it is not there yet.
    """
    if may_hide(raw):
        return [_rewrite_in_tree(raw, rewritten)]
    pieces: list[bytes] = []
    copied = 0
    at = raw.find(_NAME)
    while at >= 0:
        begins = (
            at + _NAME_CHARS + 2 if raw.startswith(b':"', at + _NAME_CHARS) else _begins_after_space(raw, at)
        )
        if begins < 0:
            at = raw.find(_NAME, at + _NAME_CHARS)
            continue
        ends = raw.find(b'"', begins)
        text = raw[begins:ends]
        if b"\\" in text:  # an escape may stand for anything, the closing quote included
            return [_rewrite_in_tree(raw, rewritten)]
        pieces.append(raw[copied:begins])
        pieces.append(known.get(text) or rewritten(text))
        copied = ends
        at = raw.find(_NAME, ends)
    pieces.append(raw[copied:])
    return pieces


def _rewrite_in_tree(raw: bytes, rewritten: Callable[[bytes], bytes]) -> bytes:
    tree = lossless_tree(raw)
    for holder in reference_holders(tree):
        holder["reference"] = rewritten(holder["reference"].encode()).decode()
    return write_tree(tree)


def reference_holders(tree: Any) -> Iterator[dict[str, Any]]:
    """Every Reference object in a tree that names its target by `reference`."""
    waiting = [tree]
    while waiting:
        node = waiting.pop()
        if isinstance(node, dict):
            if isinstance(node.get("reference"), str):
                yield node
            waiting.extend(node.values())
        elif isinstance(node, list):
            waiting.extend(node)


def plain_name(reference: str) -> str | None:
    """`Type/id` of a reference written in one of the plain forms; None for every other spelling.

    R4 4.0.1, References: relative or absolute, with a version or without. A query, a fragment, a doubled
    slash or a space is not plain, and neither is `urn:`.
    """
    found = _PLAIN.fullmatch(reference)
    return found.group(1) if found else None
