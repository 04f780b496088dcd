"""What the kit can find: a closed table, each finding with what it means and what to do about it.

A finding holds a count, a kind of item and a member's name at most: never a value, a number or a name.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from broker.conformance import answer_findings
from broker.conformance.meanings import Meaning
from broker.conformance.own_findings import CONTENT, ENDPOINT, PEOPLE
from broker.domain.resource import Resource


@dataclass(frozen=True, slots=True)
class Finding:
    """One finding about one partner. `where` is a kind of item, a member or a step, in our own words."""

    name: str
    where: str = ""
    times: int = 1

    @property
    def meaning(self) -> Meaning:
        """Its row of the table."""
        return TABLE[self.name]


_KIND = re.compile(r"[A-Z][A-Za-z]{1,63}", re.ASCII)


def kind_of(item: Resource) -> str:
    """A resource's type where it has the form of one: a partner's own text is never repeated."""
    kind = item.header.resourceType
    return kind if _KIND.fullmatch(kind) else "item of no kind"


TABLE: Mapping[str, Meaning] = {**ENDPOINT, **PEOPLE, **CONTENT, **answer_findings.rows()}
