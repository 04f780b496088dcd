"""What stands above the rows of every view: whom it is of, who answered, what is missing, what to heed."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from typing import Any

from broker.domain.named_views import VIEWS
from broker.domain.view import CompletenessLine, SectionState, View
from broker.pipeline.presentation.completeness_outcome import COMPLETENESS, completeness_outcome
from broker.pipeline.presentation.completeness_words import line_words, section_words
from broker.pipeline.presentation.frame import Frame


def heading(view: View, frame: Frame, shown: Collection[int]) -> dict[str, Any]:
    """In the words of the completeness outcome that stands on every other answer. `shown` are the items that
    the rows name: of a contradiction between others alone nothing is said here, and a mark is never without
    its words.
    """
    return {
        "view": VIEWS[frame.query.interaction].name,
        "patient": frame.token,
        "asked_at": view.asked_at.isoformat(),
        "services": [_service(line) for line in view.lines],
        "sections": [_section(section) for section in view.sections],
        "notices": list(_notices(view, shown)),
    }


def _service(line: CompletenessLine) -> dict[str, Any]:
    told: dict[str, Any] = {
        "partner": line.partner_id,
        "name": line.name,
        "label": line.label,
        "supplies_none": line.supplies_none,
        "answered_at": line.answered_at,
        "from_memory_s": line.from_memory_s,
        "as_of": line.as_of,
        "text": line_words(line),
    }
    return {name: value for name, value in told.items() if value}


def _section(section: SectionState) -> dict[str, Any]:
    return {
        "category": section.category.value,
        "state": section.state.value,
        "missing": [one.name or one.label for one in section.gaps],
        "text": section_words(section),
    }


def _notices(view: View, shown: Collection[int]) -> Iterator[dict[str, str]]:
    """Everything that the outcome says beside the lines: contradictions by their code, and the notices."""
    untold = {
        f"c{number}"
        for number, contradiction in enumerate(view.contradictions_told, start=1)
        if not any(index in shown for index in contradiction.members)
    }
    for issue in completeness_outcome(view)["issue"]:
        if any(one["url"] == COMPLETENESS for one in issue.get("extension", ())):
            continue
        codes = [one["code"] for one in issue["details"].get("coding", ())]
        if untold.isdisjoint(codes):
            yield {"code": next(iter(codes), issue["code"]), "text": issue["details"]["text"]}
