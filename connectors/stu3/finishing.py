"""What cannot be said member by member: elements of which one value decides what another means in R4."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from connectors.r4 import AS_GIVEN, Tree, as_given, is_instant
from connectors.stu3.carrying import ROOT, append_extension
from connectors.stu3.context import Context
from connectors.stu3.one_or_many import as_list, only
from connectors.stu3.operations import show_prose
from connectors.stu3.shape import Finish, absent, give_beside
from connectors.stu3.tables.codes import CODES

_ERROR = "entered-in-error"
# An empty list says nothing, as an absent member does.
_NOT_NEGATED: tuple[object, ...] = (None, False, "false", [])
_INTENTS = frozenset(CODES["request-intent"].split())


def _finish_extension(source: Tree, out: Tree, _context: Context) -> None:
    """An extension has a name, and either a value or extensions of its own."""
    if "url" not in out or "_url" in out:
        out.clear()
        out.update({"url": AS_GIVEN, **as_given(source)})
        return
    values = [name for name in out if name.lstrip("_").startswith("value")]
    if not values and "extension" not in out:
        out["extension"] = [absent()]
    elif values and "extension" in out:
        held = {name: out.pop(name) for name in values}
        append_extension(out, {"url": f"{ROOT}Extension.value", **held})


def _override(path: str, out: Tree, status: str) -> None:
    """R4 says in the status what STU3 said in a member of its own. STU3's status is kept."""
    if out.get("status") in {status, _ERROR}:
        return
    if "status" in out:
        append_extension(out, {"url": ROOT + path, "valueCode": out["status"]})
    out["status"] = status


def _finish_statement(source: Tree, out: Tree, _context: Context) -> None:
    """Not taken is a status in R4. GP Connect writes `unk` always: it says nothing about the medicine."""
    if only(source.get("taken")) == "n":
        _override("MedicationStatement.status", out, "not-taken")


def _negated(kind: str, member: str, status: str) -> Finish:
    """`member` says that it did not happen; so does one that cannot be read, in doubt."""

    def finish(source: Tree, out: Tree, _context: Context) -> None:
        if only(source.get(member)) not in _NOT_NEGATED:
            _override(f"{kind}.status", out, status)

    return finish


def _finish_quantity(_source: Tree, out: Tree, _context: Context) -> None:
    """A number beside a comparator that cannot be read is not that number: both stand as given."""
    if "_comparator" in out and "comparator" not in out and "value" in out:
        give_beside(out, "value", out.pop("value"))


def _finish_document(source: Tree, out: Tree, _context: Context) -> None:
    """Where nobody says when the document was indexed, its own date orders it among the others."""
    if "date" not in out and "_date" not in out and is_instant(source.get("created")):
        out["date"] = source["created"]


def _finish_device_request(source: Tree, out: Tree, _context: Context) -> None:
    """The intent was a concept and is a code: the one of its codes that R4 knows."""
    intent = source.get("intent")
    codings = intent.get("coding") if type(intent) is dict else None
    codes = [each.get("code") for each in as_list(codings) if type(each) is dict]
    known = [code for code in codes if type(code) is str and code in _INTENTS]
    if len(known) == 1:
        out["intent"] = known[0]
    else:
        out["_intent"] = {"extension": [absent()]}


FINISHES: Mapping[str, Finish] = MappingProxyType(
    {
        "Extension": _finish_extension,
        "Reference": show_prose,
        "MedicationStatement": _finish_statement,
        "MedicationAdministration": _negated("MedicationAdministration", "notGiven", "not-done"),
        "MedicationDispense": _negated("MedicationDispense", "notDone", "declined"),
        "Immunization": _negated("Immunization", "notGiven", "not-done"),
        "Procedure": _negated("Procedure", "notDone", "not-done"),
        "Communication": _negated("Communication", "notDone", "not-done"),
        "FamilyMemberHistory": _negated("FamilyMemberHistory", "notDone", "health-unknown"),
        **dict.fromkeys(("Quantity", "Age", "Count", "Distance", "Duration"), _finish_quantity),
        "DocumentReference": _finish_document,
        "DeviceRequest": _finish_device_request,
    }
)
