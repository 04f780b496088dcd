"""A document's address into the id of a Binary under one practice's root; anything else is nobody's."""

from __future__ import annotations

import re

_BINARY = re.compile(r"(?:(?i:https?)://[!-~]+/)?Binary/(?P<id>[A-Za-z0-9\-.]{1,64})", re.ASCII)
_ONLY_DOTS = frozenset({".", ".."})


def could_be_binary(url: str) -> bool:
    """True for an address that ends as a Binary's does: others are refused before anybody is asked."""
    named = _BINARY.fullmatch(url)
    return named is not None and named["id"] not in _ONLY_DOTS


def binary_named(url: str, root: str) -> str | None:
    """The id, when the address is `Binary/id` right under `root`, or relative to it."""
    named = _BINARY.fullmatch(url)
    if named is None:
        return None
    path = f"Binary/{named['id']}"
    return named["id"] if url == path or _spelt(url) == _spelt(f"{root}/{path}") else None


def _spelt(url: str) -> str:
    """Scheme and host in lower case: the only parts of an address that have no case."""
    scheme, _, rest = url.partition("://")
    host, slash, path = rest.partition("/")
    return f"{scheme.lower()}://{host.lower()}{slash}{path}"
