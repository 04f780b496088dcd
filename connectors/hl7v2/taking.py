"""One segment whose fields are taken one by one, so that what nobody took is carried as it was given."""

from __future__ import annotations

from collections.abc import Iterable

from connectors.hl7v2.reading import Segment, Value
from connectors.r4 import Tree, as_given


class Taking:
    """Reads a segment and remembers which of its fields were read."""

    def __init__(self, segment: Segment, *ignored: int) -> None:
        """`ignored` are fields that say nothing of the item, such as its number in the message."""
        self.segment = segment
        self._taken = {*ignored}

    def values(self, number: int) -> list[Value]:
        """Every repetition of a field."""
        self._taken.add(number)
        return self.segment.values(number)

    def one(self, number: int) -> Value:
        """The only repetition of a field. Further ones leave the field among the rest."""
        values = self.segment.values(number)
        if len(values) <= 1:
            self._taken.add(number)
        return self.segment.first(number)

    def text(self, number: int) -> str:
        """A field that is one word. More than a word leaves it among the rest."""
        value = self.one(number)
        if value.says_more_than(frozenset({1})):
            self._taken.discard(number)
        return value.text()

    def rest(self) -> list[Tree]:
        """An extension for each field that says something and was not taken: `OBX-4: 1`."""
        return [
            as_given(f"{self.segment.name}-{number}: {self.segment.field(number)}")
            for number in range(1, self.segment.last + 1)
            if number not in self._taken and self.segment.values(number)
        ]


def carried(segments: Iterable[Segment]) -> list[Tree]:
    """An extension for each whole segment."""
    return [as_given(segment.raw) for segment in segments]
