"""What is said of a parameter that an address does not have: its name, where it is one that FHIR has.

Any other name could be anything, a person's number among it, and is not said again.
"""

from __future__ import annotations

from broker.domain.include_parameters import INCLUDE_PARAMETERS
from broker.domain.search_parameters import SEARCH_PARAMETERS

# R4 4.0.1, search.html: the parameters of every type, and those of a result; and our own.
_GENERAL = frozenset(
    {
        "_again",
        "_contained",
        "_containedType",
        "_content",
        "_count",
        "_elements",
        "_filter",
        "_format",
        "_has",
        "_id",
        "_include",
        "_lastUpdated",
        "_list",
        "_page",
        "_pretty",
        "_profile",
        "_query",
        "_revinclude",
        "_score",
        "_security",
        "_since",
        "_sort",
        "_source",
        "_summary",
        "_tag",
        "_text",
        "_total",
        "_type",
        "end",
        "identifier",
        "patient",
        "start",
        "subject",
    }
)
_TABLES = (*SEARCH_PARAMETERS.values(), *INCLUDE_PARAMETERS.values())
STANDARD_NAMES = _GENERAL.union(*_TABLES)
# R4 4.0.1, search.html#modifiers, and those of `_include`.
STANDARD_MODIFIERS = frozenset(
    {
        "above",
        "below",
        "contains",
        "exact",
        "identifier",
        "in",
        "iterate",
        "missing",
        "not",
        "not-in",
        "of-type",
        "recurse",
        "text",
    }
)


def why_refused(name: str) -> str:
    """One sentence on a parameter that is not taken."""
    base, colon, modifier = name.partition(":")
    if base == "_has":
        return "`_has` is not supported."
    if "." in name:
        return "Chained parameters are not supported."
    if colon and modifier in STANDARD_MODIFIERS:
        return f"The modifier `:{modifier}` is not supported."
    if base in STANDARD_NAMES and not colon:
        return f"`{base}` is not supported here."
    return "A parameter is not one that this address supports."
