"""Which services answered and which did not, into the first section of a summary. Pure.

The words are those of the completeness outcome, which stands in the document as well.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from broker.domain.view import View
from broker.pipeline.presentation.summary.markup import Markup, element, joined
from broker.pipeline.presentation.summary.sections import NOT_IN_A_SUMMARY

TITLE = "What this summary rests on"
CODE = "completeness"
WHOLE = "Every service that was asked answered in full, as far as may be told."
_CLASH = re.compile(r"c[0-9]+")
_HEADS = ("Service", "Answered (UTC)")
_NOT_HERE = (
    f"Not in a summary: {NOT_IN_A_SUMMARY}. They are in the whole record ($everything), "
    "with every item of this summary and its source."
)

Issue = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Completeness:
    """The issues of a completeness outcome: one for each line of the view, then the notices."""

    view: View
    lines: Sequence[Issue]
    notices: Sequence[Issue]

    @classmethod
    def of(cls, view: View, outcome: Issue) -> Completeness:
        """`outcome` is the OperationOutcome of `view`."""
        issues = outcome["issue"]
        return cls(view, issues[: len(view.lines)], issues[len(view.lines) :])

    @property
    def clashes(self) -> dict[str, str]:
        """The sentence of each contradiction, by its code."""
        return {code: _text(one) for one in self.notices for code in _codes(one) if _CLASH.fullmatch(code)}

    def first(self, *more: str) -> Markup:
        """What a reader must know before anything else: who is missing, what clashes, and `more`."""
        gaps = [_text(issue) for issue in self.lines if _is_gap(issue)]
        clashes = [_text(issue) for issue in self.notices if _is_gap(issue)]
        warned = [*more, *clashes]
        return joined(
            (
                _missing(gaps, len(self.lines)) if gaps else element("p", WHOLE),
                *(element("p", sentence, class_="warning") for sentence in warned),
                *(element("p", _text(issue)) for issue in self.notices if not _is_gap(issue)),
            )
        )

    def table(self) -> Markup:
        """Each service with what became of it, those of which something may be missing first."""
        heads = (element("th", name, scope="col") for name in _HEADS)
        table = element("table", element("thead", element("tr", *heads)), element("tbody", *self._rows()))
        return joined((table, element("p", _NOT_HERE)))

    def _rows(self) -> Iterator[Markup]:
        both = list(zip(self.view.lines, self.lines, strict=True))
        for line, issue in sorted(both, key=lambda one: not _is_gap(one[1])):
            gap = _is_gap(issue)
            said = element("b", _text(issue)) if gap else _text(issue)
            answered = element("td", line.answered_at[11:19] or "-")
            yield element("tr", element("td", said), answered, class_="gap" if gap else "")


def _missing(gaps: Sequence[str], of: int) -> Markup:
    heading = element("b", f"INCOMPLETE: {len(gaps)} of {of} services did not answer in full.")
    return element(
        "div", element("p", heading), element("ul", *(element("li", one) for one in gaps)), class_="warning"
    )


def _is_gap(issue: Issue) -> bool:
    return bool(issue["severity"] == "warning")


def _codes(issue: Issue) -> list[str]:
    return [str(coding.get("code", "")) for coding in issue["details"].get("coding", [])]


def _text(issue: Issue) -> str:
    return str(issue["details"]["text"])
