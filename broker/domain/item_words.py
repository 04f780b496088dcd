"""One FHIR resource into the words and the time that a reader sees, nothing of it re-worded.

Statuses that change the meaning (refuted, stopped, entered in error, do not give) always stand in the
words; a modifier that is not understood sends the reader to the source instead of showing half a fact.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping
from types import MappingProxyType
from typing import Any

from broker.domain.value_words import CANNOT_BE_SHOWN, Tree, concept, no_value, quantity, value_of

__all__ = ["CANNOT_BE_SHOWN", "Tree", "concept", "person", "quantity", "when", "words_of"]

_TIMES = (
    "effectiveDateTime",
    "effectivePeriod",
    "occurrenceDateTime",
    "performedDateTime",
    "performedPeriod",
    "onsetDateTime",
    "recordedDate",
    "authoredOn",
    "issued",
    "date",
    "start",
    "created",
    "period",
)
# The label's code as a member's value: no other code system that a resource names has this word.
_NOPAT = re.compile(r'"code":\s*"NOPAT"')
# What every reader expects and need not be told; any other status is said. A medicine that is `completed`
# is one no longer taken, so that word is ordinary only for what is done once.
_ORDINARY = frozenset({"active", "final", "confirmed", "current", "booked", "order"})
_ORDINARY_FOR: Mapping[str, frozenset[str]] = MappingProxyType(
    {
        "Procedure": frozenset({"completed"}),
        "Immunization": frozenset({"completed"}),
        "MedicationAdministration": frozenset({"completed"}),
        "MedicationDispense": frozenset({"completed"}),
        "Encounter": frozenset({"finished"}),
        "CarePlan": frozenset({"plan"}),
        "List": frozenset({"snapshot"}),
    }
)


# Why a list holds nothing (R4 list-empty-reason, and GP Connect's own): none of these means another.
_EMPTIED: Mapping[str, str] = MappingProxyType(
    {
        "nilknown": "none known, says this source",
        "notasked": "not asked by this source",
        "withheld": "withheld by this source",
        "unavailable": "not available from this source",
        "notstarted": "not started by this source",
        "closed": "closed by this source",
        "no-content-recorded": "nothing recorded by this source",
    }
)
# What has words of its own, and may have a modifier of its own.
_SPOKEN_PARTS = ("dosageInstruction", "dosage", "component", "reaction", "referenceRange", "activity")


def when(item: Tree) -> str:
    """The clinical time as the partner wrote it, of whatever precision; empty when there is none."""
    for name in _TIMES:
        time = item.get(name)
        if isinstance(time, dict):
            time = time.get("start") or time.get("end")
        if time:
            return str(time)
    return _filed(item)


def _filed(item: Tree) -> str:
    """When a document was made, where its entry has no instant of its own."""
    contents = item.get("content")
    for content in contents if isinstance(contents, list) else ():
        made = content.get("attachment", {}).get("creation")
        if made:
            return str(made)
    return ""


def is_not_for_the_person(item: Tree) -> bool:
    """Whether the source labels it so (HL7 v3-ActCode NOPAT), in any spelling of the system and wherever a
    resource bears labels, one that it contains among them.
    """
    return _NOPAT.search(json.dumps(item)) is not None


def words_of(item: Tree) -> str:
    """What the item says, in one line that may be long."""
    kind = str(item.get("resourceType", ""))
    try:
        return f"{kind}: {CANNOT_BE_SHOWN}" if _is_modified(item) else _all_words(item, kind)
    except (AttributeError, KeyError, TypeError):
        # A member of another shape than FHIR gives it: that costs this item its words, not the page.
        return f"{kind}: {CANNOT_BE_SHOWN}"


def _is_modified(item: Tree) -> bool:
    parts = (part for name in _SPOKEN_PARTS for part in item.get(name, ()))
    return any(one.get("modifierExtension") for one in (item, *parts))


def _all_words(item: Tree, kind: str) -> str:
    what = _KINDS.get(kind, _plain)(item) or f"{kind} without words"
    parts = [f"DO NOT GIVE: {what}" if item.get("doNotPerform") else what, *_details(item), *_states(item)]
    return "; ".join(part for part in parts if part)


def person(item: Tree) -> str:
    """A Patient's name, as the first name entry has it."""
    names: list[Tree] = item.get("name") or [{}]
    first = names[0]
    written = first.get("text") or " ".join(
        [*first.get("prefix", []), *first.get("given", []), first.get("family", "")]
    )
    return str(written).strip()


def _plain(item: Tree) -> str:
    return concept(item.get("code") or item.get("type") or item.get("description") or item.get("title"))


