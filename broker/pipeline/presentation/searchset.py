"""The view as a searchset Bundle, with its completeness outcome on every page. Pure, in slices."""

from __future__ import annotations

import hashlib
from collections.abc import Generator, Iterator, Mapping
from urllib.parse import quote, urlencode

import msgspec

from broker.domain.errors import Gone
from broker.domain.query import Interaction
from broker.domain.view import View
from broker.pipeline.presentation.completeness_outcome import completeness_outcome
from broker.pipeline.presentation.entries import MATCH, Written, entries_of
from broker.pipeline.presentation.frame import Frame
from broker.pipeline.presentation.paging import PagePlace, read_page, write_page
from broker.pipeline.presentation.patient import index_patient
from broker.pipeline.presentation.presented import Presented

_CHUNK_BYTES = 96 * 1024


def present_match(view: View, frame: Frame) -> Presented:
    """The one person that an identifier names, as a search answers it. This total is true."""
    person = index_person(view, frame)
    entries = b",".join((_patient_entry(person, frame), _outcome_entry(completeness_outcome(view))))
    return Presented(body=(_head(frame, total=1, next_page=None) + entries + b"]}",), person=person)


def present_record(view: View, frame: Frame) -> Generator[None, None, Presented]:
    """A searchset of the record, in chunks of about 96 KiB.

    Raises Gone when a page's view is no longer the first page's view.
    """
    entries = yield from entries_of(view, frame)
    place = _place(view, frame, entries)
    shown = entries if place is None else entries[place.offset : place.offset + place.count]
    person = None if frame.query.resource_types else index_person(view, frame)
    leading = [_outcome_entry(completeness_outcome(view))]
    if person is not None:
        leading.append(_patient_entry(person, frame))
    head = _head(frame, total=None, next_page=_next(place, len(entries), view, frame))
    chunks = []
    for chunk in _chunks(head + b",".join(leading), shown):
        chunks.append(chunk)
        yield
    return Presented(body=tuple(chunks), shown=[one.at for one in shown], person=person)


def _chunks(opening: bytes, entries: list[Written]) -> Iterator[bytes]:
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


def _place(view: View, frame: Frame, entries: list[Written]) -> PagePlace | None:
    """The page that is asked for; None is the whole view in one."""
    if frame.page is None and frame.query.count is None:
        return None
    whole = hashlib.blake2b(digest_size=16)
    for line in view.lines:
        whole.update(f"{line.partner_id}\x1f{line.label}\x1e".encode())
    for entry in entries:
        whole.update(b"".join(entry.pieces))
    if frame.page is None:
        return PagePlace(offset=0, count=frame.query.count or 1, digest=whole.digest())
    place = read_page(frame.page, _context(view, frame), frame.sealer)
    if place.digest != whole.digest():
        raise Gone
    return place


def _context(view: View, frame: Frame) -> bytes:
    """The person by the current number, which is the one that the page's own link carries."""
    return f"{frame.caller}\x1f{view.patient.number.digits}\x1f{frame.query.canonical()}".encode()


def _next(place: PagePlace | None, items: int, view: View, frame: Frame) -> str | None:
    if place is None or place.offset + place.count >= items:
        return None
    following = PagePlace(offset=place.offset + place.count, count=place.count, digest=place.digest)
    return write_page(following, _context(view, frame), frame.sealer)


def _patient_entry(person: bytes, frame: Frame) -> bytes:
    opening = f'{{"fullUrl":"{frame.base_url}/Patient/{frame.token}","resource":'.encode()
    return opening + person + MATCH


def index_person(view: View, frame: Frame) -> bytes:
    """The index's Patient, as this answer shows it."""
    return index_patient(view.patient, frame.token, whole=view.demographics_open)


def _outcome_entry(outcome: Mapping[str, object]) -> bytes:
    return b'{"resource":' + msgspec.json.encode(outcome) + b',"search":{"mode":"outcome"}}'


def _head(frame: Frame, *, total: int | None, next_page: str | None) -> bytes:
    """A Bundle up to its first entry."""
    links = [{"relation": "self", "url": _self_url(frame, frame.page)}]
    if next_page is not None:
        links.append({"relation": "next", "url": _self_url(frame, next_page)})
    head: dict[str, object] = {"resourceType": "Bundle", "type": "searchset", "link": links}
    if total is not None:
        head["total"] = total
    return msgspec.json.encode(head)[:-1] + b',"entry":['


def _self_url(frame: Frame, page: str | None) -> str:
    """A link to this question that names the person by the sealed token alone."""
    query, token = frame.query, frame.token
    if query.interaction is Interaction.FIND_PATIENT:
        return f"{frame.base_url}/Patient/{token}"
    said = list(query.criteria.pairs)
    if query.interaction is Interaction.EVERYTHING:
        url = f"{frame.base_url}/Patient/{token}/$everything"
        said += [("_type", ",".join(sorted(query.resource_types)))] if query.resource_types else []
    else:
        url = f"{frame.base_url}/{min(query.resource_types)}"
        said.insert(0, ("patient", token))
    if page is not None:
        said.append(("_page", page))
    return f"{url}?{urlencode(said, quote_via=quote, safe=',')}" if said else url
