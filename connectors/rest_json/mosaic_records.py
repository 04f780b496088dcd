"""A person's R4 resources as a Mosaic-like system holds them: a resident, and lists of records."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any, TypeAlias

from broker.domain.identity import NHS_NUMBER_SYSTEM
from connectors.r4 import Tree

Records: TypeAlias = dict[str, list[Tree]]

_GENDERS = {"female": "F", "male": "M", "other": "I", "unknown": "U"}
_TO_THE_SECOND = len("2026-03-02T10:15:00")


def resident_of(patient: Tree, number: str, *, restricted: bool) -> Tree:
    """The resident, whose NHS number is spaced as people write it."""
    name, address = _first(patient, "name"), patient.get("address", [])
    return {
        "mosaicId": patient["id"],
        "firstName": next(iter(name.get("given", [])), None),
        "lastName": name.get("family"),
        "uprn": None,
        "dateOfBirth": patient.get("birthDate"),
        "ageContext": "A",
        "gender": _GENDERS.get(patient.get("gender", "")),
        "nationality": "British",
        "phoneNumber": [_phone(telecom) for telecom in patient.get("telecom", [])],
        "addressList": [_address(one) for one in address],
        "nhsNumber": f"{number[:3]} {number[3:6]} {number[6:]}",
        "restricted": "Y" if restricted else "N",
    }


def number_of(patient: Tree) -> str | None:
    """The NHS number among a Patient's identifiers."""
    found = (one for one in patient.get("identifier", []) if one.get("system") == NHS_NUMBER_SYSTEM)
    return next((str(one["value"]) for one in found), None)


def records_of(resources: Iterable[Tree], mosaic_id: str) -> Records:
    """Every list of one resident. Raises ValueError for a type that such a system has no list for."""
    records: Records = {name: [] for name, _ in LISTS.values()}
    for resource in resources:
        if resource["resourceType"] not in LISTS:
            raise ValueError(f"A Mosaic-like system has no list for {resource['resourceType']}.")
        name, make = LISTS[resource["resourceType"]]
        made = {"mosaicId": mosaic_id, **make(resource), "restricted": "N"}
        records[name].append({member: value for member, value in made.items() if value is not None})
    return records


def _phone(telecom: Tree) -> Tree:
    return {"phoneNumber": telecom.get("value"), "phoneType": str(telecom.get("use", "")).capitalize()}


def _address(address: Tree) -> Tree:
    lines = [*address.get("line", []), None, None]
    return {
        "addressLine1": lines[0],
        "addressLine2": lines[1],
        "addressLine3": address.get("city"),
        "postCode": address.get("postalCode"),
        "endDate": _local(address.get("period", {}).get("end")),
    }


def _case_note(task: Tree) -> Tree:
    note = _first(task, "note")
    return {
        "caseNoteId": task["id"],
        "caseNoteTitle": task.get("description"),
        "caseNoteContent": note.get("text"),
        "createdOn": _local(task.get("authoredOn")),
        "createdByName": task.get("requester", {}).get("display"),
        "noteType": _words(task.get("code")),
    }


def _visit(encounter: Tree) -> Tree:
    participant = _first(encounter, "participant")
    return {
        "visitId": encounter["id"],
        "visitType": _words(_first(encounter, "type")),
        "plannedDateTime": _local(encounter.get("period", {}).get("start")),
        "actualDateTime": _local(encounter.get("period", {}).get("start")),
        "reasonNotCompleted": _words(_first(encounter, "reasonCode")),
        "createdByName": participant.get("individual", {}).get("display"),
        "seenAloneFlag": "Y",
        "completedFlag": "Y" if encounter.get("status") == "finished" else "N",
    }


def _allocation(team: Tree) -> Tree:
    participant = _first(team, "participant")
    return {
        "allocationId": team["id"],
        "allocatedWorkerName": participant.get("member", {}).get("display"),
        "workerType": _words(_first(participant, "role")),
        "allocatedTeamName": team.get("name"),
        "allocationStartDate": _local(team.get("period", {}).get("start")),
        "allocationEndDate": _local(team.get("period", {}).get("end")),
        "caseStatus": "Open" if team.get("status") == "active" else "Closed",
    }


def _warning_note(flag: Tree) -> Tree:
    return {
        "warningNoteId": flag["id"],
        "noteType": _words(_first(flag, "category")),
        "warningNarrative": _words(flag.get("code")),
        "startDate": _local(flag.get("period", {}).get("start")),
        "endDate": _local(flag.get("period", {}).get("end")),
        "createdByName": flag.get("author", {}).get("display"),
        "status": "open" if flag.get("status") == "active" else "closed",
    }


def _care_plan(plan: Tree) -> Tree:
    statuses = {"draft": "Draft", "active": "Active"}
    steps = [activity.get("detail", {}).get("description") for activity in plan.get("activity", [])]
    return {
        "carePlanId": plan["id"],
        "planType": _words(_first(plan, "category")),
        "title": plan.get("title"),
        "createdOn": _local(plan.get("created")),
        "createdByName": plan.get("author", {}).get("display"),
        "steps": steps,
        "status": statuses.get(plan.get("status", ""), "Ended"),
    }


def _service(request: Tree) -> Tree:
    statuses = {"active": "Active", "on-hold": "Suspended"}
    period = request.get("occurrencePeriod", {})
    return {
        "serviceId": request["id"],
        "serviceType": _words(request.get("code")),
        "hours": request.get("quantityQuantity", {}).get("value"),
        "startDate": _local(period.get("start")) or _local(request.get("authoredOn")),
        "endDate": _local(period.get("end")),
        "providerName": _first(request, "performer").get("display"),
        "primarySupportReason": _words(_first(request, "reasonCode")),
        "status": statuses.get(request.get("status", ""), "Ended"),
    }


# R4 type -> the list that holds it, and how a record of it is made.
LISTS: Mapping[str, tuple[str, Callable[[Tree], Tree]]] = {
    "Task": ("caseNotes", _case_note),
    "Encounter": ("visits", _visit),
    "CareTeam": ("allocations", _allocation),
    "Flag": ("warningNotes", _warning_note),
    "CarePlan": ("carePlans", _care_plan),
    "ServiceRequest": ("services", _service),
}


def _first(tree: Tree, name: str) -> Tree:
    found = tree.get(name) or [{}]
    first: Tree = found[0]
    return first


def _words(concept: Any) -> str | None:
    """A concept as this system has it: in words alone."""
    concept = concept or {}
    displays = (coding.get("display") or coding.get("code") for coding in concept.get("coding", []))
    text: str | None = concept.get("text") or next(displays, None)
    return text


def _local(moment: str | None) -> str | None:
    """A time on this system's own clocks, without a zone."""
    return moment[:_TO_THE_SECOND] if moment else None
