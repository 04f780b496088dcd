"""SNOMED CT's codes for an entry whose own code was lost on its way between practices: they say of what kind
it is, and no more.
"""

from __future__ import annotations

DEGRADED_CODES = frozenset(
    {"196411000000103", "196421000000109", "196451000000104", "196461000000101", "196471000000108"}
)
