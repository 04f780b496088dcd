"""The view to bytes: a searchset Bundle with its completeness outcome on every page. Pure, in slices."""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Generator, Mapping, Sequence
from dataclasses import dataclass, field

import msgspec

from broker.domain.category import SUPPORTING_TYPES
from broker.domain.errors import Gone
from broker.domain.query import Interaction, RecordQuery
from broker.domain.resource import Resource
from broker.domain.view import View
from broker.pipeline.presentation.carrying import carry
from broker.pipeline.presentation.completeness_outcome import ABSENCE, completeness_outcome
from broker.pipeline.presentation.ink import CONTRADICTION_TAG, GROUP_TAG, Ink
from broker.pipeline.presentation.paging import PagePlace, read_page, write_page
from broker.pipeline.presentation.patient import index_patient
from broker.ports.sealer import Sealer

_BYTES_IN_A_SLICE = 256 * 1024
_MODES = {True: b',"search":{"mode":"include"}}', False: b',"search":{"mode":"match"}}'}


@dataclass(frozen=True, slots=True, kw_only=True)
class Frame:
    """What a Bundle needs besides the view."""

    query: RecordQuery
    base_url: str
    token: str
    names: dict[str, str]
    sealer: Sealer = field(repr=False)
    page: str | None = field(repr=False, default=None)
    caller: str = field(repr=False, default="")


def present_patient(view: View, frame: Frame) -> tuple[bytes, ...]:
    """The Patient alone, as a FHIR read answers it."""
    return (index_patient(view.patient, frame.token),)


def present_match(view: View, frame: Frame) -> tuple[bytes, ...]:
    """The one person that an identifier names, as a search answers it. This total is true."""
    outcome = {
        "resourceType": "OperationOutcome",
        "issue": [{"severity": "information", "code": "informational", "details": {"text": ABSENCE}}],
    }
    entries = [_patient_entry(view, frame), _outcome_entry(outcome)]
    return (_bundle(frame, entries, total=1, next_page=None),)


def present_record(view: View, frame: Frame) -> Generator[None, None, tuple[bytes, ...]]:
    """A searchset of the record. Raises Gone when a page's view is no longer the first page's view."""
    carried = yield from _carried(view, frame)
    place = _place(frame, carried)
    shown = carried if place is None else carried[place.offset : place.offset + place.count]
    entries = [_outcome_entry(completeness_outcome(view))]
    if not frame.query.resource_types:
        entries.append(_patient_entry(view, frame))
    entries += [entry for _, entry in shown]
    return (_bundle(frame, entries, total=None, next_page=_next(place, len(carried), frame)),)


def _carried(view: View, frame: Frame) -> Generator[None, None, list[tuple[str, bytes]]]:
    """Each item's new id and its whole entry, in the view's order."""
    inks = _inks(view, frame)
    marks = _marks(view)
    ids = _ids(view.items, inks)
    carried, worked = [], 0
    base = f"{frame.base_url}/".encode()
    for index, (resource, item_id) in enumerate(zip(view.items, ids, strict=True)):
        if frame.query.item_id is not None and item_id != frame.query.item_id:
            continue
        ink = inks[resource.partner_id]
        kind = resource.header.resourceType
        encoded_id = item_id.encode()
        pieces = carry(
            resource,
            encoded_id,
            ink.meta(resource.category, marks.get(index, ())),
            ink.reference,
            without_narrative=resource.partner_id in view.narrative_hidden_from,
        )
        opening = b'{"fullUrl":"%b%b/%b","resource":' % (base, kind.encode(), encoded_id)
        entry = b"".join((opening, *pieces, _MODES[kind in SUPPORTING_TYPES]))
        carried.append((item_id, entry))
        worked += len(entry)
        if worked > _BYTES_IN_A_SLICE:
            worked = 0
            yield
    return carried


def _inks(view: View, frame: Frame) -> dict[str, Ink]:
    """Each partner's ink, which knows the partner's own Patients before any reference is rewritten."""
    names = {} if view.locationless else frame.names
    inks = {
        partner_id: Ink(partner_id, names.get(partner_id, ""), frame.sealer, frame.token)
        for partner_id in {resource.partner_id for resource in view.items}
    }
    for resource in view.items:
        if resource.full_url is not None and resource.full_url.startswith("urn:"):
            inks[resource.partner_id].names_by_urn(resource)
    for partner_id, references in view.person_references.items():
        if partner_id in inks:
            inks[partner_id].refers_to_person(references)
    return inks


