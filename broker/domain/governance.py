"""Who reads the register of objections itself: governance's own words, compiled."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Governance:
    """Who reads the register of objections itself: every role group that they are in is of `roles`, and
    their purpose of `purposes`. Without any it is nobody. `kept_by` is the ODS code of whoever keeps it.
    """

    kept_by: str = ""
    roles: frozenset[str] = frozenset()
    purposes: frozenset[str] = frozenset()
