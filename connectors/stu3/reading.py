"""The bytes of one answer's resources to trees, and to what must be known of all before one is translated."""

from __future__ import annotations

from collections.abc import Generator, Sequence
from dataclasses import dataclass, field

from broker.domain.json_bytes import UnreadableJson, lossless_tree, parse_strict
from broker.ports.connector import Pause
from connectors.r4 import Tree
from connectors.stu3.names import Names

_BYTES_BETWEEN_PAUSES = 128 * 1024


@dataclass(frozen=True, slots=True)
class Source:
    """One resource as it came: its place in the answer, its bytes, and its tree with its id in R4. `tree`
    is None when the bytes cannot be read.
    """

    place: int
    raw: bytes = field(repr=False)
    tree: Tree | None = field(repr=False)
    new_id: str = ""

    @property
    def kind(self) -> str:
        """Its STU3 type; empty where it does not say."""
        kind = self.tree.get("resourceType") if self.tree else None
        return kind if isinstance(kind, str) else ""


def read_sources(resources: Sequence[bytes], names: Names) -> Generator[Pause, None, list[Source]]:
    """Read every resource, and let `names` learn their ids in their order."""
    sources = []
    worked = 0
    for place, raw in enumerate(resources):
        source = Source(place, raw, (yield from _tree(raw)))
        if source.tree is not None:
            source = Source(place, raw, source.tree, names.claim(source.kind, source.tree.get("id"), raw))
        sources.append(source)
        worked += len(raw)
        if worked > _BYTES_BETWEEN_PAUSES:
            worked = 0
            yield Pause()
    return sources


def _tree(raw: bytes) -> Generator[Pause, None, Tree | None]:
    """The tree of one resource; None for what cannot be read. A large one is judged and read in two steps."""
    try:
        parse_strict(raw)
    except UnreadableJson:
        return None
    if len(raw) > _BYTES_BETWEEN_PAUSES:
        yield Pause()
    tree = lossless_tree(raw)
    return tree if isinstance(tree, dict) else None
