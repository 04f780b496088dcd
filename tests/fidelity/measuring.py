"""One supplier's record into its line of figures: items, facts, and the faults that were caught."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field

from connectors.r4 import ListedReason
from tests.fidelity.additions import path
from tests.fidelity.blinding import blinded
from tests.fidelity.judging import Verdict
from tests.fidelity.planting import Plant, Planted, complaints, planted
from tests.fidelity.records import Key, Output, Record, Translate, judged, ledger, made_of

REASONS = frozenset(str(reason) for reason in ListedReason)
FIGURES = ("given", "translated", "listed", "lost", "facts", "found", "added", "planted", "caught")
# How many of one record's complaints are printed.
COMPLAINTS_MAX = 5


@dataclass(slots=True)
class Row:
    """The figures of one record, or of several together. No value of a record is kept."""

    name: str
    section: str = ""
    given: int = 0
    translated: int = 0
    listed: int = 0
    lost: int = 0
    facts: int = 0
    found: int = 0
    added: int = 0
    planted: int = 0
    caught: int = 0
    kinds: Counter[str] = field(default_factory=Counter)
    reasons: Counter[str] = field(default_factory=Counter)
    complaints: list[str] = field(default_factory=list)
    uncaught: list[str] = field(default_factory=list)

    def line(self) -> str:
        """The figures in their one form."""
        return (
            f"{self.name}: in {self.given}; translated {self.translated}; listed {self.listed}; "
            f"lost {self.lost}; facts {self.found} of {self.facts}; "
            f"planted caught {self.caught} of {self.planted}"
        )


def total(name: str, rows: Iterable[Row]) -> Row:
    """Several records as one line."""
    whole = Row(name)
    for row in rows:
        for figure in FIGURES:
            setattr(whole, figure, getattr(whole, figure) + getattr(row, figure))
        whole.kinds += row.kinds
        whole.reasons += row.reasons
        whole.complaints += [f"{row.name}: {complaint}" for complaint in row.complaints]
        whole.uncaught += [f"{row.name}: {name}" for name in row.uncaught]
    return whole


def measured(held: Record, translate: Translate, plants: Iterable[Plant]) -> Row:
    """One record judged, spoilt and judged again."""
    row = Row(held.name, held.section)
    made = made_of(held)
    for key, verdict in judged(held).items():
        row.given += 1
        _count(row, key, verdict, made.get(key), held)
    against = complaints(held, ledger(held, made), set(range(len(held.sources))))
    extra = [complaint for complaint in against if complaint[1] in {"added", "surplus"}]
    row.added = len(extra)
    row.complaints += sorted(_said(complaint, held) for complaint in extra)[:COMPLAINTS_MAX]
    faults = Planted()
    planted(held, plants, faults)
    blinded(held, translate, faults)
    row.planted, row.caught, row.uncaught = faults.planted, faults.caught, faults.uncaught
    return row


def _count(row: Row, key: Key, verdict: Verdict | None, output: Output | None, held: Record) -> None:
    kind = str(held.sources[key[0]].get("resourceType"))
    if verdict is None or output is None:
        row.lost += 1
        row.complaints.append(f"{kind} [{key[0]}] is lost")
        return
    row.listed += output.reason is not None
    row.translated += output.reason is None
    if output.reason is not None:
        row.reasons[output.reason] += 1
        if output.reason not in REASONS:
            row.complaints.append(f"{kind} [{key[0]}] is listed for no reason of the table: {output.reason}")
    row.kinds += Counter(verdict.kinds)
    row.facts += sum(verdict.kinds.values())
    row.found += sum(verdict.kinds.values()) - len(verdict.missing)
    row.complaints += [
        f"{kind} [{key[0]}] {path(fact.place)} ({fact.kind}) is gone" for fact in verdict.missing
    ][:COMPLAINTS_MAX]


def _said(complaint: tuple[object, ...], held: Record) -> str:
    key, what, *place = complaint
    position = key[0] if isinstance(key, tuple) else key
    kind = held.sources[position].get("resourceType") if isinstance(position, int) else "?"
    where = path(place[0]) if place and isinstance(place[0], tuple) else ""
    return f"{kind} [{position}] {where} is {what}"
