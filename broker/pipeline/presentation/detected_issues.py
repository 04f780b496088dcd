"""Contradictions as DetectedIssue resources (R4 4.0.1) in our own name.

They name items as the answer names them, say which kind of contradiction it is and nothing that is in the
items. A reader hears of those alone whose every side is released to them.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

import msgspec

from broker.domain.contradictions import DEMOGRAPHICS_DIFFER, KINDS_OF_CONTRADICTION
from broker.domain.view import View
from broker.pipeline.presentation.frame import Frame
from broker.pipeline.presentation.ink import CONTRADICTION_TAG
from broker.pipeline.presentation.written import INCLUDE, MATCH, OURS, Written

SOURCE = "urn:watersmeet:broker"
KIND_SYSTEM = "https://watersmeet.example/fhir/CodeSystem/contradiction-kind"
# Stands where a partner's id stands in the id of a partner's item.
_OWN = "watersmeet"
_AUTHOR = {"type": "Device", "display": "Watersmeet"}


@dataclass(frozen=True, slots=True)
class Issue:
    """One DetectedIssue as JSON. `members` are indexes into the view's items; `issue_id` lasts."""

    members: tuple[int, ...]
    issue_id: str
    url: str
    raw: bytes = field(repr=False)

    def entry(self, *, is_match: bool) -> Written:
        """Its whole entry. The time at which it was found is no part of the record."""
        opening = b'{"fullUrl":%b,"resource":' % msgspec.json.encode(self.url)
        pieces = [opening, self.raw, MATCH if is_match else INCLUDE]
        name = f"DetectedIssue/{self.issue_id}"
        return Written(OURS, pieces, is_match, name, lasting=self.issue_id.encode())


def with_issues(entries: list[Written], view: View, frame: Frame) -> list[Written]:
    """What we say of one answer's items, each once: before all of them where the whole record was asked for,
    and else beside the first of its items, so that it stands on that item's page: behind it where what comes
    along does, and else before it.
    """
    issues = issues_of(view, frame, {one.at: one.name for one in entries})
    is_asked_for = not frame.query.resource_types
    leading = [one for one in issues if is_asked_for or not one.members]
    waiting = [one for one in issues if not is_asked_for and one.members]
    if waiting:
        entries = list(_beside(entries, waiting, behind=view.selection is not None))
    return [*(one.entry(is_match=is_asked_for) for one in leading), *entries]


def issue_entries(view: View, frame: Frame, names: Mapping[int, str]) -> list[bytes]:
    """The same entries, whole, by themselves."""
    is_asked_for = not frame.query.resource_types
    issues = issues_of(view, frame, names)
    return [b"".join(one.entry(is_match=is_asked_for).pieces) for one in issues]


def _beside(entries: Sequence[Written], issues: Sequence[Issue], *, behind: bool) -> Iterator[Written]:
    places = {entry.at: place for place, entry in enumerate(entries)}
    first: dict[int, list[Issue]] = {}
    for issue in issues:
        first.setdefault(min(places[at] for at in issue.members), []).append(issue)
    for place, entry in enumerate(entries):
        said = [issue.entry(is_match=False) for issue in first.get(place, ())]
        yield from (entry, *said) if behind else (*said, entry)


def issues_of(view: View, frame: Frame, names: Mapping[int, str]) -> list[Issue]:
    """One for each contradiction that may be told, and one where demographics differ. `names` are the items'
    own (`Type/id`), by their place in the view.
    """
    sides = enumerate(_sides(view, frame, names), start=1)
    return [_issue(view, frame, why, members, named, number) for number, (why, members, named) in sides]


def _sides(
    view: View, frame: Frame, names: Mapping[int, str]
) -> Iterator[tuple[str, tuple[int, ...], list[str]]]:
    """Numbered as the marks on the items are; what is of the person alone comes last."""
    person = f"Patient/{frame.token}"
    for one in view.contradictions_told:
        named = [names[at] for at in one.members]
        yield one.why, one.members, [person, *named] if one.with_index else named
    if any(line.differs for line in view.lines):
        yield DEMOGRAPHICS_DIFFER, (), [person]


def _issue(
    view: View, frame: Frame, why: str, members: tuple[int, ...], named: list[str], number: int
) -> Issue:
    kind = KINDS_OF_CONTRADICTION[why]
    person = f"Patient/{frame.token}"
    # The person by the number: the sealed id does not last, and no two people share an issue.
    lasting = sorted(view.patient.number.digits if one == person else one for one in named)
    issue_id = frame.sealer.item_id(_OWN, "\x1f".join((why, *lasting)))
    mark = [{"system": CONTRADICTION_TAG, "code": f"c{number}"}] if members else []
    resource = {
        "resourceType": "DetectedIssue",
        "id": issue_id,
        "meta": {"source": SOURCE, **({"tag": mark} if mark else {})},
        "status": "final",
        "code": {"coding": [{"system": KIND_SYSTEM, "code": why}], "text": kind.sentence},
        "severity": kind.severity.value,
        "patient": {"reference": person},
        "identifiedDateTime": view.asked_at.isoformat(),
        "author": _AUTHOR,
        "implicated": [{"reference": one} for one in named],
        "detail": kind.sentence,
    }
    url = f"{frame.base_url}/DetectedIssue/{issue_id}"
    return Issue(members, issue_id, url, msgspec.json.encode(resource))
