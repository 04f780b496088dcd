"""A person's R4 resources as an STU3 social care service holds them: the members that STU3 has otherwise."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from connectors.r4 import Tree

_KINDS = {"ServiceRequest": "ReferralRequest", "DeviceUseStatement": "Device"}
_STATUSES = {"on-hold": "suspended", "revoked": "cancelled"}


def stu3_of(resource: Tree) -> Tree:
    """The STU3 resource. What both versions have alike stays as it is."""
    kind = resource["resourceType"]
    made = dict(resource)
    made["resourceType"] = _KINDS.get(kind, kind)
    if kind in _CHANGES:
        _CHANGES[kind](made)
    return {name: value for name, value in made.items() if value is not None}


def _request(made: Tree) -> None:
    made["type"] = made.pop("code", None)
    made["description"] = made.pop("patientInstruction", None)
    made["recipient"] = made.pop("performer", None)
    made["status"] = _STATUSES.get(made["status"], made["status"])
    _agent(made)


def _agent(made: Tree) -> None:
    requester = made.pop("requester", None)
    made["requester"] = {"agent": requester} if requester else None


def _first_alone(*names: str) -> Callable[[Tree], None]:
    """STU3 has one of what R4 may have several."""

    def change(made: Tree) -> None:
        for name in names:
            several: list[Any] | None = made.pop(name, None)
            made[name] = several[0] if several else None

    return change


def _plan(made: Tree) -> None:
    made["status"] = _STATUSES.get(made["status"], made["status"])
    author = made.pop("author", None)
    made["author"] = [author] if author else None


def _device(made: Tree) -> None:
    made["patient"] = made.pop("subject")
    made["type"] = {"text": made.pop("device")["display"]}
    made["status"] = {"completed": "inactive"}.get(made["status"], made["status"])


_CHANGES: Mapping[str, Callable[[Tree], None]] = {
    "ServiceRequest": _request,
    "Task": _agent,
    "Flag": _first_alone("category"),
    "RelatedPerson": _first_alone("relationship"),
    "CarePlan": _plan,
    "DeviceUseStatement": _device,
}
