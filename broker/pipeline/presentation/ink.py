"""What the broker writes into a partner's resources: ids, references and meta, each worked out once."""

from __future__ import annotations

from collections.abc import Iterable

import msgspec

from broker.domain.category import Category
from broker.domain.references import plain_name
from broker.domain.resource import Resource
from broker.ports.sealer import Sealer

SOURCE_TAG = "https://watersmeet.example/fhir/CodeSystem/source"
CATEGORY_TAG = "https://watersmeet.example/fhir/CodeSystem/category"
GROUP_TAG = "https://watersmeet.example/fhir/CodeSystem/group"
CONTRADICTION_TAG = "https://watersmeet.example/fhir/CodeSystem/contradiction"
NAMELESS = "restricted"


class Ink:
    """One partner's part of one view. `name` is empty where the partner may not be named."""

    def __init__(self, partner_id: str, name: str, sealer: Sealer, token: str) -> None:
        """`token` is the sealed id that every reference to the person becomes."""
        self._names_partner = bool(name)
        self._partner_id = partner_id if name else NAMELESS
        self._name = name
        self._sealer = sealer
        self._patient = f"Patient/{token}".encode()
        # What each reference, as this partner wrote it, becomes.
        self.known: dict[bytes, bytes] = {}
        # Where this partner's own items stand when it names them by their whole address.
        self._bases: set[str] = set()
        self._meta: dict[Category, bytes] = {}

    def refers_to_person(self, references: Iterable[str]) -> None:
        """Every way in which this partner names the person's own Patient becomes the sealed id."""
        for reference in references:
            self.known[reference.encode()] = self._patient
            base, found, _ = reference.rpartition("/Patient/")
            if found:
                self._bases.add(f"{base}/")

    def names_by_urn(self, resource: Resource) -> None:
        """A partner may name its own entries by `urn:uuid:`; they become the item's new reference."""
        target = f"{resource.header.resourceType}/{self.item_id(resource.local_reference)}"
        self.known.setdefault((resource.full_url or "").encode(), target.encode())

    def item_id(self, local_reference: str) -> str:
        """Stable and opaque; it names the partner only where the view may."""
        return self._sealer.item_id(self._partner_id, local_reference)

    def reference(self, written: bytes) -> bytes:
        """The text of one reference as the view has it: namespaced, or the person's sealed id."""
        found = self.known.get(written)
        if found is None:
            found = self.known[written] = self._rewritten(written.decode("utf-8", "replace")).encode()
        return found

    def _rewritten(self, written: str) -> str:
        if written.startswith("#"):
            return written
        plain = plain_name(written)
        kind = plain.partition("/")[0] if plain else "Resource"
        if plain is None or not self._is_own(written):
            return f"{kind}/{self.item_id(written)}"  # of another server: never one of this partner's items
        whole = self.known.get(plain.encode())
        return whole.decode() if whole is not None else f"{kind}/{self.item_id(plain)}"

    def _is_own(self, written: str) -> bool:
        return "://" not in written or written.startswith(tuple(self._bases))

    def meta(self, category: Category, marks: tuple[tuple[str, str], ...] = ()) -> bytes:
        """Members to stand first in `meta`: source and tags. `marks` are group and contradiction codes."""
        plain = self._meta.get(category)
        if plain is None:
            plain = self._meta[category] = self._members(category)
        if not marks:
            return plain
        tags = b"".join(b"," + _tag(system, code) for system, code in marks)
        return plain[:-1] + tags + b"]"

    def _members(self, category: Category) -> bytes:
        tags = [{"system": CATEGORY_TAG, "code": category.value}]
        if not self._names_partner:
            return b'"tag":' + msgspec.json.encode(tags)
        tags.append({"system": SOURCE_TAG, "code": self._partner_id, "display": self._name})
        source = msgspec.json.encode(f"urn:watersmeet:partner:{self._partner_id}")
        return b'"source":' + source + b',"tag":' + msgspec.json.encode(tags)


def _tag(system: str, code: str) -> bytes:
    return msgspec.json.encode({"system": system, "code": code})
