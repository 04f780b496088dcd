"""A summary as a document Bundle: the Composition first, and everything that it names behind it. Pure."""

from __future__ import annotations

from collections.abc import Generator, Mapping
from typing import Any

import msgspec

from broker.domain.view import View
from broker.pipeline.presentation.completeness_outcome import completeness_outcome
from broker.pipeline.presentation.frame import Frame
from broker.pipeline.presentation.presented import Presented
from broker.pipeline.presentation.searchset import index_person
from broker.pipeline.presentation.summary.composition import composition, device, identifier, instant
from broker.pipeline.presentation.summary.contents import Contents
from broker.pipeline.presentation.summary.writing import Sections

_ENTRIES_IN_A_PIECE = 100


def document_of(
    view: View, frame: Frame, contents: Contents, sections: Sections
) -> Generator[None, None, Presented]:
    """The Bundle, and what of the view stands in it."""
    person = index_person(view, frame)
    shown = sorted(contents.entries)
    leading = [
        _entry(frame, _composition(frame, contents, sections)),
        b'{"fullUrl":"%b","resource":%b}' % (_url(frame, f"Patient/{frame.token}"), person),
        _entry(frame, device(contents.device_id)),
        _entry(frame, {**completeness_outcome(view), "id": contents.document_id}),
        *(
            b'{"fullUrl":%b,"resource":%b}' % (msgspec.json.encode(one.url), one.raw)
            for one in contents.issues
        ),
    ]
    yield
    body = [_head(frame, contents) + b",".join(leading)]
    for at in range(0, len(shown), _ENTRIES_IN_A_PIECE):
        piece = shown[at : at + _ENTRIES_IN_A_PIECE]
        body.append(b"".join(b"," + contents.entries[index] for index in piece))
        yield
    return Presented(body=(*body, b"]}"), shown=shown, person=person)


def _head(frame: Frame, contents: Contents) -> bytes:
    """A Bundle up to its first entry."""
    head = {
        "resourceType": "Bundle",
        "identifier": identifier(contents.document_id),
        "type": "document",
        "timestamp": instant(frame.at),
    }
    return msgspec.json.encode(head)[:-1] + b',"entry":['


def _composition(frame: Frame, contents: Contents, sections: Sections) -> dict[str, Any]:
    return composition(
        contents.document_id,
        at=frame.at,
        subject=f"Patient/{frame.token}",
        author=f"Device/{contents.device_id}",
        sections=(sections.rests_on, *sections.clinical),
    )


def _entry(frame: Frame, resource: Mapping[str, Any]) -> bytes:
    url = _url(frame, f"{resource['resourceType']}/{resource['id']}")
    return b'{"fullUrl":"%b","resource":%b}' % (url, msgspec.json.encode(resource))


def _url(frame: Frame, name: str) -> bytes:
    return f"{frame.base_url}/{name}".encode()
