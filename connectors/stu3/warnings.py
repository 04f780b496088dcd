"""The warnings that GP Connect writes on its lists to the set of their codes."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from connectors.r4 import Tree

WARNING_CODES = frozenset({"confidential-items", "data-in-transit", "data-awaiting-filing"})
# A warning that the guide does not name is a warning still.
OTHER_WARNING = "other"
# Access Record Structured 1.6.2, Lists for message structure. Its host and its version have changed before.
_WARNING = "ListWarningCode"


def list_warnings(tree: Tree) -> Iterator[str]:
    """The codes on one list; `other` for a code that the guide does not name."""
    extensions = tree.get("extension")
    for extension in extensions if isinstance(extensions, list) else []:
        if _is_warning(extension):
            code = extension.get("valueCode")
            yield code if isinstance(code, str) and code in WARNING_CODES else OTHER_WARNING


def _is_warning(extension: Any) -> bool:
    url = extension.get("url") if isinstance(extension, dict) else None
    return isinstance(url, str) and _WARNING in url
