"""A line of a table to the function that writes its member: the plain cases."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from connectors.r4 import Tree, as_given
from connectors.stu3.carrying import ROOT, Content, append_extension, carry, unknown_extension, untyped
from connectors.stu3.context import Context
from connectors.stu3.one_or_many import as_list, only
from connectors.stu3.primitives import Check, is_string
from connectors.stu3.shape import Put, Shape, give_beside


def put_primitive(target: str, check: Check) -> Put:
    """One plain value: as it is, or as given beside the gap."""

    def put(value: Any, out: Tree, _context: Context) -> None:
        if check(value):
            out[target] = value
        elif check(only(value)):
            out[target] = value[0]
        elif value not in ([], {}):
            give_beside(out, target, value)

    return put


def put_id(path: str) -> Put:
    """An element's id. It is bare text in JSON, which has nothing beside it."""

    def put(value: Any, out: Tree, _context: Context) -> None:
        if is_string(value):
            out["id"] = value
        else:
            append_extension(out, unknown_extension(path, "id", value))

    return put


def put_code(target: str, path: str, codes: Mapping[str, str]) -> Put:
    """A code of R4's own list. One that R4 calls otherwise keeps STU3's word in an extension."""

    def put(value: Any, out: Tree, _context: Context) -> None:
        word = only(value)
        new = codes.get(word) if type(word) is str else None
        if new is None:
            give_beside(out, target, value)
            return
        out[target] = new
        if new != word:
            append_extension(out, {"url": ROOT + path, "valueCode": word})

    return put


def put_primitives(target: str, check: Check) -> Put:
    """A list of plain values, each in its place: what R4 cannot hold leaves a gap with its text beside."""
    beside = f"_{target}"

    def put(value: Any, out: Tree, _context: Context) -> None:
        values = as_list(value)
        if all(map(check, values)):
            if values:
                out[target] = values
            return
        out[target] = [each if check(each) else None for each in values]
        gaps = out.setdefault(beside, [])
        gaps.extend([None] * (len(values) - len(gaps)))
        for place, each in enumerate(values):
            if each is not None and not check(each):
                gaps[place] = gaps[place] or {}
                append_extension(gaps[place], as_given(each))

    return put


def put_sibling(target: str, element: Shape) -> Put:
    """The `_name` beside a plain value: its id and extensions."""
    beside = f"_{target}"

    def put(value: Any, out: Tree, context: Context) -> None:
        value = only(value)
        if type(value) is not dict:
            give_beside(out, target, value)
            return
        made = element.convert(value, context)
        extensions = made.pop("extension", [])
        held = out.setdefault(beside, {})
        held.update(made)
        for extension in extensions:
            append_extension(held, extension)
        if not held:
            del out[beside]

    return put


def put_siblings(target: str, element: Shape) -> Put:
    """The `_name` beside a list of plain values, place by place."""
    beside = f"_{target}"

    def put(value: Any, out: Tree, context: Context) -> None:
        held = out.setdefault(beside, [])
        values = as_list(value)
        held.extend([None] * (len(values) - len(held)))
        for place, each in enumerate(values):
            if each is None:
                continue
            made = element.convert(each, context) if type(each) is dict else {"extension": [as_given(each)]}
            for extension in made.pop("extension", []):
                held[place] = held[place] or {}
                append_extension(held[place], extension)
            if made:
                held[place] = {**made, **(held[place] or {})}

    return put


def carry_sibling(path: str, element: Shape) -> Put:
    """The `_name` beside a plain value that becomes something else in R4."""

    def put(value: Any, out: Tree, context: Context) -> None:
        value = only(value)
        made = element.convert(value, context) if type(value) is dict else {}
        if set(made) == {"extension"}:
            append_extension(out, {"url": ROOT + path, **made})
        elif value not in ([], {}):
            append_extension(out, {"url": ROOT + path, **untyped(value)})

    return put


def put_element(target: str, path: str, shape: Shape, content: Content) -> Put:
    """One element with members."""
    url = ROOT + path

    def put(value: Any, out: Tree, context: Context) -> None:
        one = only(value)
        if type(one) is dict:
            made = shape.convert(one, context)
            if made:
                out[target] = made
        else:
            carry(out, url, value, content, context)

    return put


def put_elements(target: str, path: str, shape: Shape) -> Put:
    """A list of elements with members. One that is of another shape is carried as given."""
    url = ROOT + path

    def put(value: Any, out: Tree, context: Context) -> None:
        made = []
        for each in as_list(value):
            if type(each) is dict:
                element = shape.convert(each, context)
                if element:
                    made.append(element)
            elif each is not None:
                append_extension(out, {"url": url, **untyped(each)})
        if made:
            held = out.get(target)
            if held is None:
                out[target] = made
            else:
                held.extend(made)

    return put


def put_carried(path: str, content: Content) -> Put:
    """A member that R4 has no place for."""
    url = ROOT + path

    def put(value: Any, out: Tree, context: Context) -> None:
        carry(out, url, value, content, context)

    return put


def guarded(put: Put, taken: frozenset[str], otherwise: Put) -> Put:
    """Where R4 has one place and STU3 gives two values, the second is carried by `otherwise`."""

    def put_once(value: Any, out: Tree, context: Context) -> None:
        (otherwise if out.keys() & taken else put)(value, out, context)

    return put_once


def within(put: Put, element: str, *, many: bool) -> Put:
    """A member that R4 keeps one level down, in an element or in the only element of a list."""

    def put_within(value: Any, out: Tree, context: Context) -> None:
        held = out.get(element)
        holder: Tree = {} if held is None else held[0] if many else held
        put(value, holder, context)
        if held is None and holder:
            out[element] = [holder] if many else holder

    return put_within
