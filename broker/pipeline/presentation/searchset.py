"""The view as a searchset Bundle, with its completeness outcome on every page. Pure, in slices."""

from __future__ import annotations

from collections.abc import Generator, Iterator, Mapping, Sequence
from urllib.parse import quote, urlencode

import msgspec

from broker.domain.query import OF_THE_WHOLE, Interaction
from broker.domain.view import View
from broker.pipeline.presentation.completeness_outcome import completeness_outcome
from broker.pipeline.presentation.cutting import cut
from broker.pipeline.presentation.detected_issues import with_issues
from broker.pipeline.presentation.entries import entries_of
from broker.pipeline.presentation.frame import Frame
from broker.pipeline.presentation.patient import index_patient
from broker.pipeline.presentation.presented import Presented
from broker.pipeline.presentation.written import INCLUDE, MATCH, OURS, Written

_CHUNK_BYTES = 96 * 1024


def present_match(view: View, frame: Frame) -> Presented:
    """The one person that an identifier names, as a search answers it. This total is true."""
    person = index_person(view, frame)
    entries = b",".join((patient_entry(person, frame), _outcome_entry(completeness_outcome(view))))
    return Presented(body=(_head(frame, total=1, next_page=None) + entries + b"]}",), person=person)


def present_record(view: View, frame: Frame) -> Generator[None, None, Presented]:
    """A searchset of the record, in chunks of about 96 KiB.

    Raises PageGone when a page's view is no longer the first page's view.
    """
    entries = with_issues((yield from entries_of(view, frame)), view, frame)
    person = index_person(view, frame) if frame.query.shows_person else None
    page = yield from cut(view, frame, entries, person)
    leading = [_outcome_entry(completeness_outcome(view, again_url(view, frame)))]
    if person is not None:
        along = frame.query.resource_types and not frame.query.asks_for_person
        mode = INCLUDE if along else MATCH
        leading.append(patient_entry(person, frame, mode))
    head = _head(frame, total=None, next_page=page.following)
    chunks = []
    for chunk in _chunks(head + b",".join(leading), page.entries):
        chunks.append(chunk)
        yield
    shown = [one.at for one in page.entries if one.at != OURS]
    return Presented(body=tuple(chunks), shown=shown, person=person)


def _chunks(opening: bytes, entries: Sequence[Written]) -> Iterator[bytes]:
    """The body in a few large pieces: one copy of each byte, and no single great block of memory."""
    waiting, size = [opening], len(opening)
    for entry in entries:
        waiting.append(b",")
        waiting += entry.pieces
        size += sum(map(len, entry.pieces))
        if size > _CHUNK_BYTES:
            yield b"".join(waiting)
            waiting, size = [], 0
    waiting.append(b"]}")
    yield b"".join(waiting)


def patient_entry(person: bytes, frame: Frame, mode: bytes = MATCH) -> bytes:
    """The index's Patient as a Bundle's entry."""
    opening = f'{{"fullUrl":"{frame.base_url}/Patient/{frame.token}","resource":'.encode()
    return opening + person + mode


def index_person(view: View, frame: Frame) -> bytes:
    """The index's Patient, as this answer shows it."""
    return index_patient(view.patient, frame.token, whole=view.demographics_open)


def _outcome_entry(outcome: Mapping[str, object]) -> bytes:
    return b'{"resource":' + msgspec.json.encode(outcome) + b',"search":{"mode":"outcome"}}'


def _head(frame: Frame, *, total: int | None, next_page: str | None) -> bytes:
    """A Bundle up to its first entry."""
    links = [{"relation": "self", "url": _self_url(frame, frame.pages.token, frame.again)}]
    if next_page is not None:
        links.append({"relation": "next", "url": _self_url(frame, next_page, None)})
    head: dict[str, object] = {"resourceType": "Bundle", "type": "searchset", "link": links}
    if total is not None:
        head["total"] = total
    return msgspec.json.encode(head)[:-1] + b',"entry":['


def again_url(view: View, frame: Frame) -> str | None:
    """The address of the whole record from those alone who may be asked again; None where nobody may."""
    token = again_token(view, frame)
    return None if token is None else _self_url(frame, None, token)


def again_token(view: View, frame: Frame) -> str | None:
    """Whom to ask again, sealed."""
    if frame.sealed_again is None or not view.askable_again:
        return None
    return frame.sealed_again(view.askable_again)


def _self_url(frame: Frame, page: str | None, again: str | None) -> str:
    """A link to this question that names the person by the sealed token alone."""
    query, token = frame.query, frame.token
    if query.interaction is Interaction.FIND_PATIENT:
        return f"{frame.base_url}/Patient/{token}"
    said = list(query.criteria.pairs)
    if query.interaction in OF_THE_WHOLE:
        url = f"{frame.base_url}/Patient/{token}/$everything"
        said += [("_type", ",".join(sorted(query.resource_types)))] if query.resource_types else []
    else:
        url = f"{frame.base_url}/{min(query.resource_types)}"
        said.insert(0, ("patient", token))
    said += [(name, value) for name, value in (("_page", page), ("_again", again)) if value is not None]
    if query.count is not None and page is None and again is None:
        said.append(("_count", str(query.count)))
    return f"{url}?{urlencode(said, quote_via=quote, safe=',')}" if said else url
