"""What a section that shows nothing says, in words and as FHIR's emptyReason: promise 6 decides. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from broker.domain.view import SectionKind, SectionState, View
from broker.pipeline.presentation.completeness_words import STATES, gap_words, warning_words
from broker.pipeline.presentation.summary.sections import Section

SYSTEM = "http://terminology.hl7.org/CodeSystem/list-empty-reason"


@dataclass(frozen=True, slots=True)
class Absence:
    """One of the codes of FHIR R4's list-empty-reason, and the sentence that stands in the section."""

    code: str
    words: str

    @property
    def concept(self) -> dict[str, object]:
        """A CodeableConcept for `emptyReason`."""
        return {"coding": [{"system": SYSTEM, "code": self.code}], "text": self.words}


_NONE_RECORDED = Absence("nilknown", STATES[SectionKind.NONE_RECORDED])
_NOT_READ_AS_NONE = f"{STATES[SectionKind.NOT_KNOWN]} Do not read this as none."


def absence_of(section: Section, view: View) -> Absence:
    """Why nothing stands in it. Where any category that could hold an item of it is not known to hold none,
    nobody can say.

    A source's own "none known" is no more than that source's: others may not have answered.
    """
    states = states_of(section, view)
    kinds = {state.state for state in states}
    if len(states) == len(section.categories) and kinds == {SectionKind.NONE_RECORDED}:
        return _NONE_RECORDED
    if SectionKind.WITHHELD_AT_SOURCE in kinds:
        return Absence("withheld", " ".join((STATES[SectionKind.WITHHELD_AT_SOURCE], *missing_from(states))))
    says = dict.fromkeys(one.name for state in states for one in state.holders if one.says_none and one.name)
    said = [f"{name} states that none is known." for name in says]
    return Absence("unavailable", " ".join([*said, _NOT_READ_AS_NONE, *missing_from(states)]))


def states_of(section: Section, view: View) -> list[SectionState]:
    """What the view says of the categories that could hold an item of it."""
    return [state for state in view.sections if state.category in section.categories]


def missing_from(states: Iterable[SectionState]) -> list[str]:
    """One sentence that names those of whose items something may be missing, and what sources warn of."""
    states = list(states)
    gaps = dict.fromkeys(gap_words(gap) for state in states for gap in state.gaps)
    warned = dict.fromkeys(words for state in states for words in warning_words(state))
    return [*([f"Not complete: {', '.join(gaps)}."] if gaps else []), *warned]
