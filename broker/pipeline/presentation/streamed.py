"""What the events of a stream hold: the same entries, groups, lines and outcome as the searchset's. Pure.

Entries carry no marks of groups and contradictions, which change while partners answer: the newest `groups`
event names them by item. Set behind the other tags, its marks make each entry the searchset's.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

import msgspec

from broker.domain.errors import BrokerError
from broker.domain.view import CompletenessLine, View
from broker.pipeline.presentation.completeness_outcome import (
    completeness_outcome,
    line_outcome,
    standing_notices,
)
from broker.pipeline.presentation.detected_issues import issue_entries
from broker.pipeline.presentation.events import Closed
from broker.pipeline.presentation.frame import Frame
from broker.pipeline.presentation.searchset import again_token, again_url
from broker.pipeline.presentation.written import Written

_CHUNK_BYTES = 96 * 1024
# What `groups_data` says of no groups and no contradictions.
NO_GROUPS = b'{"groups":[],"contradictions":[],"entry":[]}'


def open_data(partners: Iterable[tuple[str, str]], view: View, *, ends_within_s: float) -> bytes:
    """Whom the caller may see being asked (id and name), what stands over every view, and how long it takes
    at most. Nothing of the person.
    """
    asked = [{"partner": partner_id, "name": name} for partner_id, name in partners]
    opened = {"asked": asked, "ends_within_s": ends_within_s, "outcome": standing_notices(view)}
    return msgspec.json.encode(opened)


def person_data(entry: bytes) -> bytes:
    """The index's Patient. A later one stands in the place of the first."""
    return b'{"entry":[%b]}' % entry


def items_data(entries: Sequence[Written]) -> Iterator[bytes]:
    """Entries in events of about 96 KiB, each whole."""
    waiting: list[bytes] = []
    size = 0
    for entry in entries:
        waiting.append(b"".join(entry.pieces))
        size += len(waiting[-1])
        if size > _CHUNK_BYTES:
            yield b'{"entry":[%b]}' % b",".join(waiting)
            waiting, size = [], 0
    if waiting:
        yield b'{"entry":[%b]}' % b",".join(waiting)


def partner_data(line: CompletenessLine) -> bytes:
    """A partner's completeness line, as the ledger will have it."""
    return msgspec.json.encode({"partner": line.partner_id, "outcome": line_outcome(line)})


def groups_data(view: View, names: Sequence[str], frame: Frame) -> bytes:
    """Every group and contradiction of what has been shown so far, and the entries by which the searchset
    says these in our own name; `names` are of the view's items.
    """
    groups = [_marked("g", number, one, names) for number, one in enumerate(view.groups, start=1)]
    told = enumerate(view.contradictions_told, start=1)
    clashes = [_marked("c", number, one, names) for number, one in told]
    entries = [msgspec.Raw(one) for one in issue_entries(view, frame, dict(enumerate(names)))]
    return msgspec.json.encode({"groups": groups, "contradictions": clashes, "entry": entries})


def _marked(letter: str, number: int, one: Any, names: Sequence[str]) -> dict[str, Any]:
    """The lead is first."""
    return {
        "code": f"{letter}{number}",
        "why": one.why,
        "items": [names[index] for index in one.members],
    }


def ledger_data(view: View, frame: Frame) -> bytes:
    """The outcome that the searchset would have, and what asks again those who did not answer."""
    ledger: dict[str, Any] = {"outcome": completeness_outcome(view, again_url(view, frame))}
    token = again_token(view, frame)
    if token is not None:
        ledger["again"] = token
    return msgspec.json.encode(ledger)


def closed_data(word: Closed, error: BrokerError) -> bytes:
    """Why it ended, in our own words, with the contact routes."""
    issues: list[dict[str, Any]] = [
        {"severity": "error", "code": error.code, "details": {"text": error.message}}
    ]
    issues += (
        {"severity": "information", "code": "informational", "details": {"text": route}}
        for route in error.contact
    )
    outcome = {"resourceType": "OperationOutcome", "issue": issues}
    return msgspec.json.encode({"word": word.value, "outcome": outcome})
