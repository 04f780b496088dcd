"""The contents of a summary into its sections as they go out. Pure, in slices."""

from __future__ import annotations

from collections.abc import Generator, Sequence
from dataclasses import dataclass

from broker.domain.category import Category
from broker.domain.view import View
from broker.pipeline.presentation.completeness_outcome import completeness_outcome
from broker.pipeline.presentation.summary import completeness
from broker.pipeline.presentation.summary.absence import absence_of, missing_from, states_of
from broker.pipeline.presentation.summary.completeness import Completeness
from broker.pipeline.presentation.summary.composition import Written
from broker.pipeline.presentation.summary.contents import Contents
from broker.pipeline.presentation.summary.lines import Line, lines_of
from broker.pipeline.presentation.summary.markup import Markup, element
from broker.pipeline.presentation.summary.narrative import more_of, narrative, table_of, warnings_of
from broker.pipeline.presentation.summary.sections import OURS, SECTIONS, Section

NOT_FOR_THE_PERSON = (
    "This summary holds items that must not be told to the person or family. They are marked. "
    "Do not hand it on."
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Sections:
    """`rests_on` is the completeness of it all; `first` and `services` are its two halves, for a page."""

    rests_on: Written
    first: Markup
    services: Markup
    clinical: tuple[Written, ...]


def written_sections(view: View, contents: Contents) -> Generator[None, None, Sections]:
    """Every section of the table, also where it shows nothing: absence is never silent."""
    told = Completeness.of(view, completeness_outcome(view))
    clinical = []
    for section in SECTIONS:
        one = yield from _written(section, view, contents, told.clashes)
        clinical.append(one)
    secret = any(one.not_for_the_person for one in clinical)
    first, services = told.first(*([NOT_FOR_THE_PERSON] if secret else [])), told.table()
    issues = (f"DetectedIssue/{issue.issue_id}" for issue in contents.issues)
    outcome = f"OperationOutcome/{contents.document_id}"
    rests_on = Written(
        title=completeness.TITLE,
        system=OURS,
        code=completeness.CODE,
        div=narrative(first, services),
        entries=(outcome, *issues, *(contents.names[index] for index in contents.witnesses)),
    )
    return Sections(rests_on=rests_on, first=first, services=services, clinical=tuple(clinical))


def _written(
    section: Section, view: View, contents: Contents, clashes: dict[str, str]
) -> Generator[None, None, Written]:
    items = yield from contents.told(section)
    if not items:
        absence = absence_of(section, view)
        return Written(
            title=section.title,
            system=section.system,
            code=section.code,
            div=narrative(element("p", absence.words), _confirm(section, view)),
            absence=absence,
            mandatory=section.mandatory,
        )
    leads = frozenset(contents.names[group.members[0]] for group in view.groups)
    lines = yield from lines_of(items, leads, current_first=section.current_first)
    table = yield from table_of(section, lines)
    return Written(
        title=section.title,
        system=section.system,
        code=section.code,
        div=narrative(
            _disputes(lines, clashes),
            warnings_of(missing_from(states_of(section, view))),
            _confirm(section, view),
            table,
            more_of(contents.chosen.left_out[section]),
        ),
        entries=tuple(contents.names[index] for index in contents.chosen.items[section]),
        mandatory=section.mandatory,
        not_for_the_person=any(line.not_for_the_person for line in lines),
    )


def _disputes(lines: Sequence[Line], clashes: dict[str, str]) -> Markup:
    """The contradictions that stand in these lines. None is resolved."""
    codes = dict.fromkeys(code for line in lines for code in line.contradictions)
    return warnings_of(f"Contradiction {code}: {clashes[code]} None of them is chosen." for code in codes)


def _confirm(section: Section, view: View) -> Markup:
    """What policy says beside every list of medicines."""
    if Category.MEDICINES not in section.categories or not view.medicines_notice:
        return Markup("")
    return element("p", view.medicines_notice)
