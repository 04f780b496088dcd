"""The ids and references of one STU3 answer to those that its items have in R4."""

from __future__ import annotations

import re
from collections.abc import Mapping
from types import MappingProxyType

from connectors.r4 import is_id, stable_id

# R4 calls these kinds otherwise.
RENAMED_TYPES: Mapping[str, str] = MappingProxyType(
    {
        "ReferralRequest": "ServiceRequest",
        "ProcedureRequest": "ServiceRequest",
        "BodySite": "BodyStructure",
        "EligibilityRequest": "CoverageEligibilityRequest",
        "EligibilityResponse": "CoverageEligibilityResponse",
        "Sequence": "MolecularSequence",
    }
)
_NAMED = re.compile(
    r"(?P<base>(?:https?://|\.*/)(?:\S*/)?)?(?P<type>[A-Z][A-Za-z]+)/(?P<id>[^/#?\s]+)(?P<version>/_history/[^/#?\s]+)?(?P<part>#\S+)?"
)
# What else could name something: a name of another scheme, or a search for what has a business identifier.
_ADDRESS = re.compile(r"(?:urn:|https?://)\S+|[A-Z][A-Za-z]+\?\S+")


class Names:
    """Which id each resource of the answer has, and how a reference to it reads.

    An id of FHIR's alphabet stays. Where two resources of different content claim one name, the first
    keeps it and references go on pointing there; the later gets an id of its own content. Two Patients of
    one name both keep it: whom the references mean is then for the proof of identity to doubt.
    """

    def __init__(self) -> None:
        """No resource is known yet."""
        self._claimed: dict[tuple[str, str], bytes] = {}
        self._by_stu3: dict[tuple[str, str], str] = {}
        self._moved: dict[str, str] = {}
        self._known: dict[str, str | None] = {}

    def claim(self, kind: str, given: object, raw: bytes) -> str:
        """The id in R4 of the resource whose bytes are `raw`, and which was given the id `given`."""
        new_kind = RENAMED_TYPES.get(kind, kind)
        if not isinstance(given, str) or not given:
            return stable_id("content", raw)
        wanted = self._by_stu3.get((kind, given)) or _plain_id(kind, given)
        if self._claimed.setdefault((new_kind, wanted), raw) != raw and kind != "Patient":
            wanted = stable_id("repeat", kind, given, raw)
            self._claimed[(new_kind, wanted)] = raw
        self._by_stu3.setdefault((kind, given), wanted)
        return wanted

    def move(self, reference: str, new: str) -> None:
        """From now on `reference` reads `new`."""
        self._moved[reference] = new

    def reference(self, text: str) -> str | None:
        """The text of a reference in R4; None for prose."""
        if text not in self._known:
            self._known[text] = self._moved.get(text) or self._new(text)
        return self._known[text]

    def _new(self, text: str) -> str | None:
        found = _NAMED.fullmatch(text)
        if found is None:
            return text if _ADDRESS.fullmatch(text) else None
        kind, given = found["type"], found["id"]
        new_id = self._by_stu3.get((kind, given)) if not found["base"] else None
        new_kind = RENAMED_TYPES.get(kind, kind)
        rest = (found["version"] or "") + (found["part"] or "")
        return f"{found['base'] or ''}{new_kind}/{new_id or _plain_id(kind, given)}{rest}"


def _plain_id(kind: str, given: str) -> str:
    return given if is_id(given) else stable_id("id", kind, given)
