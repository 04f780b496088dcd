"""Two extracts of one practice's record, taken half a year apart, into pairs that a rule finds in them.

Nothing of them is copied. Every item got new names between the extracts, so an item of one is the item of the
other where everything in it but names is the same, and nothing else in either extract is.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from broker.domain.resource import Resource
from broker.domain.view import View
from connectors.stu3 import translate
from tests.fidelity.reading import Tree, exact, source, written
from tests.grouping.judging import Judged, Verdict
from tests.grouping.playing import Merge, view_of
from tests.support.records import finished, patient, read

FOLDER = "gpconnect/structured"
BEFORE, AFTER = "practice", "other-practice"
CLINICAL = frozenset(
    {
        "AllergyIntolerance", "Condition", "DocumentReference", "Encounter", "Immunization",
        "MedicationRequest", "MedicationStatement", "Observation", "ProcedureRequest", "ReferralRequest",
    }
)  # fmt: skip
# Names of records and of who wrote them: the one half was given anew, the other is no part of what is said.
_NAMES = frozenset(
    {"id", "identifier", "groupIdentifier", "meta", "reference", "requester", "recorder", "asserter",
     "performer", "participant"}
)  # fmt: skip
_NOTES = frozenset({"note", "comment", "description"})
_TELLING = frozenset({"code", "vaccineCode", "type", "medicationReference", "reasonCode", "serviceRequested"})
# What makes two items different whatever else they share.
_NEVER_ONE = (
    "status", "clinical", "verification", "effective", "onset", "date", "authored", "occurrence", "period",
    "value", "dosage", "intent", "component", "medication", "notGiven", "indexed",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Extract:
    """One extract: its proved R4, and of each item the STU3 behind it and the whole of what that says."""

    resources: tuple[Resource, ...] = field(repr=False)
    trees: Mapping[str, Tree] = field(repr=False)
    said: Mapping[str, str] = field(repr=False)

    def alone(self) -> Mapping[str, str]:
        """What only one clinical item of it says, and that item's name."""
        counted = Counter(self.said.values())
        return {said: name for name, said in self.said.items() if counted[said] == 1}


def people(folder: Path) -> Iterator[tuple[Path, Path]]:
    """The earlier and the later extract of each person that has both."""
    for earlier in sorted((folder / FOLDER).glob("TC4_*.json")):
        _, number, name, *_rest = earlier.name.split("_")
        for later in (folder / FOLDER).glob(f"TC7_{number}_{name}_*.json"):
            yield earlier, later


def judge_extracts(folder: Path, merge: Merge) -> Iterator[Judged]:
    """Every pair that the rule finds, and every group that holds what no group may."""
    for number, (earlier, later) in enumerate(people(folder), start=1):
        before, after = extract(earlier, BEFORE), extract(later, AFTER)
        view = view_of({BEFORE: before.resources, AFTER: after.resources}, merge)
        yield from (
            Judged(f"extracts {number}: {kind}", found) for kind, found in _pairs(view, before, after)
        )
        for kind in _mixed(view, {BEFORE: before, AFTER: after}):
            yield Judged(f"extracts {number}: a group of {kind} that differ", Verdict.FALSE_MERGE)


def extract(path: Path, place: str) -> Extract:
    """One file through the translator of the practices' connector and through normalisation."""
    given = source("supplier", path.name, path.read_bytes())
    trees = [exact(raw) for raw in given.resources]
    ours = [_as_ours(tree, raw) for tree, raw in zip(trees, given.resources, strict=True)]
    translated = finished(translate(ours))
    entries = [item.entry.raw for item in translated.items if item.entry.readable]
    normalised = read(entries, partner_id=place)
    by_name = {
        _name(exact(item.entry.raw)): trees[item.source]
        for item in translated.items
        if item.entry.readable and trees[item.source]["resourceType"] in CLINICAL
    }
    drugs = {str(tree.get("id")): tree for tree in trees if tree["resourceType"] == "Medication"}
    said = {name: _said(tree, drugs) for name, tree in by_name.items() if _TELLING & tree.keys()}
    return Extract(normalised.resources, by_name, said)


def _as_ours(tree: Tree, raw: bytes) -> bytes:
    """Some of the extracts' numbers are nobody's: the person gets a number that can be asked for."""
    return written(patient(id=tree["id"])).encode() if tree["resourceType"] == "Patient" else raw


def _name(tree: Tree) -> str:
    return f"{tree['resourceType']}/{tree['id']}"


def _said(tree: Tree, drugs: Mapping[str, Tree]) -> str:
    """The whole of an item but names, in one spelling; of a drug that stands elsewhere, its code."""
    drug = tree.get("medicationReference", {}).get("reference", "").rpartition("/")[2]
    return written([_plain(tree), _plain(drugs.get(drug, {}))])


def _plain(node: Any, member: str = "") -> Any:
    if isinstance(node, dict):
        return {name: _plain(node[name], name) for name in sorted(node.keys() - _NAMES)}
    if isinstance(node, list):
        return [_plain(one, member) for one in node]
    if member in _NOTES or member == "text":
        return "".join(letter for letter in node if letter.isalnum())
    return node


def _pairs(view: View, before: Extract, after: Extract) -> Iterator[tuple[str, Verdict]]:
    """Each pair of the rule by its kind, and whether both are in one group."""
    at = {(one.partner_id, one.local_reference): index for index, one in enumerate(view.items)}
    in_groups = [set(group.members) for group in view.groups]
    here, there = before.alone(), after.alone()
    for said in here.keys() & there.keys():
        both = {at[BEFORE, here[said]], at[AFTER, there[said]]}
        grouped = any(both <= members for members in in_groups)
        yield before.trees[here[said]]["resourceType"], Verdict.RIGHT if grouped else Verdict.MISSED


def _mixed(view: View, extracts: Mapping[str, Extract]) -> Iterator[str]:
    """The kind of each group of which two members differ in a state, a date, a value or a dose."""
    for group in view.groups:
        members = [view.items[index] for index in group.members]
        trees = [extracts[one.partner_id].trees.get(one.local_reference) for one in members]
        cores = {written(_core(tree)) for tree in trees if tree is not None}
        if len(cores) > 1:
            yield members[0].header.resourceType


def _core(tree: Tree) -> Tree:
    """States, dates, values and doses, as they were written."""
    kept = {name: tree[name] for name in sorted(tree) if name.startswith(_NEVER_ONE)}
    return {name: _plain(value) for name, value in kept.items() if name != "medicationReference"}
