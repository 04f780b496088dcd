"""What belongs together because one name, or a chain of names, is common to it."""

from __future__ import annotations

from collections.abc import Generator, Hashable, Iterable

_IN_A_SLICE = 4_000


class Meetings:
    """Indexes by name; a list is made only where two meet, because most items stand alone."""

    def __init__(self) -> None:
        """Nobody has met."""
        self._first: dict[Hashable, int] = {}
        self._several: dict[Hashable, list[int]] = {}

    def add(self, name: Hashable, index: int) -> None:
        """Note that the item at `index` has `name`. Indexes come in order, each as often as it likes."""
        first = self._first.setdefault(name, index)
        if first != index:
            several = self._several.setdefault(name, [first])
            if several[-1] != index:
                several.append(index)

    def several(self) -> Iterable[list[int]]:
        """The indexes of each name that more than one item has, in order."""
        return self._several.values()


class Kin:
    """Indexes joined by names. A name alone costs one look-up; a join is made only where two meet."""

    def __init__(self) -> None:
        """Nothing is joined."""
        self._first: dict[Hashable, int] = {}
        self._parents: dict[int, int] = {}

    def name(self, name: Hashable, index: int) -> None:
        """The item at `index` has this name, as has whatever had it before."""
        first = self._first.setdefault(name, index)
        if first != index:
            self.join(first, index)

    def join(self, one: int, other: int) -> None:
        """They belong together, and so does all that belongs to either."""
        low, high = sorted((self._root(one), self._root(other)))
        if low != high:
            self._parents[high] = low

    def join_all(self, members: list[int]) -> None:
        """All of them belong together."""
        for index in members[1:]:
            self.join(members[0], index)

    def families(self) -> Generator[None, None, list[list[int]]]:
        """Every two or more that belong together, each in order, in the order of their first."""
        found: dict[int, list[int]] = {}
        for count, index in enumerate(sorted(self._parents), start=1):
            found.setdefault(self._root(index), []).append(index)
            if count % _IN_A_SLICE == 0:
                yield
        return [[root, *found[root]] for root in sorted(found)]

    def _root(self, index: int) -> int:
        path = []
        while (parent := self._parents.get(index, index)) != index:
            path.append(index)
            index = parent
        for one in path:
            self._parents[one] = index
        return index