def _ids(items: Sequence[Resource], inks: dict[str, Ink]) -> list[str]:
    """One id for each item; two different contents under one local id get two ids."""
    ids, taken = [], set()
    for resource in items:
        ink = inks[resource.partner_id]
        item_id = ink.item_id(resource.local_reference)
        if item_id in taken:
            mark = hashlib.blake2b(resource.raw, digest_size=8).hexdigest()
            item_id = ink.item_id(f"{resource.local_reference}#{mark}")
        taken.add(item_id)
        ids.append(item_id)
    return ids


def _marks(view: View) -> dict[int, tuple[tuple[str, str], ...]]:
    """For each item, the codes of the groups and contradictions that it stands in."""
    marks: dict[int, list[tuple[str, str]]] = defaultdict(list)
    for number, group in enumerate(view.groups, start=1):
        for index in group.members:
            marks[index].append((GROUP_TAG, f"g{number}"))
    for number, contradiction in enumerate(view.contradictions, start=1):
        for index in contradiction.members:
            marks[index].append((CONTRADICTION_TAG, f"c{number}"))
    return {index: tuple(found) for index, found in marks.items()}


def _place(frame: Frame, carried: list[tuple[str, bytes]]) -> PagePlace | None:
    """The page that is asked for; None is the whole view in one."""
    if frame.page is None and frame.query.count is None:
        return None
    whole = hashlib.blake2b(digest_size=16)
    for _, entry in carried:
        whole.update(entry)
    if frame.page is None:
        return PagePlace(offset=0, count=frame.query.count or 1, digest=whole.digest())
    place = read_page(frame.page, _context(frame), frame.sealer)
    if place.digest != whole.digest():
        raise Gone
    return place


def _context(frame: Frame) -> bytes:
    query = frame.query
    parts = (
        frame.caller,
        query.number.digits,
        query.interaction,
        *sorted(query.resource_types),
        query.item_id or "",
    )
    return "\x1f".join(parts).encode()


def _next(place: PagePlace | None, items: int, frame: Frame) -> str | None:
    if place is None or place.offset + place.count >= items:
        return None
    following = PagePlace(offset=place.offset + place.count, count=place.count, digest=place.digest)
    return write_page(following, _context(frame), frame.sealer)


def _patient_entry(view: View, frame: Frame) -> bytes:
    opening = f'{{"fullUrl":"{frame.base_url}/Patient/{frame.token}","resource":'.encode()
    return opening + index_patient(view.patient, frame.token) + _MODES[False]


def _outcome_entry(outcome: Mapping[str, object]) -> bytes:
    return b'{"resource":' + msgspec.json.encode(outcome) + b',"search":{"mode":"outcome"}}'


def _bundle(frame: Frame, entries: list[bytes], *, total: int | None, next_page: str | None) -> bytes:
    links = [{"relation": "self", "url": _self_url(frame, frame.page)}]
    if next_page is not None:
        links.append({"relation": "next", "url": _self_url(frame, next_page)})
    head: dict[str, object] = {"resourceType": "Bundle", "type": "searchset", "link": links}
    if total is not None:
        head["total"] = total
    return msgspec.json.encode(head)[:-1] + b',"entry":[' + b",".join(entries) + b"]}"


def _self_url(frame: Frame, page: str | None) -> str:
    """A link to this question that names the person by the sealed token alone."""
    query, token = frame.query, frame.token
    if query.interaction is Interaction.EVERYTHING:
        url = f"{frame.base_url}/Patient/{token}/$everything"
        return url if page is None else f"{url}?_page={page}"
    if query.interaction is Interaction.FIND_PATIENT:
        return f"{frame.base_url}/Patient/{token}"
    kind = next(iter(sorted(query.resource_types)))
    url = f"{frame.base_url}/{kind}?patient={token}"
    if query.item_id:
        url += f"&_id={query.item_id}"
    return url if page is None else f"{url}&_page={page}"
