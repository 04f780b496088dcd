"""What the models of `fhir.resources` know of R4: the elements of a type, and of each what it must be."""

from __future__ import annotations

import importlib
import re
from collections.abc import Mapping
from functools import cache
from typing import Any, NamedTuple

from pydantic import BaseModel

# The names that the models have for two types of R4's.
_RENAMED = {"encodedBytes": "base64Binary"}
_XHTML = "Xhtml object"
_PRIMITIVE = re.compile(r"\b([A-Z][A-Za-z0-9]*)\(")
_COMPLEX = re.compile(r"abc\.(\w+)Type\b")


class Element(NamedTuple):
    """One element of a type: its type, whether it is a list, whether it must be there, and its choice."""

    kind: str
    many: bool
    required: bool
    choice: str


@cache
def elements(name: str) -> Mapping[str, Element]:
    """The elements of an R4 type, by their names in JSON. `name` may be a backbone: `Encounter.location`."""
    return {
        info.alias or member: _element(str(info.annotation), info.json_schema_extra)
        for member, info in _model(name).model_fields.items()
        if not member.endswith("__ext")
    }


def _model(name: str) -> type[BaseModel]:
    root, *below = name.split(".")
    module = importlib.import_module(f"fhir.resources.R4B.{root.lower()}")
    model: Any = getattr(module, root)
    for step in below:
        annotation = str(model.model_fields[_attribute(model, step)].annotation)
        found = _COMPLEX.search(annotation)
        assert found, f"{name} is no element with members."
        model = getattr(module, found[1])
    return model  # type: ignore[no-any-return] # found by name


def _attribute(model: type[BaseModel], name: str) -> str:
    return next(member for member, info in model.model_fields.items() if (info.alias or member) == name)


def _element(annotation: str, said: Any) -> Element:
    said = said or {}
    optional = "Optional" in annotation or "None" in annotation
    required = bool(said.get("element_required") or said.get("one_of_many_required") or not optional)
    return Element(_kind(annotation), "List[" in annotation, required, said.get("one_of_many") or "")


def _kind(annotation: str) -> str:
    complex_type, plain = _COMPLEX.search(annotation), _PRIMITIVE.search(annotation)
    if complex_type:
        return complex_type[1]
    if plain:
        name = plain[1][0].lower() + plain[1][1:]
        return _RENAMED.get(name, name)
    return "xhtml" if _XHTML in annotation else "boolean"
