"""The one Patient that the view is about, from the patient index, under its sealed id."""

from __future__ import annotations

from typing import Any

from broker.domain.identity import NHS_NUMBER_SYSTEM, PatientIdentity
from broker.domain.json_bytes import lossless_tree, write_tree

SOURCE = "urn:watersmeet:patient-index"
_NAME_PARTS = frozenset({"use", "text", "family", "given", "prefix", "suffix"})
_FORMER = frozenset({"old", "maiden"})


def index_patient(patient: PatientIdentity, token: str, *, whole: bool) -> bytes:
    """The index's Patient as JSON. Its own id is the NHS number, so the sealed token stands instead.

    Not `whole` is what a reader needs to know that it is the right person: the number, the present names,
    the gender, the birth date and the confidentiality label.
    """
    tree: dict[str, Any] = lossless_tree(patient.resource)
    if not whole:
        tree = _recognisable(tree, patient)
    tree.pop("resourceType", None)
    tree.pop("id", None)
    tree.pop("link", None)
    meta = {"source": SOURCE, **tree.pop("meta", {})}
    return write_tree({"resourceType": "Patient", "id": token, "meta": meta, **tree})


def _recognisable(tree: dict[str, Any], patient: PatientIdentity) -> dict[str, Any]:
    names = [name for name in tree.get("name", ()) if name.get("use") not in _FORMER]
    shown = {
        "meta": {key: value for key, value in tree.get("meta", {}).items() if key == "security"},
        "identifier": [{"system": NHS_NUMBER_SYSTEM, "value": patient.number.digits}],
        "name": [{part: name[part] for part in name if part in _NAME_PARTS} for name in names],
        "gender": tree.get("gender"),
        "birthDate": patient.birth_date,
    }
    return {member: value for member, value in shown.items() if value}
