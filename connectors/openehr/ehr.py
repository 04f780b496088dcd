"""An EHR with its EHR_STATUS into the Patient that proves whose it is: its own number, and its own id."""

from __future__ import annotations

from dataclasses import dataclass, field

from broker.domain.identity import NHS_NUMBER_SYSTEM
from broker.domain.json_bytes import UnreadableJson, lossless_tree, parse_strict, write_tree
from broker.ports.connector import HttpRequest
from connectors.openehr.leaves import leaves_of
from connectors.openehr.shapes import mapping, text
from connectors.openehr.translating import number_in
from connectors.r4 import Tree, is_id

EHR_ID = "https://watersmeet.example/fhir/openehr/ehr"
_JSON = {"Accept": "application/json"}


@dataclass(frozen=True, slots=True)
class Ehr:
    """One EHR: its id, and its status where the answer held it."""

    ehr_id: str = field(repr=False)
    status: Tree = field(repr=False)

    @property
    def tells_whose(self) -> bool:
        """False when the status came as a reference alone and must be read."""
        return "subject" in self.status

    def number(self, namespace: str) -> str:
        """The NHS number of its subject, digits only; empty when it is under another namespace."""
        found = number_in(mapping(self.status, "subject"), namespace)
        return found.replace(" ", "").replace("-", "")

    def patient(self, namespace: str) -> bytes:
        """The person as this server knows them. It holds what the status says, and nothing that we ask by."""
        rest = {name: value for name, value in self.status.items() if name not in {"name", "uid", "subject"}}
        extensions = [leaf.extension() for leaf in leaves_of(rest, "", "", ("ehr_status",))]
        number = self.number(namespace)
        identifiers = [{"system": NHS_NUMBER_SYSTEM, "value": number}] if number else []
        return write_tree(
            {
                "resourceType": "Patient",
                "id": self.ehr_id,
                **({"extension": extensions} if extensions else {}),
                "identifier": [*identifiers, {"system": EHR_ID, "value": self.ehr_id}],
            }
        )

    @property
    def may_be_left_out_of_queries(self) -> bool:
        """True when the server may leave this EHR out of queries, so that an empty answer says nothing."""
        return self.status.get("is_queryable") is False


def read_ehr(body: bytes) -> Ehr | None:
    """The EHR of an answer; None when it is none, or has no id that can be a FHIR id and a part of a path."""
    tree = read_object(body)
    ehr_id = text(tree, "ehr_id", "value")
    if not is_id(ehr_id) or not ehr_id.strip("."):
        return None
    return Ehr(ehr_id, mapping(tree, "ehr_status"))


def read_object(body: bytes) -> Tree:
    """A JSON object whose numbers keep their characters; empty when it is none."""
    try:
        parse_strict(body)
    except UnreadableJson:
        return {}
    tree = lossless_tree(body)
    return tree if isinstance(tree, dict) else {}


def find_ehr(number: str, namespace: str) -> HttpRequest:
    """The EHR of one person, by number."""
    query = (("subject_id", number), ("subject_namespace", namespace))
    return HttpRequest(method="GET", path="v1/ehr", query=query, headers=_JSON)


def read_again(ehr_id: str) -> HttpRequest:
    """The EHR of a known id."""
    return HttpRequest(method="GET", path=f"v1/ehr/{ehr_id}", headers=_JSON)


def read_status(ehr_id: str) -> HttpRequest:
    """The EHR_STATUS, which says whose the EHR is."""
    return HttpRequest(method="GET", path=f"v1/ehr/{ehr_id}/ehr_status", headers=_JSON)
