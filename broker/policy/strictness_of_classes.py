"""Hidden sensitivity classes before and after into what one reader no longer sees, or sees anew."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from broker.domain.sensitivity import HiddenClasses

_Marks = tuple[frozenset[object], ...]


@dataclass(frozen=True, slots=True)
class Kept:
    """What is hidden from one reader: each class with its marks, whoever else it is open to."""

    classes: Mapping[str, _Marks]
    known: frozenset[object]
    ordinary: frozenset[object]


def kept(hidden: HiddenClasses) -> Kept:
    """`hidden` without the readers to whom it is open."""
    marks = {
        str(rule.sensitivity): (rule.labels, rule.codes, rule.sources, rule.categories)
        for rule in hidden.rules
    }
    return Kept(marks, hidden.known, hidden.ordinary)


def is_stricter(old: Kept, new: Kept) -> bool:
    """True when every class hidden before is hidden by all its marks, and no label explains more."""
    held = all(
        name in new.classes and all(old_ <= new_ for old_, new_ in zip(marks, new.classes[name], strict=True))
        for name, marks in old.classes.items()
    )
    return held and new.known <= old.known and new.ordinary <= old.ordinary


def words_of(old: Kept, new: Kept) -> str:
    """The classes that open and close, by name; else that their marks are others."""
    opened = sorted(old.classes.keys() - new.classes.keys())
    closed = sorted(new.classes.keys() - old.classes.keys())
    said = [f"no longer hides {', '.join(opened)}"] if opened else []
    said += [f"hides {', '.join(closed)}"] if closed else []
    return "; ".join(said) or "hides its sensitivity classes by other marks"
