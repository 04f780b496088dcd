"""A disclosure on file, held against what its partners hold now: what is known of it, and what came of it."""

from __future__ import annotations

import enum
from dataclasses import dataclass, field

from broker.domain.audit import ReleasedItem
from broker.domain.identity import NhsNumber


@dataclass(frozen=True, slots=True, kw_only=True)
class Reconstruction:
    """Who reconstructs a disclosure, for which purposes, from which partners. Without any it is nobody."""

    roles: frozenset[str] = frozenset()
    purposes: frozenset[str] = frozenset()
    partners: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class OnFile:
    """What the trail proves of one disclosure: whom it was about, each item that was shown, and the key of
    their digests.
    """

    record: int
    numbers: frozenset[NhsNumber] = field(repr=False)
    items: tuple[ReleasedItem, ...] = field(repr=False)
    digest_key: str


@dataclass(frozen=True, slots=True)
class ItemVersion:
    """One version of one item at its partner, as FHIR's vread names it."""

    resource_type: str
    local_id: str
    version: str


class Verdict(enum.StrEnum):
    """`gone`: the partner answered in full, and has it no more. `not-answered`: it did not answer in full,
    and nobody knows.
    """

    MATCH = "match"
    MISMATCH = "mismatch"
    GONE = "gone"
    NOT_ANSWERED = "not-answered"
    NOT_ASKED = "not-asked"

    @property
    def is_a_finding(self) -> bool:
        """Not what was shown, or nobody could say."""
        return self in {Verdict.MISMATCH, Verdict.GONE, Verdict.NOT_ANSWERED}


@dataclass(frozen=True, slots=True, kw_only=True)
class Compared:
    """What came of one item. `why` is a closed word where it was not asked for, or not answered."""

    partner_id: str
    resource_type: str
    local_id: str
    version: str
    verdict: Verdict
    why: str = ""
