"""PID with PD1 and NK1 into the Patient that proves whose the rest of the message is."""

from __future__ import annotations

from broker.domain.identity import NHS_NUMBER_SYSTEM
from connectors.hl7v2 import tables
from connectors.hl7v2.datatypes import (
    address,
    clinician,
    coded,
    compact,
    concept,
    contact_point,
    human_name,
    identifier,
    organisation,
)
from connectors.hl7v2.items import Item
from connectors.hl7v2.moments import date, date_time, period
from connectors.hl7v2.places import Surroundings, finished, noted, notes_of
from connectors.hl7v2.reading import Value
from connectors.hl7v2.taking import Taking
from connectors.r4 import Tree, as_given

# The number itself, by how an assigning authority or table 0203 name it.
_NHS_OID = "2.16.840.1.113883.2.1.4.1"
_NHS_KIND = "NH"
_FLAGS = {"Y": True, "N": False}
_EVERY_NUMBER = (2, 3, 4)
_WHOLE_NUMBER_DIGITS = 3


def patient(item: Item, around: Surroundings) -> Tree:
    """The Patient; everything after it in the message is about it."""
    pid = Taking(item.head, 1)
    notes, comments = notes_of(item)
    numbers = [value for number in _EVERY_NUMBER for value in pid.values(number)]
    tree = {
        "resourceType": "Patient",
        "id": around.known_id("Patient", item.written),
        "identifier": [_identifier(value, around.number_authority) for value in numbers],
        "name": [human_name(value) for value in (*pid.values(5), *pid.values(9))],
        "telecom": [
            *(contact_point(value, "home") for value in pid.values(13)),
            *(contact_point(value, "work") for value in pid.values(14)),
            *(contact_point(value) for value in pid.values(40)),
        ],
        **coded("gender", pid.text(8), tables.GENDER),
        **date("birthDate", pid.text(7)),
        **_death(pid),
        "address": [address(value) for value in pid.values(11)],
        "maritalStatus": _if(pid.one(16), "0002"),
        **_one_of_several(pid),
        "contact": [_next_of_kin(member) for member in item.members if member.head.name == "NK1"],
        "communication": [{"language": concept(value)} for value in pid.values(15)],
    }
    general, practice = _practice(item)
    tree["generalPractitioner"] = general
    return noted(finished(tree, [pid, *practice, *comments], item, "PD1"), notes)


def _identifier(value: Value, number_authority: str) -> Tree:
    """A CX. The NHS number goes by its own system, however the partner names who gave it."""
    named = {value.text(4, 1), value.text(4, 2)}
    known = number_authority in named or _NHS_OID in named
    found = identifier(value)
    if not known and value.text(5) != _NHS_KIND:
        return found
    found.pop("_system", None)
    given = {} if known or not value.part(4) else {"_system": {"extension": [as_given(value.part(4))]}}
    return {**found, "system": NHS_NUMBER_SYSTEM, **given}


def _death(pid: Taking) -> Tree:
    when = date_time("deceasedDateTime", pid.text(29))
    if when and pid.segment.first(30).text() in {"", "Y"}:
        pid.one(30)
        return when
    return {} if when else _flag("deceasedBoolean", pid.text(30))


def _one_of_several(pid: Taking) -> Tree:
    """Which of twins, or that it was a birth of several."""
    order = pid.segment.first(25).text()
    if order.isdecimal() and order.isascii() and len(order) < _WHOLE_NUMBER_DIGITS:
        pid.one(25)
        return {"multipleBirthInteger": int(order)}
    return _flag("multipleBirthBoolean", pid.text(24))


def _flag(member: str, word: str) -> Tree:
    """Y or N; any other word stands as given."""
    if word in _FLAGS:
        return {member: _FLAGS[word]}
    return {f"_{member}": {"extension": [as_given(word)]}} if word else {}


def _if(value: Value, table: str) -> Tree | None:
    return concept(value, system=tables.table(table)) if value else None


def _practice(item: Item) -> tuple[list[Tree], list[Taking]]:
    takings = [Taking(segment) for segment in item.followed_by("PD1")]
    general = [organisation(value) for one in takings for value in one.values(3)]
    general += [clinician(value) for one in takings for value in one.values(4)]
    return general, takings


def _next_of_kin(item: Item) -> Tree:
    """NK1."""
    kin = Taking(item.head, 1)
    tree = {
        "relationship": [concept(value, system=tables.table("0063")) for value in kin.values(3)],
        "name": human_name(kin.one(2)) if kin.one(2) else None,
        "telecom": [
            *(contact_point(value, "home") for value in kin.values(5)),
            *(contact_point(value, "work") for value in kin.values(6)),
        ],
        "address": address(kin.one(4)) if kin.one(4) else None,
        **coded("gender", kin.text(15), tables.GENDER),
        **period("period", kin.text(8), kin.text(9)),
    }
    return finished(compact(tree), [kin], item)
