"""The completeness statement as an OperationOutcome, in FHIR's own codes, on every answer.

An outcome inside a searchset holds no error and no fatal issue (FHIR R4 http.html, search): `incomplete`
is a warning, `suppressed` and the rest are information.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from broker.domain.contradictions import KINDS_OF_CONTRADICTION
from broker.domain.view import CompletenessLine, Contradiction, View
from broker.pipeline.presentation.completeness_words import ABSENCE, FILTERED, line_words
from broker.pipeline.presentation.section_extension import section_extension

COMPLETENESS = "https://watersmeet.example/fhir/StructureDefinition/completeness"
LABEL_SYSTEM = "https://watersmeet.example/fhir/CodeSystem/outcome-label"
NOTICE_SYSTEM = "https://watersmeet.example/fhir/CodeSystem/notice"
AGAIN = "https://watersmeet.example/fhir/StructureDefinition/ask-again"
AGAIN_WORDS = "Those that did not answer in full can be asked again by themselves."
OF_SOME = "This answer is of the services that were asked again, and says nothing of any other."
DIFFERENCE = "demographics differ, confirm identity."


def completeness_outcome(view: View, again: str | None = None) -> dict[str, Any]:
    """The OperationOutcome of a view: one issue for each line, then the notices. `again` is the address
    that asks again those who did not answer in full.
    """
    return _outcome(_issues(view, again))


def line_outcome(line: CompletenessLine) -> dict[str, Any]:
    """What is said of one partner alone, in the same words."""
    return _outcome(_line_issues([line]))


def standing_notices(view: View) -> dict[str, Any]:
    """What stands over every view of this reader, whatever comes."""
    return _outcome((*_notices(view), _issue("informational", ABSENCE)))


def _outcome(issues: Iterable[dict[str, Any]]) -> dict[str, Any]:
    return {"resourceType": "OperationOutcome", "issue": list(issues)}


def _issues(view: View, again: str | None) -> Iterator[dict[str, Any]]:
    yield from _line_issues(view.lines)
    for number, contradiction in enumerate(view.contradictions_told, start=1):
        yield _contradiction_issue(number, contradiction)
    if view.selection is not None and view.selection.narrows:
        yield _coded(_issue("informational", FILTERED), "filtered")
    yield from _notices(view)
    if view.of_some:
        yield _coded(_issue("informational", OF_SOME, "warning"), "asked-again")
    if again is not None:
        issue = _coded(_issue("informational", AGAIN_WORDS), "ask-again")
        yield issue | {"extension": [{"url": AGAIN, "valueUrl": again}]}
    absence = _issue("informational", ABSENCE)
    if view.sections:
        absence["extension"] = [section_extension(section) for section in view.sections]
    yield absence


def _line_issues(lines: Sequence[CompletenessLine]) -> Iterator[dict[str, Any]]:
    for line in lines:
        yield _line_issue(line)
    for line in lines:
        if line.differs:
            yield _difference_issue(line)


def _notices(view: View) -> Iterator[dict[str, Any]]:
    if view.suppression_notice:
        yield _issue("suppressed", view.suppression_notice)
    if view.medicines_notice:
        yield _coded(_issue("informational", view.medicines_notice), "confirm-medicines")


def _issue(code: str, text: str, severity: str = "information") -> dict[str, Any]:
    return {"severity": severity, "code": code, "details": {"text": text}}


def _coded(issue: dict[str, Any], code: str) -> dict[str, Any]:
    issue["details"]["coding"] = [{"system": NOTICE_SYSTEM, "code": code}]
    return issue


def _difference_issue(line: CompletenessLine) -> dict[str, Any]:
    """Which of them differs, and how, stays untold."""
    return _coded(_issue("conflict", f"{line.name}: {DIFFERENCE}", "warning"), "demographics-differ")


def _line_issue(line: CompletenessLine) -> dict[str, Any]:
    text = line_words(line)
    whole = not line.is_gap and not line.warnings
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
    if line.supplies_none:
        parts.append({"url": "suppliesNone", "valueBoolean": True})
    if line.cause:
        parts.append({"url": "cause", "valueCode": line.cause})
    parts += ({"url": "warning", "valueCode": code} for code in line.warnings)
    if line.answered_at:
        parts.append({"url": "answeredAt", "valueInstant": line.answered_at})
    if line.from_memory_s:
        parts.append({"url": "cached", "valueInteger": line.from_memory_s})
    if line.as_of:
        parts.append({"url": "asOf", "valueString": line.as_of})
    return {"url": COMPLETENESS, "extension": parts}


def _contradiction_issue(number: int, contradiction: Contradiction) -> dict[str, Any]:
    issue = _issue("conflict", KINDS_OF_CONTRADICTION[contradiction.why].sentence, "warning")
    issue["details"]["coding"] = [{"code": f"c{number}"}]
    return issue
