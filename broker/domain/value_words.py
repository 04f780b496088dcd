"""A value of an item into words: concepts, quantities and the other forms that FHIR gives a value."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

Tree = Mapping[str, Any]

CANNOT_BE_SHOWN = "cannot be shown safely here; see the source"
# Care Connect's coding extension. Its host and the spelling of its parts have changed before.
_DESCRIPTION = "Extension-coding-sctdescid"


def concept(value: Any) -> str:
    """A CodeableConcept as it was written: its text, else the words of a coding, else a bare code. The
    coding that the writer chose speaks first.
    """
    if isinstance(value, list):
        return ", ".join(filter(None, map(concept, value)))
    if not isinstance(value, dict):
        return str(value or "")
    if value.get("text"):
        return str(value["text"])
    codings = [coding for coding in value.get("coding", []) if isinstance(coding, dict)]
    codings.sort(key=lambda coding: coding.get("userSelected") is not True)
    words = (*map(_own_term, codings), *(coding.get("code") for coding in codings))
    return next((str(word) for word in words if word), "")


def _own_term(coding: Tree) -> Any:
    """The term that the writer picked for the code, where GP Connect's extension tells it: `display` is the
    preferred one, which may say something else to a reader.
    """
    for extension in _trees(coding.get("extension")):
        if _DESCRIPTION in str(extension.get("url")):
            for part in _trees(extension.get("extension")):
                if str(part.get("url")).lower() == "descriptiondisplay" and part.get("valueString"):
                    return part["valueString"]
    return coding.get("display")


def _trees(value: Any) -> list[Tree]:
    return [one for one in value if isinstance(one, dict)] if isinstance(value, list) else []


def quantity(value: Tree) -> str:
    """Comparator, number and unit, each as given."""
    unit = value.get("unit") or value.get("code") or ""
    return f"{value.get('comparator', '')}{value.get('value', '')} {unit}".strip()


def no_value(item: Tree) -> str:
    """None was sent, or one that has no words here: the two are not the same."""
    return CANNOT_BE_SHOWN if any(name.startswith("value") for name in item) else "no value given"


def value_of(item: Tree) -> str:
    """The value in whatever form it has, or why there is none; a form not known here is never "none"."""
    for name, value in item.items():
        if name.startswith("value") and name[5:6].isupper():
            return _in_words(name, value)
    return concept(item.get("dataAbsentReason"))


def _in_words(name: str, value: Any) -> str:
    if name == "valueQuantity":
        return quantity(value)
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, dict) and name != "valueCodeableConcept":
        ends = [
            _end(value[end])
            for end in ("low", "high", "start", "end", "numerator", "denominator")
            if end in value
        ]
        return " to ".join(ends) if name != "valueRatio" else " per ".join(ends)
    return concept(value) if isinstance(value, (dict, list)) else str(value)


def _end(value: Any) -> str:
    return quantity(value) if isinstance(value, dict) else str(value)
