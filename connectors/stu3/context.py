"""What is known while one answer is translated: how its references read in R4."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from connectors.r4 import Tree
from connectors.stu3.names import Names


@dataclass(slots=True)
class Context:
    """One resource at a time. `local` says where a contained resource went that is now an item itself;
    `contained` translates one that stays.
    """

    names: Names
    contained: Callable[[Any, Context], Tree]
    local: dict[str, str] = field(default_factory=dict)

    def reference(self, text: str) -> str | None:
        """The text of a reference in R4; None for prose, which names nothing."""
        if text.startswith("#"):
            return self.local.get(text, text)
        return self.names.reference(text)
