"""A report for people: what was found, by area, each with what to do; and the same for scripts."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from broker.conformance.findings import Finding
from broker.conformance.kit import Report
from broker.conformance.meanings import Weight

_MARKS = {Weight.FAULT: "FAULT", Weight.WARNING: "warning", Weight.NOTE: "note"}


def as_text(report: Report) -> str:
    """The whole report, ending with a newline."""
    return "\n".join(_lines(report)) + "\n"


def as_tree(report: Report) -> dict[str, Any]:
    """The same as JSON would have it."""
    return {
        "partner": report.partner_id,
        "passed": report.passed,
        "people": report.people,
        "questions": report.questions,
        "calls": report.calls,
        "slowest_ms": report.slowest_ms,
        "findings": [_tree(finding) for finding in report.findings],
    }


def _tree(finding: Finding) -> dict[str, Any]:
    meaning = finding.meaning
    return {
        "finding": finding.name,
        "area": meaning.area,
        "weight": str(meaning.weight),
        "where": finding.where,
        "times": finding.times,
        "said": meaning.said,
        "remedy": meaning.remedy,
    }


def _lines(report: Report) -> Iterator[str]:
    yield (
        f"{report.partner_id}: {report.people} people, {report.questions} questions, {report.calls} calls, "
        f"slowest {report.slowest_ms} ms"
    )
    for name in dict.fromkeys(finding.name for finding in report.findings):
        found = [finding for finding in report.findings if finding.name == name]
        meaning = found[0].meaning
        yield ""
        yield f"{_MARKS[meaning.weight]}: {meaning.area}: {meaning.said}"
        places = ", ".join(filter(None, map(_place, found)))
        if places:
            yield f"  Where: {places}."
        yield f"  {meaning.remedy}"
    yield ""
    yield _verdict(report)


def _place(finding: Finding) -> str:
    times = f"{finding.times} times" if finding.times > 1 else ""
    return f"{finding.where} ({times})" if finding.where and times else finding.where or times


def _verdict(report: Report) -> str:
    weights = [Finding(name).meaning.weight for name in {finding.name for finding in report.findings}]
    faults, warnings = weights.count(Weight.FAULT), weights.count(Weight.WARNING)
    if report.passed:
        return f"Passed: no fault, {warnings} to look at. What no test person could show is noted above."
    return f"Not passed: {faults} to mend, {warnings} to look at. Mend, then check again."
