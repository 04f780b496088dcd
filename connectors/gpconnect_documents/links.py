"""A document's address into the id of a Binary under one practice's root; anything else is nobody's."""

from __future__ import annotations

import re

_BINARY = re.compile(r"(?:(?i:https?)://[!-~]+/)?Binary/([A-Za-z0-9\-.]{1,64})", re.ASCII)
_ONLY_DOTS = frozenset({".", ".."})


def binary_named(url: str) -> str | None:
    """The id, when the address ends as a Binary's does: others are refused before anybody is asked."""
    named = _BINARY.fullmatch(url)
    return named[1] if named is not None and named[1] not in _ONLY_DOTS else None


def stands_under(url: str, path: str, root: str) -> bool:
    """True when the address is `path` right under `root`, or relative to it."""
    return url == path or _spelt(url) == _spelt(f"{root}/{path}")


def _spelt(url: str) -> str:
    """Scheme and host in lower case: the only parts of an address that have no case."""
    scheme, _, rest = url.partition("://")
    host, slash, path = rest.partition("/")
    return f"{scheme.lower()}://{host.lower()}{slash}{path}"
