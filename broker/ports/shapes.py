"""What a strict reader takes, one member at a time, into JSON Schema (2020-12) that an editor can use.

Each function stands for the method of `broker.files.Section` of the same name, so that a shape reads like
the reader beside it. In a section, a member whose name ends in `?` may be left out.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable, Mapping
from typing import Any, TypeAlias

Shape: TypeAlias = dict[str, Any]

DIALECT = "https://json-schema.org/draft/2020-12/schema"
_SOMETHING = r"\S"
_DAY = r"^[0-9]{4}-[0-9]{2}-[0-9]{2}$"
_OPTIONAL = "?"


def whole(form: re.Pattern[str] | str) -> str:
    """`form` as JSON Schema writes it, for the whole of a text: a schema's patterns are not anchored."""
    return f"^(?:{form if isinstance(form, str) else form.pattern})$"


def text(about: str, form: re.Pattern[str] | str | None = None, *examples: str) -> Shape:
    """A non-empty piece of text, of `form` throughout when it is given."""
    shape: Shape = {"description": about, "type": "string"}
    shape["pattern"] = _SOMETHING if form is None else whole(form)
    return {**shape, "examples": list(examples)} if examples else shape


def word(about: str, valid: Iterable[str]) -> Shape:
    """One word of a closed list."""
    return {"description": about, "type": "string", "enum": listed(valid)}


def words(about: str, item: Shape | Iterable[str] | None = None, *, least: int = 0) -> Shape:
    """A list of words, none twice; `item` is a closed list, or the shape of each."""
    if item is None:
        inner: Shape = {"type": "string"}
    else:
        inner = item if isinstance(item, dict) else {"type": "string", "enum": listed(item)}
    shape: Shape = {"description": about, "type": "array", "uniqueItems": True, "items": inner}
    return {**shape, "minItems": least} if least else shape


def flag(about: str) -> Shape:
    """`true` or `false`."""
    return {"description": about, "type": "boolean"}


def date(about: str) -> Shape:
    """A day. YAML reads one that is not quoted as a day, and an editor as this text."""
    shape: Shape = {"description": about, "type": "string", "format": "date", "pattern": _DAY}
    return {**shape, "examples": [dt.date(2026, 4, 1).isoformat()]}


def integer(about: str, *, least: int = 0, most: int | None = None) -> Shape:
    """A whole number within its bounds."""
    return _bounded({"description": about, "type": "integer"}, least, most)


def number(about: str, *, least: float = 0, most: float | None = None) -> Shape:
    """A number within its bounds."""
    return _bounded({"description": about, "type": "number"}, least, most)


def _bounded(shape: Shape, least: float, most: float | None) -> Shape:
    return {**shape, "minimum": least, **({} if most is None else {"maximum": most})}


def section(about: str, members: Mapping[str, Shape], *rules: Shape) -> Shape:
    """A mapping of these members and no others. `rules` say what holds between them."""
    properties = {name.removesuffix(_OPTIONAL): shape for name, shape in members.items()}
    shape: Shape = {"description": about, "type": "object", "properties": properties}
    shape["additionalProperties"] = False
    required = [name for name in members if not name.endswith(_OPTIONAL)]
    return {
        **shape,
        **({"required": required} if required else {}),
        **({"allOf": list(rules)} if rules else {}),
    }


def sections(about: str, item: Shape, *rules: Shape, least: int = 0) -> Shape:
    """A list of mappings."""
    shape: Shape = {"description": about, "type": "array", "items": item}
    return {
        **shape,
        **({"minItems": least} if least else {}),
        **({"allOf": list(rules)} if rules else {}),
    }


def named(about: str, item: Shape, name: re.Pattern[str] | str | Iterable[str] | None = None) -> Shape:
    """A mapping whose names are whoever writes the file's; `name` is their form or their closed list."""
    shape: Shape = {"description": about, "type": "object", "additionalProperties": item}
    if name is None:
        return shape
    if isinstance(name, (str, re.Pattern)):
        return {**shape, "propertyNames": {"pattern": whole(name)}}
    return {**shape, "propertyNames": {"enum": listed(name)}}


def either(about: str, *shapes: Shape) -> Shape:
    """Any one of these; an editor offers the words of all."""
    return {"description": about, "anyOf": list(shapes)}


def has(member: str, *valid: str) -> Shape:
    """True of a mapping that has this member, with one of these words when they are given."""
    shape: Shape = {"required": [member]}
    return {**shape, "properties": {member: {"enum": listed(valid)}}} if valid else shape


def when(condition: Shape, then: Shape, otherwise: Shape | None = None) -> Shape:
    """A rule of a section."""
    return {"if": condition, "then": then, **({} if otherwise is None else {"else": otherwise})}


def only(**members: Shape | bool) -> Shape:
    """What these members of a section are held to besides; False forbids one."""
    return {"properties": dict(members)}


def speaks_of(member: str, valid: Iterable[str]) -> list[Shape]:
    """Rules of a list: each of these words stands in it once as `member`."""
    return [{"contains": has(member, one), "minContains": 1, "maxContains": 1} for one in listed(valid)]


def listed(valid: Iterable[str]) -> list[str]:
    """Words in their own order, or sorted when they have none."""
    found = sorted(valid) if isinstance(valid, (set, frozenset)) else valid
    return [str(one) for one in found]


def document(title: str, shape: Shape, **definitions: Shape) -> Shape:
    """The whole schema of one kind of file. `definitions` are named by `shared`."""
    whole_file: Shape = {"$schema": DIALECT, "title": title, **shape}
    return {**whole_file, "$defs": definitions} if definitions else whole_file


def shared(name: str) -> Shape:
    """A definition of the same document."""
    return {"$ref": f"#/$defs/{name}"}
