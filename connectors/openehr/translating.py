"""A composition in canonical JSON, or one of its entries, into R4 resources that say all that it says.

Pure. Every value is found again with its name: in R4's own member where there is one, and among the
archetyped values or components. What cannot be read at all is listed with its original.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from broker.domain.category import Category
from broker.domain.identity import NHS_NUMBER_SYSTEM
from broker.domain.json_bytes import UnreadableJson, lossless_tree, parse_strict, write_tree
from connectors.openehr.frame import Frame, feeder_identifiers, security_of
from connectors.openehr.leaves import Leaf, archetype_of, leaves_of
from connectors.openehr.part import Part
from connectors.openehr.resources import BUILDERS, kind_of, person_in
from connectors.openehr.sections import COMPOSITION, SECTIONS, Section, section_of
from connectors.openehr.shapes import mapping, mappings, text, type_of
from connectors.r4 import ListedReason, Tree, listed, stable_id

ENTRIES = frozenset({"OBSERVATION", "EVALUATION", "INSTRUCTION", "ACTION", "ADMIN_ENTRY", "GENERIC_ENTRY"})
COMPOSITION_UID = "https://watersmeet.example/fhir/openehr/composition"
ENTRY_UID = "https://watersmeet.example/fhir/openehr/entry"
_NAMESPACE = "uk.nhs.nhs_number"


def translate_composition(
    composition: bytes,
    ehr_id: str = "unknown",
    *,
    sections: Sequence[Section] = SECTIONS,
    namespace: str = _NAMESPACE,
) -> tuple[bytes, ...]:
    """Everything in one composition. Bytes that are no JSON are listed whole as well."""
    tree = _tree_of(composition)
    content = tree.get("content")
    if type_of(tree) != COMPOSITION or not isinstance(content, (list, type(None))):
        return (_listed(Category.UNCLASSIFIED, composition, ehr_id),)
    frame = Frame(ehr_id, tree)
    found = list(_of_frame(frame, sections))
    for entry, way in _entries(content or []):
        found += translate_entry(entry, frame, sections=sections, way=way, namespace=namespace)
    return tuple(found) or (write_tree(_of_the_rest(frame)),)


def translate_entry(
    entry: object,
    frame: Frame,
    *,
    sections: Sequence[Section] = SECTIONS,
    way: tuple[str, ...] = (),
    namespace: str = _NAMESPACE,
) -> tuple[bytes, ...]:
    """One entry of `frame`'s composition: a resource for each of its events or activities."""
    tree = entry if isinstance(entry, dict) else {}
    archetype, kind = archetype_of(tree), type_of(tree)
    section = section_of(archetype, kind, sections)
    if kind not in ENTRIES or section is None:
        return (_listed(Category.UNCLASSIFIED, write_tree(entry), frame.ehr_id),)
    if not _is_about_the_person(mapping(tree, "subject"), namespace):
        reason = ListedReason.UNKNOWN_KIND  # an item about a relative is no item of the person's own in R4
        return (
            write_tree(listed(section.category, reason, write_tree(tree), subject=_person(frame.ehr_id))),
        )
    return tuple(
        write_tree(_resource(_part(section, part, archetype, frame, way), namespace))
        for part in parts_of(tree)
    )


def parts_of(entry: Tree) -> list[Tree]:
    """Each event of an observation and each activity of an instruction stands for itself."""
    data = mapping(entry, "data")
    events = mappings(data, "events")
    if len(events) > 1 and len(events) == len(data["events"]):
        return [{**entry, "data": {**data, "events": [event]}} for event in events]
    activities = mappings(entry, "activities")
    if len(activities) > 1 and len(activities) == len(entry["activities"]):
        return [{**entry, "activities": [activity]} for activity in activities]
    return [entry]


def _tree_of(composition: bytes) -> Tree:
    try:
        parse_strict(composition)
    except UnreadableJson:
        return {}
    tree = lossless_tree(composition)
    return tree if isinstance(tree, dict) else {}


def _entries(items: Iterable[object], way: tuple[str, ...] = ()) -> Iterator[tuple[object, tuple[str, ...]]]:
    """Every entry under every heading, with the headings that it stands under."""
    for item in items:
        inner = item.get("items", []) if isinstance(item, dict) and type_of(item) == "SECTION" else None
        if isinstance(item, dict) and isinstance(inner, list):
            yield from _entries(inner, (*way, text(item, "name", "value")))
        else:
            yield item, way


