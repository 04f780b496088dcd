"""Members of a canonical JSON tree, each in the shape that the reference model gives it, or nothing.

A tree of another shape is never a fault here: what cannot be read by name is carried as it was given.
"""

from __future__ import annotations

from typing import Any

from connectors.r4 import Tree


def mapping(holder: Any, *names: str) -> Tree:
    """The object at the end of a path of names; empty when it is not there."""
    for name in names:
        holder = holder.get(name) if isinstance(holder, dict) else None
    return holder if isinstance(holder, dict) else {}


def mappings(holder: Tree, name: str) -> list[Tree]:
    """The objects of a list; empty when it is not there."""
    found = holder.get(name)
    return [one for one in found if isinstance(one, dict)] if isinstance(found, list) else []


def text(holder: Any, *names: str) -> str:
    """The text at the end of a path of names; empty when it is not there."""
    found = mapping(holder, *names[:-1]).get(names[-1])
    return found if isinstance(found, str) else ""


def type_of(holder: Any) -> str:
    """The class of the reference model that an object names, without its parameters."""
    return text(holder, "_type").partition("<")[0].strip()


def is_number(found: Any) -> bool:
    """A JSON number: a whole one, or one that keeps its own characters."""
    return not isinstance(found, (str, bool, dict, list)) and found is not None
