"""One person at one partner: the Patient, and items that are about that Patient alone."""

from __future__ import annotations

from typing import Any

from broker.demonstration.partners import DemonstrationPartner
from broker.demonstration.people.person import Demographics, Tree
from broker.domain.identity import NHS_NUMBER_SYSTEM, ODS_SYSTEM

_PROFILE = "https://fhir.hl7.org.uk/StructureDefinition/UKCore-"
_UPDATED = "2026-10-01T06:00:00+01:00"
_OLDEST_INSTANT_CHARS = 19


class Sheet:
    """What one partner holds of one person, filled item by item, its Patient first.

    Dates are given as FHIR writes them, with the precision that the record has.
    """

    def __init__(self, partner: DemonstrationPartner, who: Demographics, local_id: str) -> None:
        """`local_id` is the person's own id at that partner."""
        self.partner, self._who, self._local_id = partner, who, local_id
        self.subject = {"reference": f"Patient/{local_id}"}
        self._items: list[Tree] = [self._patient()]

    @property
    def resources(self) -> tuple[Tree, ...]:
        """Everything so far, the Patient first."""
        return tuple(self._items)

    def add(self, resource_type: str, members: Tree, *, at: str = "", **options: Any) -> str:
        """Any resource about this person; returns its local reference.

        `at` sets `meta.lastUpdated` when it is an instant; `identifier` is a (system, value) of the
        item's own, else the partner gives it one; `version` is its version id; `about` names the member
        that refers to the person (`subject`, `patient`; empty for none).
        """
        local = f"{resource_type[:3].lower()}-{self._local_id}-{len(self._items)}"
        system, value = options.get("identifier") or (
            f"{self.partner.systems}/{resource_type}",
            local.upper(),
        )
        about = options.get("about", "subject")
        resource = {
            "resourceType": resource_type,
            "id": local,
            "meta": self._meta(resource_type, at, str(options.get("version", 1))),
            "identifier": [{"system": system, "value": value}],
            **members,
            **({about: self.subject} if about else {}),
        }
        self._items.append({name: member for name, member in resource.items() if member is not None})
        return f"{resource_type}/{local}"

    def _meta(self, resource_type: str, at: str, version: str) -> Tree:
        updated = at if len(at) >= _OLDEST_INSTANT_CHARS else _UPDATED
        return {"versionId": version, "lastUpdated": updated, "profile": [f"{_PROFILE}{resource_type}"]}

    def _patient(self) -> Tree:
        who = self._who
        return {
            "resourceType": "Patient",
            "id": self._local_id,
            "meta": self._meta("Patient", "", "4"),
            "identifier": [
                {"system": NHS_NUMBER_SYSTEM, "value": who.number},
                {"system": f"{self.partner.systems}/local-number", "value": self._local_id.upper()},
            ],
            "active": True,
            "name": [{"use": "official", "family": who.family, "given": [who.given], "prefix": [who.prefix]}],
            "telecom": [{"system": "phone", "value": who.telephone, "use": "home"}],
            "gender": who.gender,
            "birthDate": who.birth_date,
            **({"deceasedDateTime": who.deceased} if who.deceased else {}),
            "address": [{"use": "home", "line": [who.street], "city": who.town, "postalCode": who.postcode}],
            "generalPractitioner": [{"identifier": {"system": ODS_SYSTEM, "value": who.practice}}],
        }
