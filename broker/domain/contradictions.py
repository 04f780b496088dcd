"""The closed list of contradictions: what each says to a reader, and how much it may matter."""

from __future__ import annotations

import enum
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType


class Severity(enum.StrEnum):
    """FHIR R4 detectedissue-severity: what may happen to somebody who reads one side alone."""

    HIGH = "high"
    MODERATE = "moderate"
    LOW = "low"


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """One kind. `sentence` is ours and says nothing that is in the items; `found` says when it is seen."""

    why: str
    severity: Severity
    sentence: str
    found: str


DEMOGRAPHICS_DIFFER = "demographics-differ"
_VERSIONS = "One business identifier, on items that give two"
_LIST = (
    Kind(
        why="allergy-and-none-known",
        severity=Severity.HIGH,
        sentence="One source records an allergy and another records that none is known.",
        found="An allergy that stands, beside a statement that none of its sort is known: by code, in the "
        "writer's own words, or an empty list whose reason is `nilknown`.",
    ),
    Kind(
        why="resuscitation-differs",
        severity=Severity.HIGH,
        sentence="Sources hold different resuscitation or treatment escalation decisions.",
        found="For resuscitation here and not for it there; or a ReSPECT form or another plan of treatment "
        "escalation of each of two sources, where they are not one document.",
    ),
    Kind(
        why="medicine-dose-differs",
        severity=Severity.HIGH,
        sentence="Sources give different doses or strengths of the same medicine.",
        found="The same medicine, active at two sources, in doses that are not written alike; or one product "
        "by its name in two strengths, whatever its codes are.",
    ),
    Kind(
        why="standing-differs",
        severity=Severity.MODERATE,
        sentence="A problem or allergy is active at one source and no longer, or refuted, at another.",
        found="The same code, active at one source and inactive, resolved or refuted at another.",
    ),
    Kind(
        why="death-differs",
        severity=Severity.HIGH,
        sentence="One source records that the person has died and another does not.",
        found="A partner's Patient, or the patient index, says that the person has died; another does not.",
    ),
    Kind(
        why="status-differs",
        severity=Severity.MODERATE,
        sentence="Sources give different states for what is identified as one item.",
        found=f"{_VERSIONS} states.",
    ),
    Kind(
        why="value-differs",
        severity=Severity.HIGH,
        sentence="Sources give different values for what is identified as one item.",
        found=f"{_VERSIONS} values.",
    ),
    Kind(
        why="dose-differs",
        severity=Severity.HIGH,
        sentence="Sources give different doses for what is identified as one item.",
        found=f"{_VERSIONS} doses.",
    ),
    Kind(
        why="date-differs",
        severity=Severity.MODERATE,
        sentence="Sources give different dates for what is identified as one item.",
        found=f"{_VERSIONS} dates, or one date at two precisions.",
    ),
    Kind(
        why="code-differs",
        severity=Severity.HIGH,
        sentence="Sources give different meanings to what is identified as one item.",
        found=f"{_VERSIONS} codes of one terminology.",
    ),
    Kind(
        why="detail-differs",
        severity=Severity.LOW,
        sentence="Sources give different details of what is identified as one item.",
        found="One business identifier, on items that differ in what else must not differ.",
    ),
    Kind(
        why=DEMOGRAPHICS_DIFFER,
        severity=Severity.LOW,
        sentence="A source gives demographics that differ from the patient index: confirm identity.",
        found="A partner's own Patient gives a gender, title or name that the index does not.",
    ),
)
KINDS_OF_CONTRADICTION: Mapping[str, Kind] = MappingProxyType({kind.why: kind for kind in _LIST})
