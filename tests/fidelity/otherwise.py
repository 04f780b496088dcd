"""A value or a resource into what careless code makes of it: cut, widened, rounded, exchanged or made up."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from tests.fidelity.given import AS_GIVEN
from tests.fidelity.reading import Number, Tree
from tests.fidelity.spoiling import anywhere

# What these extensions say, a word of R4 says as well.
SAID_BY_A_WORD = (".notGiven", ".notDone", ".taken", ".status", "Media.type")


def rounded(value: Any) -> Any:
    """A number without its trailing zeros, or with one digit less after the point."""
    if not isinstance(value, Number) or "." not in value:
        return value
    return Number(value[:-1].removesuffix("."))


def to_text(value: Any) -> Any:
    """A number written as a text."""
    return str(value) if isinstance(value, Number) else value


def without_zone(value: Any) -> Any:
    """A time without the offset that says when it was."""
    return re.sub(r"(T.*)(Z|[+-]\d\d:\d\d)$", r"\1", value) if isinstance(value, str) else value


def at_zulu(value: Any) -> Any:
    """The same moment in another spelling."""
    return value.replace("+00:00", "Z") if isinstance(value, str) else value


def without_fraction(value: Any) -> Any:
    """A time cut to the second."""
    return re.sub(r"(T\d\d:\d\d:\d\d)\.\d+", r"\1", value) if isinstance(value, str) else value


def day_only(value: Any) -> Any:
    """A time cut to its day, a day cut to its month."""
    return value.partition("T")[0] if isinstance(value, str) and "T" in value else str(value)[:7]


def widened(value: Any) -> Any:
    """A year or a month made into its first day, a day into its first moment."""
    fuller = {4: "-01-01", 7: "-01", 10: "T00:00:00+00:00"}
    return value + fuller.get(len(value), "") if isinstance(value, str) else value


def next_day(value: Any) -> Any:
    """Another day."""
    return re.sub(r"^(\d{4}-\d\d-)(\d)(\d)", lambda m: f"{m[1]}{m[2]}{(int(m[3]) + 1) % 10}", str(value))


def coding_by_text(tree: Tree) -> bool:
    """A coded value of which only words are left."""
    for holder in anywhere(tree, "coding"):
        codings = holder.pop("coding")
        holder.setdefault("text", codings[0].get("display", ""))
        return True
    return False


def one_coding_of_two(tree: Tree) -> bool:
    """Two codings of which one is left."""
    for holder in anywhere(tree, "coding"):
        if len(holder["coding"]) > 1:
            del holder["coding"][1]
            return True
    return False


def displays_exchanged(tree: Tree) -> bool:
    """Two codings, each with the other's words."""
    for holder in anywhere(tree, "coding"):
        one, *others = holder["coding"]
        for other in others:
            if "display" in one and "display" in other and one["display"] != other["display"]:
                one["display"], other["display"] = other["display"], one["display"]
                return True
    return False


def chosen_elsewhere(tree: Tree) -> bool:
    """The clinician's own choice of two codings, said of the other one."""
    for holder in anywhere(tree, "coding"):
        flags = [coding.pop("userSelected", None) for coding in holder["coding"]]
        if len(flags) > 1 and flags[0] != flags[1]:
            for coding, flag in zip(holder["coding"], reversed(flags), strict=True):
                coding.update({} if flag is None else {"userSelected": flag})
            return True
    return False


def as_given_lost(tree: Tree) -> bool:
    """A value that R4 cannot hold, and that is no longer carried beside the gap."""
    for holder in anywhere(tree, "extension"):
        kept = [one for one in holder["extension"] if one.get("url") != AS_GIVEN]
        if len(kept) < len(holder["extension"]):
            holder["extension"] = kept
            return True
    return False


def extension_lost(tree: Tree) -> bool:
    """An extension that says what nothing else does."""
    for one in tree.get("extension", ()):
        if not one.get("url", "").endswith(SAID_BY_A_WORD):
            tree["extension"].remove(one)
            return True
    return False


def related_otherwise(tree: Tree) -> bool:
    """What a result contains said to be what it was derived from."""
    if "hasMember" in tree and "derivedFrom" not in tree:
        tree["derivedFrom"] = tree.pop("hasMember")
        return True
    return False


def invented_criticality(tree: Tree) -> bool:
    """A word that nobody said."""
    return tree.setdefault("criticality", "unable-to-assess") == "unable-to-assess"


def invented_negation(tree: Tree) -> bool:
    """A request turned into its opposite."""
    was = tree.get("doNotPerform")
    tree["doNotPerform"] = True
    return was is not True


def word(old: str, new: str) -> Callable[[Any], Any]:
    """One word in the place of another."""
    return lambda said: new if said == old else said


def followed_by(more: str) -> Callable[[Any], Any]:
    """A text with more behind it."""
    return lambda said: f"{said}{more}" if type(said) is str else said


def without_first(held: list[Any]) -> list[Any]:
    """A list without its first."""
    return held[1:]


def without_last(held: list[Any]) -> list[Any]:
    """A list without its last."""
    return held[:-1]


def turned(held: list[Any]) -> list[Any]:
    """A list from its end."""
    return held[::-1]
