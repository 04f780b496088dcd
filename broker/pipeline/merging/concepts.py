"""A code element as written to what it says: its codings that tell something, else the writer's own term."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any, Final

import msgspec

from broker.domain.degraded import DEGRADED_CODES

SNOMED: Final = "http://snomed.info/sct"
# A mapping's own mark, and the codes for "there is no code".
_SAY_NOTHING = frozenset(
    {
        "https://watersmeet.example/fhir/CodeSystem/category",
        "http://terminology.hl7.org/CodeSystem/data-absent-reason",
        "http://terminology.hl7.org/CodeSystem/v3-NullFlavor",
        "http://hl7.org/fhir/v3/NullFlavor",
    }
)
# System and code; a term of the writer's own has no system.
Coded = tuple[str | None, str]


@dataclass(frozen=True, slots=True)
class Said:
    """`codings` by system and code; `names` are these or, where no code tells, the term in small letters:
    each by which another item could be the same, and none where nothing is said.
    """

    codings: tuple[Coded, ...] = ()
    names: tuple[Coded, ...] = ()
    snomed: frozenset[str] = frozenset()

    def beside(self, other: Said) -> Said:
        """What two elements say together."""
        if not other.names or not self.names:
            return self if self.names else other
        codings = tuple(dict.fromkeys(self.codings + other.codings))
        return Said(codings, codings or self.names, self.snomed | other.snomed)


NOTHING_SAID = Said()


class Concepts:
    """What each way of writing a code element says, worked out once in one view."""

    def __init__(self) -> None:
        """Nothing is known yet, and nothing is kept after the view."""
        self._known: dict[bytes, Said] = {}
        self._terms: dict[bytes, tuple[str, ...]] = {}

    def of(self, written: bytes) -> Said:
        """A CodeableConcept, several, a Coding, a text or a reference with a name; else it is silent."""
        said = self._known.get(written)
        if said is None:
            said = self._known[written] = said_by(msgspec.json.decode(written))
        return said

    def terms_in(self, written: bytes) -> tuple[str, ...]:
        """The words of the same, whatever its codes tell: its text, and what stands beside each code."""
        terms = self._terms.get(written)
        if terms is None:
            terms = self._terms[written] = tuple(_terms(msgspec.json.decode(written)))
        return terms


def said_by(node: Any) -> Said:
    """What a decoded code element says."""
    codings = tuple(dict.fromkeys(_telling(_codings(node))))
    term = "" if codings else " ".join(_term(node).casefold().split())
    names = codings or (((None, term),) if term else ())
    return Said(codings, names, frozenset(code for system, code in codings if system == SNOMED))


def _codings(node: Any) -> Iterator[dict[str, Any]]:
    if isinstance(node, list):
        for member in node:
            yield from _codings(member)
    elif isinstance(node, dict):
        inside = node.get("coding")
        found = inside if isinstance(inside, list) else [node]
        yield from (coding for coding in found if isinstance(coding, dict))


def _telling(codings: Iterable[dict[str, Any]]) -> Iterator[Coded]:
    for coding in codings:
        system, code = coding.get("system"), coding.get("code")
        if not (isinstance(code, str) and isinstance(system, str) and code and system):
            continue  # a code without its system names nothing
        if code not in DEGRADED_CODES and system not in _SAY_NOTHING:
            yield system, code


def _terms(node: Any) -> Iterator[str]:
    given = [node.get("text")] if isinstance(node, dict) else []
    given += (coding.get("display") for coding in _codings(node))
    yield from (one for one in given if isinstance(one, str))


def _term(node: Any) -> str:
    """The writer's own words: never the display of a code that says nothing."""
    if isinstance(node, list):
        return next(filter(None, map(_term, node)), "")
    if isinstance(node, dict):
        text = node.get("text") or ("" if "coding" in node or "code" in node else node.get("display"))
        return text if isinstance(text, str) else ""
    return node if isinstance(node, str) else ""
