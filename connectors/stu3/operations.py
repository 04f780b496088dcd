"""A line of a table with an operation to the function that writes its member: more than a name changes."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any

from connectors.r4 import Tree, as_given, is_id
from connectors.stu3.carrying import ROOT, Content, append_extension, carry, untyped
from connectors.stu3.context import Context
from connectors.stu3.one_or_many import as_list, only
from connectors.stu3.primitives import CHECKS, is_string
from connectors.stu3.shape import Put, Shape

_TERMINOLOGY = "http://terminology.hl7.org/CodeSystem/"
_SYSTEMS: Mapping[str, str] = MappingProxyType(
    {"administrative-gender": "http://hl7.org/fhir/administrative-gender"}
)
_OID = "urn:oid:"
_RELATED: Mapping[str, str] = MappingProxyType({"has-member": "hasMember", "derived-from": "derivedFrom"})


def put_concept(target: str, path: str, system: str, codes: Mapping[str, str]) -> Put:
    """A code that R4 writes as a CodeableConcept of a system of HL7's."""
    uri = _SYSTEMS.get(system, _TERMINOLOGY + system)

    def put(value: Any, out: Tree, _context: Context) -> None:
        word = only(value)
        code = codes.get(word) if type(word) is str else None
        if code is not None:
            out[target] = {"coding": [{"system": uri, "code": code}]}
            if code != word:
                append_extension(out, {"url": ROOT + path, "valueCode": word})
        else:
            out[target] = {"extension": [as_given(value)], **_text(word)}

    return put


def _text(word: Any) -> Tree:
    return {"text": word} if is_string(word) else {}


def put_texts(target: str, path: str, *, many: bool) -> Put:
    """Text that R4 writes as a note or as a concept in words."""
    url = ROOT + path

    def put(value: Any, out: Tree, _context: Context) -> None:
        for each in as_list(value):
            if not is_string(each) or (not many and target in out):
                append_extension(out, {"url": url, **untyped(each)})
            elif many:
                out.setdefault(target, []).append({"text": each})
            else:
                out[target] = {"text": each}

    return put


def put_reference(value: Any, out: Tree, context: Context) -> None:
    """What a reference names. Prose names nothing: it is what the reference says for display."""
    text = only(value)
    named = context.reference(text) if is_string(text) else None
    if named is not None:
        out["reference"] = named
    else:
        append_extension(out.setdefault("_reference", {}), as_given(value))


def show_prose(source: Tree, out: Tree, _context: Context) -> None:
    """Prose stood where a name should: it becomes the display, unless there is one."""
    if "_reference" in out and "display" not in out and is_string(source.get("reference")):
        out["display"] = source["reference"]
        beside = out["_reference"]
        kept = [each for each in beside.pop("extension", []) if each != as_given(out["display"])]
        if kept:
            beside["extension"] = kept
        if not beside:
            del out["_reference"]


def put_encounter(put: Put, path: str, content: Content) -> Put:
    """A contact may be an Encounter or an EpisodeOfCare in STU3; R4's element takes an Encounter only."""
    url = ROOT + path

    def put_where(value: Any, out: Tree, context: Context) -> None:
        one = only(value)
        text = one.get("reference") if type(one) is dict else None
        if type(text) is str and "EpisodeOfCare/" in text:
            carry(out, url, value, content, context)
        else:
            put(value, out, context)

    return put_where


def put_canonical(target: str, path: str, content: Content) -> Put:
    """A reference that says no more than a name is a canonical in R4; any other is carried."""
    url = ROOT + path

    def put(value: Any, out: Tree, context: Context) -> None:
        one = only(value)
        if type(one) is dict and set(one) == {"reference"} and CHECKS["canonical"](one["reference"]):
            out[target] = one["reference"]
        else:
            carry(out, url, value, content, context)

    return put


