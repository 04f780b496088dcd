"""An appointment's entry into an Appointment, where it tells what R4 must know: how it stands and when."""

from __future__ import annotations

from connectors.openehr.codes import concept
from connectors.openehr.instants import NOT_KNOWN, instant
from connectors.openehr.part import Part
from connectors.openehr.shapes import text
from connectors.openehr.standing import status_of
from connectors.r4 import Tree

_START_NAMES = frozenset({"start", "start time", "appointment start", "appointment time"})
_END_NAMES = frozenset({"end", "end time", "appointment end"})
_DESCRIPTION_NAMES = frozenset({"description", "appointment description"})
_SERVICE_NAMES = frozenset({"service type", "service"})
# R4, app-3: of these alone the start may be left out.
_WITHOUT_TIME = frozenset({"proposed", "cancelled", "waitlist"})


def can_be_said(part: Part) -> bool:
    """Whether R4 can hold it as an Appointment: a status of R4's, and a start to the second with its zone
    where that status needs one.
    """
    status = status_of(part, "")
    return status in _WITHOUT_TIME or (status != "" and "start" in instant("start", part.said(_START_NAMES)))


def appointment(part: Part) -> Tree:
    """For a part that can be said. What it is called describes it, where it does not describe itself."""
    description = text(part.said(_DESCRIPTION_NAMES), "value") or text(part.tree, "name", "value")
    service = part.said(_SERVICE_NAMES)
    return {
        "status": status_of(part),
        **({"serviceType": [concept(service, part.archetype)]} if text(service, "value") else {}),
        **({"description": description} if description else {}),
        **_times(part),
    }


def participant(person: Tree) -> Tree:
    """The person; whether they accepted is not said."""
    return {"actor": person, "_status": NOT_KNOWN}


def _times(part: Part) -> Tree:
    """R4, app-2: where there is a start there is an end, or the word that it is not known."""
    start = instant("start", part.said(_START_NAMES))
    end = instant("end", part.said(_END_NAMES))
    if not start and not end:
        return {}
    return {**(start or {"_start": NOT_KNOWN}), **(end or {"_end": NOT_KNOWN})}
