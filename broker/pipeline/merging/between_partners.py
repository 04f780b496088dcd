"""Whether several sources say different things: what one source says in two ways is its own history."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Sequence

from broker.domain.resource import Resource


def differ_between_partners(
    members: Iterable[int], items: Sequence[Resource], says: Callable[[int], Hashable]
) -> bool:
    """True where two partners do not say the same, each taken with all that it says."""
    said: dict[str, set[Hashable]] = {}
    for index in members:
        said.setdefault(items[index].partner_id, set()).add(says(index))
    return len({frozenset(one) for one in said.values()}) > 1