def spread(shape: Shape, path: str) -> Put:
    """The member that takes the place of the element which it stood in."""

    def put(value: Any, out: Tree, context: Context) -> None:
        one = only(value)
        if type(one) is not dict:
            append_extension(out, {"url": ROOT + path, **untyped(value)})
            return
        made = shape.convert(one, context)
        for extension in made.pop("extension", []):
            append_extension(out, extension)
        out.update(made)

    return put


def raised(target: str, put: Put) -> Put:
    """What R4 has as a Reference can hold no modifier: it stands where every reader must heed it, on the
    element around.
    """

    def put_raised(value: Any, out: Tree, context: Context) -> None:
        put(value, out, context)
        made = as_list(out.get(target, []))
        modifiers = [one for each in made for one in each.pop("modifierExtension", [])]
        if modifiers:
            out.setdefault("modifierExtension", []).extend(modifiers)

    return put_raised


def dissolve(shape: Shape, path: str) -> Put:
    """An element that R4 does not have: its members stand in the element around it."""

    def put(value: Any, out: Tree, context: Context) -> None:
        for each in as_list(value):
            if type(each) is dict:
                made = shape.convert(each, context)
                _join(out, made, path, context)
            elif each is not None:
                append_extension(out, {"url": ROOT + path, **untyped(each)})

    return put


def _join(out: Tree, made: Tree, path: str, _context: Context) -> None:
    for name, value in made.items():
        if name not in out:
            out[name] = value
        elif type(value) is list and type(out[name]) is list:
            out[name].extend(value)
        else:
            append_extension(out, {"url": f"{ROOT}{path}.{name.lstrip('_')}", **untyped(value)})


def put_wrapped(
    target: str, path: str, member: str, convert: Callable[[Tree, Context], Tree], *, many: bool
) -> Put:
    """A value that R4 keeps in a member of a new element: a coding in a concept, a reference in an actor."""
    url = ROOT + path

    def put(value: Any, out: Tree, context: Context) -> None:
        for each in as_list(value):
            made = convert(each, context) if type(each) is dict else None
            if not made or (not many and target in out):
                append_extension(out, {"url": url, **untyped(each)})
                continue
            wrapped = {member: [made] if member == "coding" else made}
            if many:
                out.setdefault(target, []).append(wrapped)
            else:
                out[target] = wrapped

    return put


def put_uid(target: str, path: str) -> Put:
    """A DICOM identifier: an OID in STU3, its digits in R4."""

    def put(value: Any, out: Tree, _context: Context) -> None:
        digits = value.removeprefix(_OID) if type(value) is str else None
        if digits is not None and is_id(digits):
            out[target] = digits
        if digits != value or target not in out:
            append_extension(out, {"url": ROOT + path, **untyped(value)})

    return put


def put_sop(target: str, path: str) -> Put:
    """The class of a DICOM object: an OID in STU3, a coding in R4."""

    def put(value: Any, out: Tree, _context: Context) -> None:
        if CHECKS["code"](value):
            out[target] = {"system": "urn:ietf:rfc:3986", "code": value}
        else:
            append_extension(out, {"url": ROOT + path, **untyped(value)})

    return put


def put_related(reference: Shape, path: str, content: Content) -> Put:
    """Related observations: members and sources have places of their own in R4, other relations have none."""
    url = ROOT + path

    def put(value: Any, out: Tree, context: Context) -> None:
        for written in as_list(value):
            each = _without_modifiers(written, context) if type(written) is dict else written
            kind = each.get("type") if type(each) is dict else None
            target = _RELATED.get(kind) if type(kind) is str else None
            if target and type(each.get("target")) is dict and set(each) == {"type", "target"}:
                out.setdefault(target, []).append(reference.convert(each["target"], context))
            elif each is not None:
                carry(out, url, each, content, context)

    return put


def _without_modifiers(element: Tree, context: Context) -> Tree:
    """The element as a Reference can stand for it; its modifiers wait for the element around."""
    context.modifiers.extend(as_list(element.get("modifierExtension", [])))
    return {name: value for name, value in element.items() if name != "modifierExtension"}
