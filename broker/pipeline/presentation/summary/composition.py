"""The Composition of a summary, and the Device that made it: FHIR R4 of ours, in IPS's shape. Pure."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from broker import __version__
from broker.pipeline.presentation.summary.absence import Absence
from broker.pipeline.presentation.summary.markup import Markup

TITLE = "Patient summary"
_TYPE = {"coding": [{"system": "http://loinc.org", "code": "60591-5"}]}
_CARE = {"coding": [{"system": "http://terminology.hl7.org/CodeSystem/v3-ActClass", "code": "PCPR"}]}
_URIS = "urn:ietf:rfc:3986"
PROGRAM = "Watersmeet"


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    """One section as it goes out: `div` is its narrative, `entries` are references into the Bundle.

    A `mandatory` one has its own place on a page also where it shows nothing.
    """

    title: str
    system: str
    code: str
    div: Markup
    entries: tuple[str, ...] = ()
    absence: Absence | None = None
    mandatory: bool = False
    not_for_the_person: bool = False

    def tree(self) -> dict[str, Any]:
        """Composition.section. It has entries or a reason for having none, never both (cmp-2)."""
        section: dict[str, Any] = {
            "title": self.title,
            "code": {"coding": [{"system": self.system, "code": self.code}], "text": self.title},
            "text": {"status": "generated", "div": str(self.div)},
        }
        if self.entries:
            section["entry"] = [{"reference": name} for name in self.entries]
        elif self.absence is not None:
            section["emptyReason"] = self.absence.concept
        return section


def instant(at: dt.datetime) -> str:
    """FHIR's instant, to the second."""
    return at.astimezone(dt.UTC).isoformat(timespec="seconds").replace("+00:00", "Z")


def identifier(document_id: str) -> dict[str, str]:
    """Of the document, and of its Composition: no other document ever has it."""
    return {"system": _URIS, "value": f"urn:uuid:{document_id}"}


def device(device_id: str) -> dict[str, Any]:
    """Who wrote it: this program, in its version. It vouches for what it wrote and for nobody's record."""
    return {
        "resourceType": "Device",
        "id": device_id,
        "deviceName": [{"name": PROGRAM, "type": "user-friendly-name"}],
        "type": {"text": "Broker of shared care records"},
        "version": [{"value": __version__}],
    }


def composition(
    document_id: str,
    *,
    at: dt.datetime,
    subject: str,
    author: str,
    sections: Iterable[Written],
) -> dict[str, Any]:
    """`subject` and `author` are references. It has no custodian: nobody keeps it."""
    when = instant(at)
    return {
        "resourceType": "Composition",
        "id": document_id,
        "language": "en-GB",
        "identifier": identifier(document_id),
        "status": "final",
        "type": _TYPE,
        "subject": {"reference": subject},
        "date": when,
        "author": [{"reference": author, "display": PROGRAM}],
        "title": TITLE,
        "event": [{"code": [_CARE], "period": {"end": when}}],
        "section": [section.tree() for section in sections],
    }
