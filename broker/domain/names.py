"""A name as somebody typed it to the one form in which two of them are compared."""

from __future__ import annotations

import unicodedata

# Unicode's general categories of what leaves no mark: controls, formats, and what is not assigned.
_UNSEEN = "C"


def seen(text: str) -> str:
    """What of a text can be seen, without blanks at either end: zero-width characters are no words."""
    return "".join(one for one in text if one.isspace() or unicodedata.category(one)[0] != _UNSEEN).strip()


def plain_name(name: str) -> str:
    """The same for a name however it is spaced, capitalised or composed; empty where nothing can be seen."""
    return " ".join(seen(unicodedata.normalize("NFKC", name)).casefold().split())
