"""Two translations of one message into pairs of resources that are about the same thing, and their elements.

Ids differ, and so does how many resources a message becomes. So a reference reads as what it names, lists
as what is in them, and those resources of one type are paired that have most elements in common.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from tests.fidelity.explained import leaves_of
from tests.fidelity.facts import Ext
from tests.fidelity.reading import Tree

Elements = Counter[tuple[str, str]]


def elements(resource: Tree, named: Mapping[str, Tree]) -> Elements:
    """Each leaf by its path without indices, with its value. `named` are the resources by `Type/id`."""
    held: Elements = Counter()
    for place, value in leaves_of(resource):
        steps = [f"{step.member}({step.url})" if isinstance(step, Ext) else step for step in place]
        path = ".".join(str(step) for step in steps if not isinstance(step, int))
        if path in {"id", "resourceType"}:
            continue
        if path.endswith("reference"):
            held.update(_named(path, named.get(str(value)), str(value)))
        else:
            held[path, _text(value)] += 1
    return held


def _named(path: str, target: Tree | None, reference: str) -> Elements:
    """What a reference names, said where it stands: the target's type and its first identifier's value."""
    if target is None:
        return Counter({(path, reference): 1})
    found: Elements = Counter({(path, f"-> {target.get('resourceType')}"): 1})
    holder = path.removesuffix("reference")
    for identifier in target.get("identifier", ())[:1]:
        if "value" in identifier:
            found[f"{holder}identifier.value", _text(identifier["value"])] += 1
    return found


def _text(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def by_name(resources: Sequence[Tree]) -> dict[str, Tree]:
    """Resources by `Type/id`."""
    return {f"{one.get('resourceType')}/{one.get('id')}": one for one in resources}


def pairs(ours: Sequence[Elements], theirs: Sequence[Elements]) -> Iterator[tuple[int | None, int | None]]:
    """Which of ours goes with which of theirs: the most alike first. What is left over goes with none."""
    likeness = sorted(
        (
            (sum((one & other).values()), -here, -there)
            for here, one in enumerate(ours)
            for there, other in enumerate(theirs)
        ),
        reverse=True,
    )
    here_left, there_left = set(range(len(ours))), set(range(len(theirs)))
    for _, here, there in likeness:
        if -here in here_left and -there in there_left:
            here_left.discard(-here)
            there_left.discard(-there)
            yield -here, -there
    yield from ((here, None) for here in sorted(here_left))
    yield from ((None, there) for there in sorted(there_left))
