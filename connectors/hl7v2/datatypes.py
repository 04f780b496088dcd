"""HL7 v2 data types into FHIR ones: CX, EI, CWE, XPN, XAD, XTN, XCN, XON and PL.

Whatever a FHIR type has no place for stands beside it: the whole value as given, in an extension.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from connectors.hl7v2 import tables
from connectors.hl7v2.moments import date_time, period
from connectors.hl7v2.reading import Value
from connectors.r4 import Tree, as_given


def compact(tree: Tree) -> Tree:
    """Without members that hold nothing."""
    return {name: value for name, value in tree.items() if value not in (None, "", [], {})}


def extended(tree: Tree, *extensions: Tree) -> Tree:
    """With these extensions behind its own."""
    return {**tree, "extension": [*tree.get("extension", []), *extensions]} if extensions else tree


def _with_rest(tree: Tree, value: Value, heard: Iterable[int], whole: Iterable[int] = ()) -> Tree:
    """With the value as given when a component that was not heard says something."""
    tree = compact(tree)
    if tree and not value.says_more_than(frozenset(heard), frozenset(whole)):
        return tree
    return extended(tree, as_given(value.raw))


def concept(value: Value, *, system: str = "") -> Tree:
    """CWE, CE, CNE and bare codes into a CodeableConcept: all its codings, then its original text.

    `system` is that of a bare code of a known table.
    """
    codings, heard = [], {_ORIGINAL_TEXT}
    for places in _CODINGS:
        coding = _coding(value, places, system)
        if coding:
            codings.append(coding)
            heard |= set(places[:4]) if value.text(places[2]) else set(places)
    text = value.text(_ORIGINAL_TEXT)
    if not codings and not text and len(value.raw) == len(value.part(1)):
        text = value.text(1)
        heard.add(1)
    return _with_rest({"coding": codings, "text": text}, value, heard)


# Code, name, system, version and the system's object identifier, each by its component.
_CODINGS = ((1, 2, 3, 7, 14), (4, 5, 6, 8, 17), (10, 11, 12, 13, 20))
_ORIGINAL_TEXT = 9
_CODE = re.compile(r"\S+(?:\s\S+)*")


def _coding(value: Value, places: tuple[int, ...], system: str) -> Tree:
    """One coding; empty when neither code nor name is there, or when the code is no code of FHIR's."""
    code, name, said, version, oid = map(value.text, places)
    if not _CODE.fullmatch(code or name):
        return {}
    known = tables.system_of(said) or tables.uri_of(oid) or ("" if said else system)
    coding = compact({"system": known, "version": version, "code": code, "display": name})
    if said and not known:
        coding["_system"] = {"extension": [as_given(said)]}
    return coding


def coded(member: str, word: str, meanings: Mapping[str, tables.Meaning], default: str = "") -> Tree:
    """A code member of FHIR's own list; the v2 code beside it where it means more or less."""
    meant, exact = meanings.get(word, (default, not word))
    found: Tree = {member: meant} if meant else {}
    return found if exact else {**found, f"_{member}": {"extension": [as_given(word)]}}


def authority(value: Value, component: int) -> Tree:
    """An HD (namespace, universal id, its type) as the system of an identifier, or as given."""
    namespace, universal = value.text(component, 1), value.text(component, 2)
    uri = tables.uri_of(universal) or tables.uri_of(namespace) or tables.system_of(namespace)
    if uri and (not namespace or not universal):
        return {"system": uri}
    given = (
        [as_given(value.part(component))] if value.part(component).strip(value.grammar.subcomponent) else []
    )
    return compact({"system": uri, "_system": {"extension": given} if given else None})


def identifier(value: Value) -> Tree:
    """CX: a number, who gave it, and of what kind it is."""
    kind = value.text(5) if _CODE.fullmatch(value.text(5)) else ""
    tree = {
        **authority(value, 4),
        "value": value.text(1),
        "type": {"coding": [{"system": tables.table("0203"), "code": kind}]} if kind else None,
        "assigner": organisation_name(value.text(6)),
        **period("period", value.text(7), value.text(8)),
    }
    return _with_rest(tree, value, (1, 6, 7, 8, *([5] if kind else [])), whole=(4,))


