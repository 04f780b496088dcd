"""The one Patient that the view is about, from the patient index, under its sealed id."""

from __future__ import annotations

from typing import Any

from broker.domain.identity import PatientIdentity
from broker.domain.json_bytes import lossless_tree, write_tree

SOURCE = "urn:watersmeet:patient-index"


def index_patient(patient: PatientIdentity, token: str) -> bytes:
    """The index's Patient as JSON. Its own id is the NHS number, so the sealed token stands instead."""
    tree: dict[str, Any] = lossless_tree(patient.resource)
    tree.pop("resourceType", None)
    tree.pop("id", None)
    tree.pop("link", None)
    meta = {"source": SOURCE, **tree.pop("meta", {})}
    return write_tree({"resourceType": "Patient", "id": token, "meta": meta, **tree})
