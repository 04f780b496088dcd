"""What is known while one answer is translated: how its references read in R4."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from connectors.r4 import Tree, is_id, stable_id
from connectors.stu3.names import Names
from connectors.stu3.one_or_many import as_list


def local_names(resource: Tree) -> dict[str, str]:
    """How `#id` reads for those contained resources whose id R4 could not have."""
    contained = resource.get("contained")
    if contained is None:
        return {}
    given = [each.get("id") for each in as_list(contained) if isinstance(each, dict)]
    texts = (text for text in given if isinstance(text, str) and text and not is_id(text))
    return {f"#{text}": f"#{stable_id('contained', text)}" for text in texts}


@dataclass(slots=True)
class Context:
    """One resource at a time. `local` says where a contained resource went that is now an item itself;
    `contained` translates one that stays. `modifiers` are those that wait for an element which can hold one.
    """

    names: Names
    contained: Callable[[Any, Context], Tree]
    local: dict[str, str] = field(default_factory=dict)
    modifiers: list[Any] = field(default_factory=list)

    def reference(self, text: str) -> str | None:
        """The text of a reference in R4; None for prose, which names nothing."""
        if text.startswith("#"):
            return self.local.get(text, text)
        return self.names.reference(text)

    def local_id(self, given: str) -> str:
        """The id of a contained resource: its own, unless R4 could not have it."""
        return self.local.get(f"#{given}", f"#{given}")[1:]
