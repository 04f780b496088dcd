"""The completeness statement as an OperationOutcome, in FHIR's own codes, on every answer.

An outcome inside a searchset holds no error and no fatal issue (FHIR R4 http.html, search): `incomplete`
is a warning, `suppressed` and the rest are information.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from broker.domain.outcome import Cause, OutcomeLabel
from broker.domain.view import NOTHING_TO_SHOW, CompletenessLine, Contradiction, SectionState, View

COMPLETENESS = "https://watersmeet.example/fhir/StructureDefinition/completeness"
SECTION = "https://watersmeet.example/fhir/StructureDefinition/section"
LABEL_SYSTEM = "https://watersmeet.example/fhir/CodeSystem/outcome-label"
NOTICE_SYSTEM = "https://watersmeet.example/fhir/CodeSystem/notice"
ABSENCE = "Absence here is not evidence of absence: ask the person, or the service."
DIFFERENCE = "demographics differ, confirm identity."

_SENTENCES = {
    OutcomeLabel.COMPLETE: "answered in full.",
    OutcomeLabel.PARTIAL: "answered in part: some of what it holds is not shown.",
    OutcomeLabel.NO_RECORD: "answered that it has no record of this person.",
    OutcomeLabel.NOT_AVAILABLE: "says that this record is not available from it.",
    OutcomeLabel.TIMED_OUT: "did not answer in time: what it holds is missing here.",
    OutcomeLabel.UNREACHABLE: "could not be reached: what it holds is missing here.",
    OutcomeLabel.REFUSED: "refused to answer: what it holds is missing here.",
    OutcomeLabel.INVALID: "gave an answer that could not be read safely: what it holds is missing here.",
    OutcomeLabel.TOO_LARGE: "gave an answer over the size limit: what it holds is missing here.",
    OutcomeLabel.NOT_ASKED: "was not asked: what it holds is missing here.",
    OutcomeLabel.IDENTITY_MISMATCH: "answered, but not provably for this person: its answer is set aside.",
    NOTHING_TO_SHOW: "has nothing to show.",
}
# What a caller can do something with; other causes stay in the outcome's own code.
_CAUSES: dict[str, str] = {
    Cause.BREAKER_OPEN: "It failed too often a moment ago and is left alone.",
    Cause.DEADLINE: "Time ran out before all of it came.",
    Cause.PAGE_LIMIT: "There were more pages than are followed.",
    Cause.ENTRY_LIMIT: "There were more items than are taken.",
    Cause.PAGE_FAILED: "A later page could not be had.",
    Cause.FEWER_THAN_TOTAL: "It sent fewer items than it says there are.",
    Cause.FULL_PAGE: "It sent as many items as it was asked for, and does not say whether that is all.",
    Cause.REFERENCE_SPELLING: "Its server finds nothing in the way in which it is registered to be asked.",
    Cause.MEDICATION_MISSING: "It names medicines that it did not send.",
    Cause.PARTNER_WARNING: "It says itself that something may be missing.",
    Cause.NOT_OFFERED: "It cannot be asked for all that it supplies.",
    Cause.CONFIDENTIAL_ITEMS: "It says that it leaves out what is confidential there.",
    Cause.DATA_IN_TRANSIT: "The record has not wholly arrived there from where it was kept before.",
    Cause.DATA_AWAITING_FILING: "Some of the record waits there to be filed.",
    Cause.UNREADABLE_ENTRIES: "Some of what it sent could not be read safely.",
    Cause.WRONG_PATIENT: "Some of what it sent was not about this person and is set aside.",
    Cause.DISSENT_AT_SOURCE: "The person has objected there.",
}
_CONTRADICTIONS = {
    "allergy-and-none-known": "One source records an allergy and another records that none is known.",
    "status-differs": "Sources give different states for what is identified as one item.",
    "value-differs": "Sources give different values for what is identified as one item.",
}


def completeness_outcome(view: View) -> dict[str, Any]:
    """The OperationOutcome of a view: one issue for each line, then the notices."""
    return {"resourceType": "OperationOutcome", "issue": list(_issues(view))}


def _issues(view: View) -> Iterator[dict[str, Any]]:
    for line in view.lines:
        yield _line_issue(line)
    for line in view.lines:
        if line.differs:
            yield _difference_issue(line)
    for number, contradiction in enumerate(view.contradictions, start=1):
        yield _contradiction_issue(number, contradiction)
    if view.suppression_notice:
        yield _issue("suppressed", view.suppression_notice)
    if view.medicines_notice:
        yield _coded(_issue("informational", view.medicines_notice), "confirm-medicines")
    absence = _issue("informational", ABSENCE)
    if view.sections:
        absence["extension"] = [_section(section) for section in view.sections]
    yield absence


def _issue(code: str, text: str, severity: str = "information") -> dict[str, Any]:
    return {"severity": severity, "code": code, "details": {"text": text}}


def _coded(issue: dict[str, Any], code: str) -> dict[str, Any]:
    issue["details"]["coding"] = [{"system": NOTICE_SYSTEM, "code": code}]
    return issue


def _difference_issue(line: CompletenessLine) -> dict[str, Any]:
    """Which of them differs, and how, stays untold."""
    return _coded(_issue("conflict", f"{line.name}: {DIFFERENCE}", "warning"), "demographics-differ")


def _line_issue(line: CompletenessLine) -> dict[str, Any]:
    whole = line.label in {OutcomeLabel.COMPLETE, OutcomeLabel.NO_RECORD, NOTHING_TO_SHOW}
    text = f"{line.name} {_SENTENCES[line.label]} {_CAUSES.get(line.cause, '')}".rstrip()
    if not line.name:
        text = "The services asked answered in full." if whole else "Not every service answered in full."
    issue = _issue("informational", text) if whole else _issue("incomplete", text, "warning")
    issue["details"]["coding"] = [{"system": LABEL_SYSTEM, "code": str(line.label)}]
    issue["extension"] = [_completeness(line)]
    return issue


def _completeness(line: CompletenessLine) -> dict[str, Any]:
    parts: list[dict[str, Any]] = [{"url": "label", "valueCode": str(line.label)}]
    if line.partner_id:
        parts.append({"url": "partner", "valueCode": line.partner_id})
    if line.name:
        parts.append({"url": "name", "valueString": line.name})
    parts.append({"url": "shown", "valueInteger": line.shown})
    if line.expected is not None:
        parts.append({"url": "expected", "valueInteger": line.expected})
    if line.unreadable:
        parts.append({"url": "unreadable", "valueInteger": line.unreadable})
    if line.cause:
        parts.append({"url": "cause", "valueCode": line.cause})
    if line.answered_at:
        parts.append({"url": "answeredAt", "valueInstant": line.answered_at})
    return {"url": COMPLETENESS, "extension": parts}


def _contradiction_issue(number: int, contradiction: Contradiction) -> dict[str, Any]:
    issue = _issue("conflict", _CONTRADICTIONS[contradiction.why], "warning")
    issue["details"]["coding"] = [{"code": f"c{number}"}]
    return issue


def _section(section: SectionState) -> dict[str, Any]:
    return {
        "url": SECTION,
        "extension": [
            {"url": "category", "valueCode": section.category.value},
            {"url": "state", "valueCode": section.state.value},
        ],
    }
