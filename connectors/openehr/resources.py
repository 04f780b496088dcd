"""One part of an entry into the R4 resource that its section names."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from broker.domain.category import LISTED_SYSTEM, listed_code
from connectors.openehr.codes import ARCHETYPE, concept
from connectors.openehr.frame import Frame
from connectors.openehr.leaves import Leaf
from connectors.openehr.sections import Section
from connectors.openehr.shapes import mapping, mappings, text
from connectors.openehr.values import date_of
from connectors.r4 import Tree, as_given

_OBSERVATION_CATEGORY = "http://terminology.hl7.org/CodeSystem/observation-category"
_CLINICAL = "http://terminology.hl7.org/CodeSystem/{}-clinical"
_VERIFIED = {
    "Condition": "http://terminology.hl7.org/CodeSystem/condition-ver-status",
    "AllergyIntolerance": "http://terminology.hl7.org/CodeSystem/allergyintolerance-verification",
}
_NULL_FLAVOR = {"system": "http://terminology.hl7.org/CodeSystem/v3-NullFlavor", "code": "UNK"}

# Where an archetype keeps what the entry is about (Clinical Knowledge Manager): its concept, without the
# version, into the node. A specialised node, as in `at0002.1`, is that node.
_MAIN: Mapping[str, str] = {
    "EVALUATION.adverse_reaction_risk": "at0002",
    "EVALUATION.adverse_reaction": "at0002",
    "EVALUATION.problem_diagnosis": "at0002",
    "EVALUATION.health_risk": "at0002",
    "EVALUATION.goal": "at0002",
    "EVALUATION.medication_summary": "at0002",
    "INSTRUCTION.medication_order": "at0070",
    "INSTRUCTION.service_request": "at0121",
    "ACTION.medication": "at0020",
    "ACTION.procedure": "at0002",
}
_ONSET = {"EVALUATION.problem_diagnosis": "at0077"}
_ABATEMENT = {"EVALUATION.problem_diagnosis": "at0030"}
_VERIFICATION = {"EVALUATION.problem_diagnosis": "at0073", "EVALUATION.adverse_reaction_risk": "at0063"}
_CLINICAL_STATUS = {"CLUSTER.problem_qualifier": "at0003"}
_VERIFICATION_CODES: Mapping[str, Mapping[str, str]] = {
    "Condition": {
        "suspected": "provisional",
        "probable": "provisional",
        "confirmed": "confirmed",
        "refuted": "refuted",
    },
    "AllergyIntolerance": {
        "suspected": "unconfirmed",
        "likely": "unconfirmed",
        "confirmed": "confirmed",
        "refuted": "refuted",
    },
}
_STATUS_WORDS = frozenset({"active", "inactive", "resolved"})
_ENDED = frozenset({"inactive", "resolved"})

# openEHR terminology, group "instruction states", into R4's statuses.
_STATES: Mapping[str, Mapping[str, str]] = {
    "Procedure": {
        "245": "in-progress",
        "524": "preparation",
        "526": "preparation",
        "527": "preparation",
        "528": "not-done",
        "529": "preparation",
        "530": "on-hold",
        "531": "stopped",
        "532": "completed",
    },
    "MedicationStatement": {
        "245": "active",
        "526": "intended",
        "527": "intended",
        "528": "not-taken",
        "529": "intended",
        "530": "on-hold",
        "531": "stopped",
        "532": "completed",
    },
    "CarePlan": {
        "245": "active",
        "528": "revoked",
        "530": "on-hold",
        "531": "revoked",
        "532": "completed",
    },
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """What becomes one resource: an entry, or one event or activity of it, within its composition."""

    section: Section
    tree: Tree = field(repr=False)
    archetype: str
    leaves: tuple[Leaf, ...] = field(repr=False)
    frame: Frame = field(repr=False)

    @property
    def concept(self) -> str:
        """The archetype without its model and version, such as `EVALUATION.goal`."""
        return concept_of(self.archetype)

    @property
    def code(self) -> Tree:
        """What the entry is called, and the archetype that says what such an entry is."""
        own = {"system": ARCHETYPE, "code": self.archetype} if self.archetype else {}
        found = concept(self.tree.get("name"), self.archetype)
        return {**found, "coding": [*found.get("coding", ()), own]} if own else found

    def about(self) -> Tree:
        """What the entry is about, where its archetype says so; else what it is called."""
        value = self._at(_MAIN)
        return concept(value, self.archetype) if value else self.code

    def _at(self, nodes: Mapping[str, str]) -> Tree:
        for leaf in self.leaves:
            node = nodes.get(concept_of(leaf.archetype))
            if node and leaf.node.partition(".")[0] == node and isinstance(leaf.value, dict):
                return leaf.value
        return {}

    def dated(self, member: str, nodes: Mapping[str, str]) -> Tree:
        """A date of the entry's own, where its archetype has one."""
        value = self._at(nodes)
        if value.get("magnitude_status") not in {
            None,
            "=",
        }:  # before, after or about that day is not that day
            return {f"_{member}": {"extension": [as_given(value)]}}
        return dated(member, text(value, "value"))

    def verification(self, kind: str) -> Tree:
        """How sure the writer was. A refuted item must never look like one that stands."""
        return self._status("verificationStatus", _VERIFICATION, _VERIFIED[kind], _VERIFICATION_CODES[kind])

    def clinical(self, kind: str, system: str) -> Tree:
        """Whether it stands. One that says when it ended has ended."""
        codes = {word: word for word in _STATUS_WORDS}
        said = self._status("clinicalStatus", _CLINICAL_STATUS, system, codes)
        if (
            not said
            and kind == "AllergyIntolerance"
            and text(self._at(_VERIFICATION), "value").lower() in codes
        ):
            return self._status("clinicalStatus", _VERIFICATION, system, codes)
        ended = text(said, "clinicalStatus", "text").lower() in _ENDED
        if self._at(_ABATEMENT) and not ended:
            return {"clinicalStatus": {"coding": [{"system": system, "code": "resolved"}]}}
        return said

    def _status(self, member: str, nodes: Mapping[str, str], system: str, codes: Mapping[str, str]) -> Tree:
        value = self._at(nodes)
        if not value:
            return {}
        found = concept(value, self.archetype)
        code = codes.get(text(value, "value").strip().lower())
        if code:
            found["coding"] = [{"system": system, "code": code}, *found.get("coding", ())]
        return {member: found}

    def state(self) -> str:
        """The status that the state of an action means in R4; `unknown` when it does not say."""
        given = text(self.tree, "ism_transition", "current_state", "defining_code", "code_string")
        return _STATES[self.section.kind].get(given, "unknown")


