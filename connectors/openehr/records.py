"""What was found, prescribed, done or planned, one part of an entry each, into its R4 resource."""

from __future__ import annotations

from connectors.openehr.codes import concept
from connectors.openehr.part import Part, dated
from connectors.openehr.shapes import mapping, mappings, text
from connectors.openehr.standing import ABATEMENT, standing_of, state_of, status_of
from connectors.openehr.statuses import UNKNOWN
from connectors.r4 import Tree

_OBSERVATION_CATEGORY = "http://terminology.hl7.org/CodeSystem/observation-category"
_NULL_FLAVOR = {"system": "http://terminology.hl7.org/CodeSystem/v3-NullFlavor", "code": "UNK"}
_ONSET = {"EVALUATION.problem_diagnosis": "at0077"}


def observation(part: Part) -> Tree:
    """One event of an observation, with the time of that event."""
    event: Tree = next(iter(mappings(mapping(part.tree, "data"), "events")), {})
    time = text(event, "time", "value") or text(part.tree, "data", "origin", "value") or part.frame.start
    found: Tree = {"status": status_of(part), "code": part.code, **dated("effectiveDateTime", time)}
    if part.section.fhir_category:
        coding = {"system": _OBSERVATION_CATEGORY, "code": part.section.fhir_category}
        found["category"] = [{"coding": [coding]}]
    return found


def condition(part: Part) -> Tree:
    """A problem, with when it began and ended where its archetype says so."""
    return {
        **standing_of(part, "Condition"),
        "code": part.about(),
        **part.dated("onsetDateTime", _ONSET),
        **part.dated("abatementDateTime", ABATEMENT),
        **dated("recordedDate", part.frame.start),
    }


def allergy(part: Part) -> Tree:
    """A reaction that may happen again."""
    return {
        **standing_of(part, "AllergyIntolerance"),
        "code": part.about(),
        **dated("recordedDate", part.frame.start),
    }


def prescription(part: Part) -> Tree:
    """One medicine that was ordered."""
    return {
        "status": status_of(part),
        "intent": "order",
        "medicationCodeableConcept": part.about(),
        **dated("authoredOn", part.frame.start),
    }


def medicine(part: Part) -> Tree:
    """A medicine that was given or taken."""
    return {
        "status": state_of(part),
        "medicationCodeableConcept": part.about(),
        **dated("effectiveDateTime", text(part.tree, "time", "value")),
    }


def procedure(part: Part) -> Tree:
    """What was done, or was not."""
    time = text(part.tree, "time", "value") or part.frame.start
    return {"status": state_of(part), "code": part.about(), **dated("performedDateTime", time)}


def service(part: Part) -> Tree:
    """One service that was asked for."""
    start = dated("authoredOn", part.frame.start)
    return {"status": status_of(part), "intent": "order", "code": part.about(), **start}


def plan(part: Part) -> Tree:
    """A plan, called what its entry or composition is called."""
    title = text(part.tree, "name", "value")
    start = dated("created", part.frame.start)
    return {"status": state_of(part), "intent": "plan", **({"title": title} if title else {}), **start}


def flag(part: Part) -> Tree:
    """It stands in the current version of the record, so it is active: what R4 would call its end is not
    of the reference model, and stays with the other values.
    """
    period = dated("start", part.frame.start)
    return {
        "status": status_of(part, "active"),
        "code": part.about(),
        **({"period": period} if period else {}),
    }


def encounter(part: Part) -> Tree:
    """A contact. It is finished when it says so, or when its composition has an end."""
    context = mapping(part.frame.tree, "context")
    setting = concept(context.get("setting"), part.frame.archetype).get("coding") or [_NULL_FLAVOR]
    ended = text(context, "end_time", "value")
    period = {**dated("start", part.frame.start), **dated("end", ended)}
    return {
        "status": status_of(part, "finished" if ended else UNKNOWN),
        "class": setting[0],
        "type": [part.code],
        **({"period": period} if period else {}),
    }
