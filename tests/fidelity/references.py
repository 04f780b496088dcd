"""A reference of the source and a reference of the R4 into whether both name the same item."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from tests.fidelity.places import table
from tests.fidelity.reading import Tree

TYPES: Mapping[str, str] = table("words.yaml")["types"]

# Which item: the resource's position, and the id of the contained one that became an item of its own.
Key = tuple[int, str]


def renamed(reference: str) -> str:
    """A reference as R4 writes it: its type renamed, where R4 has another type for it."""
    parts = reference.split("/")
    return "/".join(
        TYPES.get(part, part) if place == len(parts) - 2 else part for place, part in enumerate(parts)
    )


@dataclass(slots=True)
class Names:
    """Which items each name means, on one side."""

    items: dict[str, set[Key]] = field(default_factory=dict, repr=False)

    def add(self, key: Key, resource: Tree, full_url: str | None) -> None:
        """Let an item be known by its type and id, and by its full URL."""
        for name in (f"{resource.get('resourceType')}/{resource.get('id')}", full_url):
            if name:
                self.items.setdefault(name, set()).add(key)

    def meant(self, reference: str, holder: Key) -> set[Key]:
        """The items that `reference`, written in `holder`, means."""
        if reference.startswith("#"):
            return self.items.get(f"{holder[0]}{reference}", set())
        return self.items.get(reference, set())


def same_target(given: str, kept: str, meant: Iterable[Key], kept_means: Iterable[Key]) -> bool:
    """Whether the R4's reference names what the source's names; one that names nothing here stays."""
    targets, reached = set(meant), set(kept_means)
    if targets and reached:
        return reached <= targets
    return not targets and kept in {given, renamed(given)}
