"""What must become of each entry that a partner sent, judged without the broker's rooms.

Shown, withheld, unreadable, quarantined or repeated. Only "withheld" needs the reader's ruling, and a reason
that can be named; where there is none, an entry that is not shown is lost.
"""

from __future__ import annotations

import enum
import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from broker.domain.category import SUPPORTING_TYPES, Category, categories_of_type, category_of
from broker.domain.decision import Decision
from tests.conservation.splitting import Answer, Sent, identifiers
from tests.support.records import ALL, ENDPOINT

# These say of nobody in particular what they are.
NOBODYS = SUPPORTING_TYPES | {"Medication", "Substance", "Endpoint", "Questionnaire", "PlanDefinition"}
_DIGITS = re.compile(rb"[0-9]+")
Tree = dict[str, Any]


class Fate(enum.StrEnum):
    """The parts that received must equal."""

    SHOWN = "shown"
    WITHHELD = "withheld"
    UNREADABLE = "unreadable"
    QUARANTINED = "quarantined"
    REPEATED = "repeated"
    EITHER = "shown or withheld"


@dataclass(frozen=True, slots=True)
class Fated:
    """One entry, and what must become of it."""

    sent: Sent
    fate: Fate
    tree: Tree = field(repr=False, default_factory=dict)


class _Twice(ValueError):
    """A member stands twice in one object."""


def _once(pairs: Sequence[tuple[str, Any]]) -> Tree:
    tree = dict(pairs)
    if len(tree) != len(pairs):
        raise _Twice
    return tree


def _readable(sent: Sent) -> Tree | None:
    """The tree of what can be read in one way alone, and says its type and its id."""
    if not sent.readable:
        return None
    try:
        tree = json.loads(sent.raw, object_pairs_hook=_once)
    except ValueError:
        return None
    whole = isinstance(tree, dict) and tree.get("resourceType") and tree.get("id") and _says_its_state(tree)
    return tree if whole else None


def _says_its_state(tree: Tree) -> bool:
    """A state that is no CodeableConcept cannot be read, and so nobody knows whether the item holds."""
    states = (tree.get(member) for member in ("clinicalStatus", "verificationStatus"))
    return all(isinstance(one.get("coding", []), list) for one in states if isinstance(one, dict))


def fates(answer: Answer) -> list[Fated]:
    """Every entry that came from one partner, in order."""
    found: list[Fated] = []
    seen: set[bytes] = set()
    names = _names_of_person(answer.received)
    for sent in answer.received:
        tree = _readable(sent)
        if tree is None:
            found.append(Fated(sent, Fate.UNREADABLE))
        elif sent.raw in seen:
            found.append(Fated(sent, Fate.REPEATED, tree))
        else:
            seen.add(sent.raw)
            found.append(Fated(sent, _proved(tree, names) or Fate.EITHER, tree))
    return found


def _names_of_person(received: Iterable[Sent]) -> frozenset[str]:
    """How this partner may name the person: by its first Patient, the one that was given a number."""
    own = next(iter(received))
    name = f"Patient/{json.loads(own.raw)['id']}"
    return frozenset({name, f"{ENDPOINT}/{name}", own.full_url or name})


def _proved(tree: Tree, names: frozenset[str]) -> Fate | None:
    """Quarantined when it names another, or nobody though it should; None when it is the person's."""
    kind = tree["resourceType"]
    if kind == "Patient":
        return None if f"Patient/{tree['id']}" in names else Fate.QUARANTINED
    subjects = list(_subjects(tree))
    if any(not _means(subject, names) for subject in subjects):
        return Fate.QUARANTINED
    if subjects or kind in NOBODYS:
        return None
    return Fate.WITHHELD if categories_of_type(kind) == {Category.UNCLASSIFIED} else Fate.QUARANTINED


