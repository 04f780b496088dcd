"""A resource of a view into what its `meta` says of it: category, source, groups, contradictions."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from broker.domain.category import Category
from broker.domain.item_words import Tree

_OURS = "urn:watersmeet:broker"
_TAGS = "https://watersmeet.example/fhir/CodeSystem/"


@dataclass(frozen=True, slots=True)
class Item:
    """One resource of the view, with what the broker says of it in `meta`."""

    resource: Tree
    category: str
    source: str
    groups: tuple[str, ...]
    contradictions: tuple[str, ...]

    @property
    def kind(self) -> str:
        """Its type."""
        return str(self.resource.get("resourceType", ""))

    @property
    def name(self) -> str:
        """How other items of the view refer to it: `Type/id`."""
        return f"{self.kind}/{self.resource.get('id', '')}"


def told_item(resource: Tree) -> Item:
    """What stands in the tags; a partner that may not be named has no source."""
    sources = [str(tag.get("display") or tag.get("code", "")) for tag in _tags(resource, "source")]
    return Item(
        resource=resource,
        category=_category(resource),
        source=", ".join(sources),
        groups=_codes(resource, "group"),
        contradictions=_codes(resource, "contradiction"),
    )


def is_ours(resource: Tree) -> bool:
    """Whether the broker says it in its own name: a contradiction, which is told as a notice too."""
    return bool(resource.get("meta", {}).get("source") == _OURS)


def is_from_index(resource: Tree) -> bool:
    """Whether it is the patient index's own Patient."""
    return resource["resourceType"] == "Patient" and not _tags(resource, "source")


def _tags(resource: Tree, name: str) -> list[Tree]:
    tags: Iterable[Tree] = resource.get("meta", {}).get("tag", [])
    return [tag for tag in tags if tag.get("system") == _TAGS + name]


def _codes(resource: Tree, name: str) -> tuple[str, ...]:
    return tuple(str(tag.get("code", "")) for tag in _tags(resource, name))


def _category(resource: Tree) -> str:
    """A category that this release does not know is shown as unclassified, never left out."""
    known = [code for code in _codes(resource, "category") if code in set(Category)]
    return next(iter(known), Category.UNCLASSIFIED.value)