def _of_frame(frame: Frame, sections: Sequence[Section]) -> Iterator[bytes]:
    """The contact or the plan itself, where the composition is one."""
    section = section_of(frame.archetype, COMPOSITION, sections)
    if section is not None:
        yield write_tree(_of_composition(frame, section))


def composition_of(frame: Frame, sections: Sequence[Section]) -> bytes:
    """A composition that was asked for itself, as a contact or a plan; any other is of no category."""
    section = section_of(frame.archetype, COMPOSITION, sections)
    return write_tree(_of_composition(frame, section or Section(Category.UNCLASSIFIED, COMPOSITION, "Basic")))


def _of_composition(frame: Frame, section: Section) -> Tree:
    """What a composition says itself, without its entries."""
    return _resource(_part(section, {"name": frame.tree.get("name")}, frame.archetype, frame, ()), "")


def _of_the_rest(frame: Frame) -> Tree:
    """A composition without entries says something all the same."""
    return _of_composition(frame, Section(Category.DOCUMENTS, COMPOSITION, "Basic"))


def _part(section: Section, tree: Tree, archetype: str, frame: Frame, way: tuple[str, ...]) -> Part:
    said = {name: value for name, value in tree.items() if name != "name"}
    leaves = tuple(leaves_of(said, "", archetype, way))
    return Part(section=section, tree=tree, archetype=archetype, leaves=leaves, frame=frame, way=way)


def _resource(part: Part, namespace: str) -> Tree:
    kind, frame = kind_of(part), part.frame
    everything = (*part.leaves, *frame.leaves)
    security = security_of(everything)
    components, others = _as_components(part) if kind == "Observation" else ([], list(part.leaves))
    extensions = [leaf.extension() for leaf in (*others, *frame.leaves)]
    subject = _subject(part, namespace)
    identifiers = list(_identifiers(part))
    return {
        "resourceType": kind,
        "id": stable_id(frame.ehr_id, frame.uid, kind, write_tree(part.tree)),
        **({"meta": {"security": security}} if security else {}),
        **({"extension": extensions} if extensions else {}),
        **({"identifier": identifiers} if identifiers else {}),
        **BUILDERS[kind](part),
        **person_in(kind, subject),
        **({"component": components} if components else {}),
    }


def _as_components(part: Part) -> tuple[list[Tree], list[Leaf]]:
    """The elements as components; what no component may hold, and what is no element, beside them."""
    components: list[Tree] = []
    others: list[Leaf] = []
    for leaf in part.leaves:
        component = leaf.component() if leaf.node else None
        if component is None:
            others.append(leaf)
        else:
            components.append(component)
    return components, others


def _identifiers(part: Part) -> Iterator[Tree]:
    """An entry's own id and those of the systems that fed it. A composition's id is no entry's: several
    entries share it.
    """
    uid = text(part.tree, "uid", "value")
    if uid:
        yield {"system": ENTRY_UID, "value": uid}
    if part.section.rm_class == COMPOSITION and part.frame.uid:
        yield {"system": COMPOSITION_UID, "value": part.frame.uid}
        yield from feeder_identifiers(part.frame.tree)
    yield from feeder_identifiers(part.tree)


def _subject(part: Part, namespace: str) -> Tree:
    """The person whose EHR it stands in; with the number that the entry itself names, so that one which
    names somebody else contradicts.
    """
    found: Tree = {"reference": _person(part.frame.ehr_id)}
    number = number_in(mapping(part.tree, "subject"), namespace)
    return {**found, "identifier": {"system": NHS_NUMBER_SYSTEM, "value": number}} if number else found


def number_in(party: Tree, namespace: str) -> str:
    """The NHS number of a party: its reference's under the namespace, or an identifier's."""
    reference = mapping(party, "external_ref")
    if namespace and text(reference, "namespace") == namespace:
        return text(reference, "id", "value")
    for identifier in mappings(party, "identifiers"):
        if {namespace, NHS_NUMBER_SYSTEM} & {text(identifier, "issuer"), text(identifier, "type")}:
            return text(identifier, "id")
    return ""


def _is_about_the_person(subject: Tree, namespace: str) -> bool:
    """An entry with no subject, or with itself as its subject, is about whose EHR it is."""
    if type_of(subject) == "PARTY_IDENTIFIED":
        return bool(number_in(subject, namespace))
    return type_of(subject) in {"", "PARTY_SELF"}


def _person(ehr_id: str) -> str:
    return f"Patient/{ehr_id}"


def _listed(category: Category, original: bytes, ehr_id: str) -> bytes:
    return write_tree(listed(category, ListedReason.SHAPE, original, subject=_person(ehr_id)))