def _patient(item: Tree) -> str:
    facts = [person(item), f"born {item.get('birthDate', 'unknown')}", str(item.get("gender", ""))]
    return ", ".join(filter(None, facts))


def _medicine(item: Tree) -> str:
    dosages = item.get("dosageInstruction") or item.get("dosage") or []
    doses = "; ".join(str(dose.get("text") or f"dose {CANNOT_BE_SHOWN}") for dose in dosages)
    what = concept(item.get("medicationCodeableConcept")) or _reference(item.get("medicationReference"))
    return f"{what}: {doses}" if doses else what


def _reference(value: Any) -> str:
    return str(value.get("display") or "medicine named in another item") if isinstance(value, dict) else ""


def _observation(item: Tree) -> str:
    said = ", ".join(filter(None, (value_of(item), _components(item))))
    return f"{concept(item.get('code'))}: {said or no_value(item)}"


def _components(item: Tree) -> str:
    parts = item.get("component", [])
    return ", ".join(f"{concept(part.get('code'))} {value_of(part)}".strip() for part in parts)


def _encounter(item: Tree) -> str:
    return concept(item.get("type")) or concept(item.get("class", {}).get("code"))


def _appointment(item: Tree) -> str:
    return str(item.get("description") or concept(item.get("serviceType")))


def _plan(item: Tree) -> str:
    steps = [str(one.get("detail", {}).get("description", "")) for one in item.get("activity", [])]
    title = str(item.get("title") or concept(item.get("category")))
    return f"{title}: {'; '.join(filter(None, steps))}" if any(steps) else title


def _list(item: Tree) -> str:
    """What a list says of itself: its name, and where it is empty why."""
    name, reason = str(item.get("title") or concept(item.get("code"))), item.get("emptyReason")
    if not reason:
        return name
    codes = (coding.get("code") for coding in reason.get("coding", ()))
    known = (_EMPTIED[code] for code in codes if code in _EMPTIED)
    return f"{name}: {next(known, None) or f'empty ({concept(reason)})'}"


def _who_or_where(item: Tree) -> str:
    name = item.get("name")
    return person(item) if isinstance(name, list) else str(name or "")


def _document(item: Tree) -> str:
    return ": ".join(filter(None, (concept(item.get("type")), str(item.get("description", "")))))


_KINDS: Mapping[str, Callable[[Tree], str]] = MappingProxyType(
    {
        "Patient": _patient,
        "MedicationRequest": _medicine,
        "MedicationStatement": _medicine,
        "MedicationDispense": _medicine,
        "MedicationAdministration": _medicine,
        "Observation": _observation,
        "Immunization": lambda item: concept(item.get("vaccineCode")),
        "DiagnosticReport": lambda item: f"Report: {_plain(item)}",
        "Encounter": _encounter,
        "Appointment": _appointment,
        "CarePlan": _plan,
        "DocumentReference": _document,
        "List": _list,
        "ServiceRequest": lambda item: concept(item.get("code") or item.get("orderDetail")),
        "Practitioner": _who_or_where,
        "Organization": _who_or_where,
        "Location": _who_or_where,
        "HealthcareService": _who_or_where,
    }
)


def _details(item: Tree) -> Iterator[str]:
    """What qualifies the words: reaction, risk, range, reason, end, conclusion, notes."""
    if item.get("criticality"):
        yield f"{item['criticality']} risk"
    for reaction in item.get("reaction", []):
        yield f"reaction: {concept(reaction.get('manifestation'))}"
    for one in item.get("referenceRange", []):
        low, high = (quantity(one[end]) if end in one else "" for end in ("low", "high"))
        yield (
            f"normal {low} to {high}"
            if low and high
            else f"normal {'from ' + low if low else 'up to ' + high}"
        )
    if item.get("interpretation"):
        yield concept(item["interpretation"])
    if item.get("reasonCode"):
        yield concept(item["reasonCode"])
    if item.get("abatementDateTime"):
        yield f"ended {item['abatementDateTime']}"
    if item.get("conclusion"):
        yield str(item["conclusion"])
    for note in item.get("note", []):
        yield str(note.get("text", ""))


def _states(item: Tree) -> Iterator[str]:
    """Each status that is not the ordinary one, marked as a status."""
    ordinary = _ORDINARY | _ORDINARY_FOR.get(str(item.get("resourceType")), frozenset())
    for name in ("status", "clinicalStatus", "verificationStatus", "lifecycleStatus", "intent"):
        state = concept(item.get(name))
        if state and state.casefold() not in ordinary:
            yield f"[{state}]"
    if item.get("deceasedDateTime"):
        yield f"DIED {item['deceasedDateTime']}"
    elif item.get("deceasedBoolean"):
        yield "DIED"