def entity(value: Value, kind: str = "") -> Tree:
    """EI: an order's or a specimen's number; `kind` of table 0203, such as PLAC or FILL."""
    system = tables.uri_of(value.text(3)) or tables.system_of(value.text(2))
    tree: Tree = {
        "system": system,
        "value": value.text(1),
        "type": {"coding": [{"system": tables.table("0203"), "code": kind}]} if kind else None,
    }
    if value.text(2) and not tables.system_of(value.text(2)):
        tree["_system"] = {"extension": [as_given(value.text(2))]}
    plain = value.text(4) in {"", "ISO", "UUID", "GUID"} and bool(tables.uri_of(value.text(3)))
    return _with_rest(tree, value, (1, 2, 3, 4) if plain else (1, 2))


def organisation_name(name: str) -> Tree | None:
    """A Reference that is a name alone."""
    return {"display": name} if name else None


def human_name(value: Value) -> Tree:
    """XPN."""
    tree = {
        "use": tables.NAME_USE.get(value.text(7)),
        "family": value.text(1),
        "given": [text for text in (value.text(2), value.text(3)) if text],
        "suffix": [text for text in (value.text(4), value.text(6)) if text],
        "prefix": [value.text(5)] if value.text(5) else None,
        **period("period", value.text(12), value.text(13)),
    }
    return _with_rest(tree, value, {1, 2, 3, 4, 5, 6, 12, 13} | ({7} if tree["use"] else set()))


def address(value: Value) -> Tree:
    """XAD."""
    kind = value.text(7)
    tree = {
        "use": tables.ADDRESS_USE.get(kind),
        "type": "postal" if kind == "M" else None,
        "line": [text for text in (value.text(1), value.text(2)) if text],
        "city": value.text(3),
        "district": value.text(9),
        "state": value.text(4),
        "postalCode": value.text(5),
        "country": value.text(6),
        **period("period", value.text(13), value.text(14)),
    }
    used = {1, 2, 3, 4, 5, 6, 9, 13, 14}
    return _with_rest(tree, value, used | ({7} if kind in tables.ADDRESS_USE or kind == "M" else set()))


def contact_point(value: Value, use: str = "") -> Tree:
    """XTN. `use` is that of the field it stands in, where it says none itself."""
    equipment, said = value.text(3), value.text(2)
    parts = [text for text in map(value.text, (5, 6, 7, 8)) if text]
    number = value.text(4) or value.text(1) or value.text(12) or " ".join(parts)
    tree = {
        "system": tables.TELECOM_SYSTEM.get(equipment) or (None if equipment else "phone"),
        "value": number,
        "use": "mobile" if equipment == "CP" else tables.TELECOM_USE.get(said) or (None if said else use),
    }
    used = {4} if value.text(4) else {1} if value.text(1) else {12} if value.text(12) else {5, 6, 7, 8}
    used |= {3} if equipment in tables.TELECOM_SYSTEM else set()
    used |= {2} if said in tables.TELECOM_USE and equipment != "CP" else set()
    return _with_rest(tree, value, used)


def clinician(value: Value) -> Tree:
    """XCN into a Reference by name and number: what a message says of a clinician is no resource."""
    name = " ".join(text for text in map(value.text, (6, 3, 4, 2, 5)) if text)
    number = {**authority(value, 9), "value": value.text(1)} if value.text(1) else None
    whole = (9,) if number else ()
    return _with_rest({"display": name, "identifier": number}, value, range(1, 7), whole)


def organisation(value: Value) -> Tree:
    """XON into a Reference by name and number."""
    code = value.text(10) or value.text(3)
    number = {**authority(value, 6), "value": code} if code else None
    heard = (1, 10) if value.text(10) else (1, 3)
    whole = (6,) if code else ()
    return _with_rest({"display": value.text(1), "identifier": number}, value, heard, whole)


def place(value: Value) -> Tree:
    """PL into a Reference by name, from the bed outwards."""
    inside = (3, 2, 1, 8, 7, 4, 9)
    name = ", ".join(text for text in map(value.text, inside) if text)
    return _with_rest({"display": name}, value, inside)


def annotation(lines: list[str], author: Value, written: str) -> Tree:
    """A comment."""
    who = clinician(author) if author else None
    return compact({"authorReference": who, **date_time("time", written), "text": "\n".join(lines)})
