"""An STU3 value that R4 has no place for to the extension that carries it, typed where its type is known."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeAlias
from urllib.parse import quote

import msgspec

from connectors.r4 import Tree, as_given
from connectors.stu3.context import Context
from connectors.stu3.one_or_many import as_list
from connectors.stu3.primitives import CHECKS, is_string

# HL7's own form for an element of STU3 that R4 dropped.
ROOT = "http://hl7.org/fhir/3.0/StructureDefinition/extension-"

# The members of an extension that hold one value of a known type.
Content: TypeAlias = Callable[[Any, Context], Tree]


def append_extension(out: Tree, extension: Tree) -> None:
    """Add one extension to an element."""
    held = out.get("extension")
    if held is None:
        out["extension"] = [extension]
    else:
        held.append(extension)


def unknown_extension(path: str, name: str, value: Any) -> Tree:
    """A member that the guide does not name: the one extension that carries it."""
    return {"url": f"{ROOT}{path}.{quote(name, safe='')}", **untyped(value)}


def untyped(value: Any) -> Tree:
    """A value of an unknown type: a plain one as what it is, any other as its JSON text."""
    if type(value) is bool:
        return {"valueBoolean": value}
    if CHECKS["integer"](value):
        return {"valueInteger": value}
    if type(value) is int or type(value) is msgspec.Raw:
        return {"valueDecimal": value}
    if is_string(value):
        return {"valueString": value}
    return {"extension": [as_given(value)]}


def carry(out: Tree, url: str, value: Any, content: Content, context: Context) -> None:
    """One extension for the value, or one for each where a list is carried."""
    for each in as_list(value):
        if each is not None:
            append_extension(out, {"url": url, **content(each, context)})


def primitive_content(kind: str) -> Content:
    """A plain value: typed when R4 can hold it so, else as given."""
    check = CHECKS[kind]
    # An extension holds text of either sort, but not XHTML.
    member = f"value{kind[0].upper()}{kind[1:]}" if kind != "xhtml" else "valueString"

    def content(value: Any, _context: Context) -> Tree:
        return {member: value} if check(value) else {"extension": [as_given(value)]}

    return content


def complex_content(kind: str, convert: Callable[[Tree, Context], Tree]) -> Content:
    """A value of a data type, translated like any other."""

    def content(value: Any, context: Context) -> Tree:
        made = convert(value, context) if type(value) is dict else None
        return {f"value{kind}": made} if made else {"extension": [as_given(value)]}

    return content


def members_content(members: dict[str, Content]) -> Content:
    """An element with members of its own: one extension within for each. A modifier waits for the element
    around: whoever passes over an extension must heed it still.
    """

    def content(value: Any, context: Context) -> Tree:
        if type(value) is not dict:
            return {"extension": [as_given(value)]}
        out: Tree = {}
        for name, held in value.items():
            if name == "modifierExtension":
                context.modifiers.extend(as_list(held))
            elif name in members:
                carry(out, name, held, members[name], context)
            elif held is not None:
                append_extension(out, {"url": quote(name, safe=""), **untyped(held)})
        return out or {"extension": [as_given(value)]}

    return content
