"""For the simulator: its people's documents as pointers, and as what providers keep behind the proxy."""

from __future__ import annotations

import base64
import hashlib
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote

from broker.domain.identity import NHS_NUMBER_SYSTEM, ODS_SYSTEM
from broker.domain.json_bytes import lossless_tree
from connectors.gpconnect.directory import ASID_SYSTEM
from connectors.simulation import World

CUSTODIAN = "RX901"
FORMAT_SYSTEM = "https://fhir.nhs.uk/England/CodeSystem/England-NRLFormatCode"
UNSTRUCTURED = {
    "system": FORMAT_SYSTEM,
    "code": "urn:nhs-ic:unstructured",
    "display": "Unstructured document",
}
PLAIN = "plain"
_PROXY_HOST = "proxy.spine.example"


def asid_of(ods: str) -> str:
    """Twelve digits that follow from a provider's code."""
    return str(300_000_000_000 + zlib.crc32(ods.encode()))


@dataclass(frozen=True, slots=True)
class Kept:
    """One document at its provider."""

    ods: str
    content_type: str
    content: bytes = field(repr=False)


class Providers:
    """Everybody's documents, by the address that their provider has them at."""

    def __init__(self, spelling: str) -> None:
        """`spelling` is how pointers write an address behind the proxy's name: escaped, or `plain`."""
        self._spelling = spelling
        self.kept: dict[str, Kept] = {}

    def pointers(self, people: World) -> World:
        """Each person's Patient and pointers; what a locator has nothing to do with is left out."""
        return {
            number: tuple(self._as_held(resource, number) for resource in resources if _belongs(resource))
            for number, resources in people.items()
        }

    def _as_held(self, resource: Any, number: str) -> Any:
        """A pointer that is written as one already stays byte for byte as it is."""
        tree = _tree(resource)
        if tree["resourceType"] == "Patient" or _is_pointer(tree):
            return resource
        custodian = {"identifier": {"system": ODS_SYSTEM, "value": _custodian(tree)}}
        made = {
            **tree,
            "subject": {"identifier": {"system": NHS_NUMBER_SYSTEM, "value": number}},
            "custodian": custodian,
            "content": [
                self._content(one, f"{tree['id']}-{place}", _custodian(tree))
                for place, one in enumerate(tree.get("content", ()))
            ],
        }
        asid = {"identifier": {"system": ASID_SYSTEM, "value": asid_of(_custodian(tree))}}
        return {**made, "context": {**tree.get("context", {}), "related": [asid]}}

    def _content(self, content: Mapping[str, Any], name: str, ods: str) -> dict[str, Any]:
        attachment = dict(content["attachment"])
        if "data" in attachment:
            document = base64.b64decode(attachment.pop("data"))
            address = f"https://{ods.lower()}.provider.example/{ods}/documents/{name}"
            content_type = str(attachment.get("contentType", "application/octet-stream"))
            self.kept[address] = Kept(ods, content_type, document)
            digest = base64.b64encode(hashlib.sha1(document, usedforsecurity=False).digest()).decode()
            attachment |= {"url": self._behind_the_proxy(address), "size": len(document), "hash": digest}
        return {"format": UNSTRUCTURED, **content, "attachment": attachment}

    def _behind_the_proxy(self, address: str) -> str:
        shown = address if self._spelling == PLAIN else quote(address, safe="")
        return f"ssp://{_PROXY_HOST}/{shown}"


def _tree(resource: Mapping[str, Any] | bytes) -> Any:
    return lossless_tree(resource) if isinstance(resource, bytes) else resource


def _belongs(resource: Mapping[str, Any] | bytes) -> bool:
    return _tree(resource)["resourceType"] in {"Patient", "DocumentReference"}


def _is_pointer(tree: Mapping[str, Any]) -> bool:
    """Its subject is named by a number, and all that it points at lies elsewhere."""
    lies_elsewhere = not any("data" in one.get("attachment", {}) for one in tree.get("content", ()))
    return lies_elsewhere and "identifier" in tree.get("subject", {})


def _custodian(tree: Mapping[str, Any]) -> str:
    """The ODS code of the organisation that keeps it."""
    identifier = tree.get("custodian", {}).get("identifier", {})
    return str(identifier["value"]) if identifier.get("system") == ODS_SYSTEM else CUSTODIAN


def given_words(value: object) -> Sequence[str]:
    """A manner that lists words."""
    return [str(one) for one in value] if isinstance(value, (list, tuple, set, frozenset)) else []