def concept_of(archetype: str) -> str:
    """An archetype's class and concept: without model, specialisation and version."""
    return archetype.removeprefix("openEHR-EHR-").rpartition(".v")[0].partition("-")[0]


def dated(member: str, given: str) -> Tree:
    """A date member; where R4 cannot hold it, the text as given beside the gap."""
    if not given:
        return {}
    spelt, as_it_stands = date_of(given)
    beside = {f"_{member}": {"extension": [as_given(as_it_stands)]}} if as_it_stands else {}
    return {member: spelt, **beside} if spelt else beside


def _observation(part: Part) -> Tree:
    event: Tree = next(iter(mappings(mapping(part.tree, "data"), "events")), {})
    time = text(event, "time", "value") or text(part.tree, "data", "origin", "value") or part.frame.start
    found: Tree = {"status": "unknown", "code": part.code, **dated("effectiveDateTime", time)}
    if part.section.fhir_category:
        coding = {"system": _OBSERVATION_CATEGORY, "code": part.section.fhir_category}
        found["category"] = [{"coding": [coding]}]
    return found


def _condition(part: Part) -> Tree:
    return {
        **part.clinical("Condition", _CLINICAL.format("condition")),
        **part.verification("Condition"),
        "code": part.about(),
        **part.dated("onsetDateTime", _ONSET),
        **part.dated("abatementDateTime", _ABATEMENT),
        **dated("recordedDate", part.frame.start),
    }


def _allergy(part: Part) -> Tree:
    return {
        **part.clinical("AllergyIntolerance", _CLINICAL.format("allergyintolerance")),
        **part.verification("AllergyIntolerance"),
        "code": part.about(),
        **dated("recordedDate", part.frame.start),
    }


def _prescription(part: Part) -> Tree:
    return {
        "status": "unknown",
        "intent": "order",
        "medicationCodeableConcept": part.about(),
        **dated("authoredOn", part.frame.start),
    }


def _medicine(part: Part) -> Tree:
    return {
        "status": part.state(),
        "medicationCodeableConcept": part.about(),
        **dated("effectiveDateTime", text(part.tree, "time", "value")),
    }


def _procedure(part: Part) -> Tree:
    time = text(part.tree, "time", "value") or part.frame.start
    return {"status": part.state(), "code": part.about(), **dated("performedDateTime", time)}


def _service(part: Part) -> Tree:
    start = dated("authoredOn", part.frame.start)
    return {"status": "unknown", "intent": "order", "code": part.about(), **start}


def _plan(part: Part) -> Tree:
    title = text(part.tree, "name", "value")
    start = dated("created", part.frame.start)
    return {"status": part.state(), "intent": "plan", **({"title": title} if title else {}), **start}


def _flag(part: Part) -> Tree:
    """It stands in the current version of the record, so it is active: what R4 would call its end is not
    of the reference model, and stays with the other values.
    """
    period = dated("start", part.frame.start)
    return {"status": "active", "code": part.about(), **({"period": period} if period else {})}


def _encounter(part: Part) -> Tree:
    context = mapping(part.frame.tree, "context")
    setting = concept(context.get("setting"), part.frame.archetype).get("coding") or [_NULL_FLAVOR]
    ended = text(context, "end_time", "value")
    period = {**dated("start", part.frame.start), **dated("end", ended)}
    return {
        "status": "finished" if ended else "unknown",
        "class": setting[0],
        "type": [part.code],
        **({"period": period} if period else {}),
    }


def _basic(part: Part) -> Tree:
    coding = {"system": LISTED_SYSTEM, "code": listed_code(part.section.category)}
    found = part.code
    return {"code": {**found, "coding": [coding, *found.get("coding", ())]}}


BUILDERS: Mapping[str, Callable[[Part], Tree]] = {
    "Observation": _observation,
    "Condition": _condition,
    "AllergyIntolerance": _allergy,
    "MedicationRequest": _prescription,
    "MedicationStatement": _medicine,
    "Procedure": _procedure,
    "ServiceRequest": _service,
    "CarePlan": _plan,
    "Flag": _flag,
    "Encounter": _encounter,
    "Basic": _basic,
}
# Where a kind names its person, when not in `subject`.
SUBJECT_MEMBER: Mapping[str, str] = {"AllergyIntolerance": "patient"}
