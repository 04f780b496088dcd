"""The bytes of one answer's resources to trees, and to what must be known of all before one is translated."""

from __future__ import annotations

from collections.abc import Generator, Sequence
from dataclasses import dataclass, field

from broker.domain.json_bytes import UnreadableJson, lossless_tree, parse_strict
from broker.ports.connector import Pause
from connectors.r4 import Tree
from connectors.stu3.names import Names

_BYTES_BETWEEN_PAUSES = 128 * 1024
# A small resource takes about as long as this many bytes of a large one.
BYTES_A_RESOURCE_COSTS = 512


@dataclass(frozen=True, slots=True)
class Source:
    """One resource as it came: its place in the answer, its bytes, its tree, its STU3 type and its id in R4.

    `tree` is None when the bytes cannot be read; `kind` is empty where it does not say its type.
    """

    place: int
    raw: bytes = field(repr=False)
    tree: Tree | None = field(repr=False)
    kind: str = ""
    new_id: str = ""


def read_sources(resources: Sequence[bytes], names: Names) -> Generator[Pause, None, list[Source]]:
    """Read every resource, and let `names` learn their ids in their order."""
    sources = []
    worked = 0
    for place, raw in enumerate(resources):
        tree = yield from _tree(raw)
        if tree is None:
            sources.append(Source(place, raw, None))
        else:
            kind = tree.get("resourceType")
            kind = kind if isinstance(kind, str) else ""
            sources.append(Source(place, raw, tree, kind, names.claim(kind, tree.get("id"), raw)))
        worked += len(raw) + BYTES_A_RESOURCE_COSTS
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
