"""A chart: a person's findings at one partner, and the services that the partner gives them."""

from __future__ import annotations

import base64
from typing import Any

from broker.demonstration.people.findings import Findings
from broker.demonstration.people.words import TERMINOLOGY, Concept, hl7

_SOCIAL_CARE = {"coding": [{"code": "social-care", "display": "Social care"}], "text": "Social care"}


class Chart(Findings):
    """Everything that one partner holds of one person."""

    def report(self, code: Concept, results: tuple[str, ...], *, at: str, **rest: Any) -> str:
        """A DiagnosticReport over `results`, which are local references. `conclusion` is an option."""
        members = {
            "status": rest.pop("status", "final"),
            "category": [hl7("v2-0074", "LAB")],
            "code": code,
            "effectiveDateTime": at,
            "issued": at,
            "result": [{"reference": result} for result in results] or None,
            "conclusion": rest.pop("conclusion", None),
        }
        return self.add("DiagnosticReport", members, at=at, **rest)

    def vaccination(self, vaccine: Concept, *, given: str, lot: str = "", **rest: Any) -> str:
        """An Immunization that was given."""
        members = {
            "status": "completed",
            "vaccineCode": vaccine,
            "occurrenceDateTime": given,
            "lotNumber": lot or None,
        }
        return self.add("Immunization", members, at=given, about="patient", **rest)

    def contact(self, kind: Concept, *, start: str, end: str = "", why: str = "", **rest: Any) -> str:
        """An Encounter. `where` is its class: AMB, EMER, IMP, HH or VR."""
        members = {
            "status": "finished",
            "class": {"system": f"{TERMINOLOGY}/v3-ActCode", "code": rest.pop("where", "AMB")},
            "type": [kind],
            "period": {"start": start, **({"end": end} if end else {})},
            "reasonCode": [{"text": why}] if why else None,
        }
        return self.add("Encounter", members, at=start, **rest)

    def appointment(self, what: str, *, start: str, end: str, **rest: Any) -> str:
        """An Appointment that is booked, or as its `status` says."""
        members = {
            "status": rest.pop("status", "booked"),
            "description": what,
            "serviceType": [{"text": what}],
            "start": start,
            "end": end,
            "participant": [{"actor": self.subject, "status": "accepted"}],
        }
        return self.add("Appointment", members, about="", **rest)

    def referral(self, what: Concept, *, authored: str, why: str = "", **rest: Any) -> str:
        """A ServiceRequest that asks another service to see the person."""
        members = {
            "status": rest.pop("status", "active"),
            "intent": "order",
            "code": what,
            "authoredOn": authored,
            "reasonCode": [{"text": why}] if why else None,
        }
        return self.add("ServiceRequest", members, at=authored, **rest)

    def plan(
        self, kind: Concept, title: str, *, created: str, steps: tuple[str, ...] = (), **rest: Any
    ) -> str:
        """A CarePlan with its steps in words; `social_care` moves it to the council's part of the record."""
        social_care = rest.pop("social_care", False)
        members = {
            "status": "active",
            "intent": "plan",
            "category": [kind, _SOCIAL_CARE] if social_care else [kind],
            "title": title,
            "created": created,
            "activity": [{"detail": {"status": "in-progress", "description": step}} for step in steps]
            or None,
        }
        return self.add("CarePlan", members, at=created, **rest)

    def alert(self, what: Concept, *, since: str, kind: str = "clinical", **rest: Any) -> str:
        """A Flag; `kind` is a code of FHIR's flag-category."""
        members = {
            "status": "active",
            "category": [hl7("flag-category", kind)],
            "code": what,
            "period": {"start": since},
        }
        return self.add("Flag", members, at=since, **rest)

    def document(self, kind: Concept, title: str, *, date: str, **rest: Any) -> str:
        """A DocumentReference that says what there is; the document itself stays with its holder.

        `written` is the document, in words, where its holder hands it out.
        """
        attachment = {"contentType": "application/pdf", "title": title, "creation": date}
        written = rest.pop("written", "")
        if written:
            data = base64.b64encode(written.encode()).decode()
            attachment |= {"contentType": "text/plain", "data": data}
        members = {
            "status": "current",
            "type": kind,
            "date": date,
            "description": title,
            "content": [{"attachment": attachment}],
        }
        return self.add("DocumentReference", members, at=date, **rest)
