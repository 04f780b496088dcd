"""Everything that was measured into what is printed, what is written as JSON, and the verdict."""

from __future__ import annotations

import dataclasses
import json
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.fidelity.explained import Agreement
from tests.fidelity.measuring import REASONS, Row, total
from tests.fidelity.sources import NO_RECORDS
from tests.fidelity.validating import Validation

TRANSLATED_MIN_PERCENT = 99.5
SHOWN_MAX = 40


@dataclass(slots=True)
class Report:
    """What one run found. `left_out` names files of the material that are no records, with why."""

    rows: list[Row] = field(default_factory=list)
    left_out: dict[str, str] = field(default_factory=dict)
    agreements: dict[str, Agreement] = field(default_factory=dict)
    validations: dict[str, Validation] = field(default_factory=dict)
    messages: Row = field(default_factory=lambda: Row("hl7v2"))

    @property
    def whole(self) -> Row:
        """All records, and the faults planted in what is no record: they are faults too."""
        everything = total("fidelity", (row for row in self.rows if row.section not in NO_RECORDS))
        for row in self.rows:
            if row.section in NO_RECORDS:
                everything.planted += row.planted
                everything.caught += row.caught
                everything.uncaught += row.uncaught
        return everything

    @property
    def validation(self) -> tuple[int, int]:
        """How many resources passed both judges, of how many."""
        each = self.validations.values()
        return sum(one.passed for one in each), sum(one.shown for one in each)

    def failures(self) -> Iterator[str]:
        """Each aim that was missed, in words."""
        whole = self.whole
        if not whole.given:
            yield "there was no record to judge"
            return
        percent = 100 * whole.translated / whole.given
        if percent < TRANSLATED_MIN_PERCENT:
            yield f"{percent:.2f} % translated, at least {TRANSLATED_MIN_PERCENT} % are wanted"
        if whole.lost:
            yield f"{whole.lost} items lost"
        if whole.found != whole.facts:
            yield f"{whole.facts - whole.found} facts not found again"
        if whole.added:
            yield f"{whole.added} values or items that the source does not have"
        if set(whole.reasons) - REASONS:
            yield "items listed for a reason that is not in the table"
        if whole.caught != whole.planted:
            yield f"{whole.planted - whole.caught} planted faults not caught"
        yield from self._other_failures()
        yield from self._messages_failures()
        yield from self._judges_failures()

    def _other_failures(self) -> Iterator[str]:
        for row in self.rows:
            if row.section in NO_RECORDS and (row.lost or row.found != row.facts or row.added):
                yield f"not translated whole: {row.line()}"

    def _messages_failures(self) -> Iterator[str]:
        if self.messages.found != self.messages.facts:
            yield f"messages: {self.messages.facts - self.messages.found} values not found again"
        if set(self.messages.reasons) - REASONS:
            yield "messages: items listed for a reason that is not in the table"
        if self.messages.caught != self.messages.planted:
            yield f"messages: {self.messages.planted - self.messages.caught} planted faults not caught"

    def _judges_failures(self) -> Iterator[str]:
        for name, agreement in self.agreements.items():
            if not agreement.files:
                yield f"agreement {name}: nothing to compare"
            if agreement.unexplained:
                yield f"agreement {name}: {len(agreement.unexplained)} differences without a reason"
            if agreement.idle:
                yield f"agreement {name}: {len(agreement.idle)} reasons that explain nothing"
        passed, shown = self.validation
        if passed != shown:
            yield f"validation: {shown - passed} resources refused"


def lines(report: Report) -> Iterator[str]:
    """The report as it is printed; the last line is the verdict's."""
    for section in dict.fromkeys(row.section for row in report.rows):
        rows = [row for row in report.rows if row.section == section]
        yield from (f"{section:13} {row.line()}" for row in rows)
        yield f"{section:13} {total('all', rows).line()}"
    yield from (f"no record      {name}: {why}" for name, why in report.left_out.items())
    whole = report.whole
    yield "facts          " + "; ".join(f"{kind} {count}" for kind, count in sorted(whole.kinds.items()))
    for reason in sorted(REASONS | set(whole.reasons)):
        yield f"listed         {reason}: {whole.reasons[reason]}; HL7 v2 {report.messages.reasons[reason]}"
    yield f"messages       {report.messages.line()}"
    yield from _of_judges(report)
    yield from _limited("complaint", total("", report.rows).complaints + report.messages.complaints)
    yield from _limited("not caught", whole.uncaught + report.messages.uncaught)
    yield from (f"failed         {failure}" for failure in report.failures())
    passed, shown = report.validation
    yield f"validation: {passed} of {shown}"
    yield whole.line()


def _of_judges(report: Report) -> Iterator[str]:
    for name, agreement in report.agreements.items():
        differ = agreement.explained + len(agreement.unexplained)
        yield (
            f"agreement      {name}: files {agreement.files}; elements alike {agreement.alike}; "
            f"different {differ}; explained {agreement.explained} of {differ}"
        )
        yield from _limited("unexplained", [str(each) for each in agreement.unexplained])
        yield from _limited("idle reason", [f"{each.file}: {each.path}" for each in agreement.idle])
    for name, validation in report.validations.items():
        yield f"validation     {name}: {validation.passed} of {validation.shown}"
        refused = validation.refused.most_common()
        yield from _limited(
            "refused", [f"{count} x {said} ({validation.where[said]})" for said, count in refused]
        )


def _limited(word: str, said: list[str]) -> Iterator[str]:
    yield from (f"{word:14} {each}" for each in said[:SHOWN_MAX])
    if len(said) > SHOWN_MAX:
        yield f"{word:14} and {len(said) - SHOWN_MAX} more"


def write(report: Report, path: Path) -> None:
    """The same as JSON."""
    passed, shown = report.validation
    found = {
        **_figures(report.whole),
        "records": [_figures(row) for row in report.rows],
        "messages": _figures(report.messages),
        "left_out": report.left_out,
        "agreement": {
            name: {
                "files": each.files,
                "alike": each.alike,
                "explained": each.explained,
                "unexplained": [str(one) for one in each.unexplained],
                "idle": [f"{one.file}: {one.path}" for one in each.idle],
            }
            for name, each in report.agreements.items()
        },
        "validation": {"passed": passed, "shown": shown}
        | {name: {"passed": one.passed, "shown": one.shown} for name, one in report.validations.items()},
        "failures": list(report.failures()),
    }
    path.parent.mkdir(exist_ok=True)
    path.write_text(json.dumps(found, indent=1, ensure_ascii=False), encoding="utf-8")


def _figures(row: Row) -> dict[str, Any]:
    found = ((each.name, getattr(row, each.name)) for each in dataclasses.fields(row))
    return {name: dict(value) if isinstance(value, Counter) else value for name, value in found}