def _subjects(tree: Tree) -> Iterator[Tree]:
    for member in ("subject", "patient", "beneficiary", "for"):
        named = tree.get(member)
        yield from (one for one in (named if isinstance(named, list) else [named]) if one is not None)
    for participant in tree.get("participant") or ():
        actor = participant.get("actor") if isinstance(participant, dict) else None
        if isinstance(actor, dict) and _may_be_patient(actor):
            yield actor


def _may_be_patient(actor: Tree) -> bool:
    said = actor.get("reference")
    return "Patient/" in said or "urn:" in said or "#" in said if said else actor.get("type") == "Patient"


def _means(subject: Tree, names: frozenset[str]) -> bool:
    said = subject.get("reference")
    if not said or (subject.get("identifier") or {}).get("system", "").endswith("nhs-number"):
        return False  # a number in this material is never the person's, who was given a new one
    if said.startswith("#"):
        return False
    return said.partition("/_history/")[0] in names


def may_be_withheld(one: Fated, ruling: Decision, others: Mapping[str, bool]) -> bool:
    """Whether a reason can be named. `others`: of each name that this partner gives an entry, whether the
    entry is shown.
    """
    tree, kind = one.tree, one.tree["resourceType"]
    if one.fate is Fate.WITHHELD or closed_by_itself(one, ruling):
        return True
    said_there = list(references(tree))
    if kind in SUPPORTING_TYPES and not others.get(f"referred to {kind}/{tree['id']}", False):
        return True
    whole = ruling.categories >= ALL and not ruling.withholds and not ruling.resource_types
    partly = not whole or bool(ruling.hidden_classes)
    gone = [said for said in said_there if not others.get(said, True)]
    return bool(gone) or (partly and bool(said_there)) or _holds(tree)


def closed_by_itself(one: Fated, ruling: Decision) -> bool:
    """Its category or type is closed, it is labelled or coded as of a class, or it is objected to."""
    tree, kind = one.tree, one.tree["resourceType"]
    if kind not in SUPPORTING_TYPES:
        if category_of(kind, codes_of_kind(tree)) not in ruling.categories:
            return True
        if ruling.resource_types and kind not in ruling.resource_types:
            return True
    if ruling.hidden_classes and _of_a_class(one, ruling):
        return True
    named = set(identifiers(tree))
    return any(not named or named & set(withhold.items) or _unsure(tree) for withhold in ruling.withholds)


def codes_of_kind(tree: Tree) -> list[str]:
    """The codes that may move an item out of its type's own category."""
    return _codes(tree.get("code" if tree["resourceType"] in {"List", "Basic", "Task"} else "category"))


def _of_a_class(one: Fated, ruling: Decision) -> bool:
    meta = one.tree.get("meta")
    labelled = isinstance(meta, dict) and meta.get("security")
    digits = set(_DIGITS.findall(one.sent.raw))
    coded = any(digits & codes for codes in ruling.hidden_classes.codes.values())
    return bool(labelled or coded or one.tree.get("securityLabel") or one.tree.get("confidentiality"))


def _unsure(tree: Tree) -> bool:
    """An identifier without its system or its value could be any."""
    given = tree.get("identifier")
    every = given if isinstance(given, list) else [given]
    return any(isinstance(each, dict) and not (each.get("system") and each.get("value")) for each in every)


def _holds(tree: Tree) -> bool:
    """What stands inside it is judged as well, and may take it along."""
    return bool(tree.get("contained"))


def _codes(concepts: Any) -> list[str]:
    every = concepts if isinstance(concepts, list) else [concepts]
    return [
        coding["code"]
        for concept in every
        if isinstance(concept, dict)
        for coding in concept.get("coding") or ()
        if coding.get("code")
    ]


def references(node: Any) -> Iterator[str]:
    """The text of every reference, at any depth."""
    if isinstance(node, dict):
        if isinstance(node.get("reference"), str):
            yield node["reference"]
        for value in node.values():
            yield from references(value)
    elif isinstance(node, list):
        for value in node:
            yield from references(value)
