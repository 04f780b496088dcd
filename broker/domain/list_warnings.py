"""The warnings that a source writes on a list to their codes: what it leaves out, or has not yet.

GP Connect, Access Record Structured 1.6.2, Lists for message structure; UK Core carries the same codes. A
warning is about the whole list, and never about one item of it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import msgspec

from broker.domain.category import Category
from broker.domain.resource import Resource

CONFIDENTIAL_ITEMS = "confidential-items"
WARNING_CODES = frozenset({CONFIDENTIAL_ITEMS, "data-in-transit", "data-awaiting-filing"})
# A warning that the guide does not name is a warning still.
OTHER_WARNING = "other"
# Its host, its version and the part of the world in its name have changed before.
_WARNING = "ListWarningCode"
_MAY_WARN = _WARNING.encode()


class _Extended(msgspec.Struct, gc=False):
    extension: Any = None


_EXTENDED = msgspec.json.Decoder(_Extended)


def list_warnings(tree: Mapping[str, Any]) -> Iterator[str]:
    """The codes on one list; `other` for a code that the guide does not name."""
    extensions = tree.get("extension")
    for extension in extensions if isinstance(extensions, list) else []:
        if _is_warning(extension):
            code = extension.get("valueCode")
            yield code if isinstance(code, str) and code in WARNING_CODES else OTHER_WARNING


def warnings_in(resources: Iterable[Resource]) -> frozenset[tuple[Category, str]]:
    """Every warning on a list among these, with the category that the list is of."""
    return frozenset(
        (one.category, code)
        for one in resources
        if one.header.resourceType == "List" and _MAY_WARN in one.raw
        for code in list_warnings({"extension": _EXTENDED.decode(one.raw).extension})
    )


def _is_warning(extension: Any) -> bool:
    url = extension.get("url") if isinstance(extension, dict) else None
    return isinstance(url, str) and _WARNING in url
