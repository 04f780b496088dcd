"""What a view tells: its rows, what stands beside them, and which items it has shown by that."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from broker.pipeline.presentation.views.items import ViewItem


@dataclass(slots=True)
class Told:
    """`shown` are the places in `View.items` of every item that is named: the disclosure names no others.

    `beside` are further members of the answer, and `lists` further lists like the rows, for what is none.
    """

    rows: list[dict[str, Any]] = field(default_factory=list)
    beside: dict[str, Any] = field(default_factory=dict)
    lists: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    shown: set[int] = field(default_factory=set)

    def show(self, items: Iterable[ViewItem]) -> None:
        """These stand in the answer."""
        self.shown.update(item.at for item in items)
