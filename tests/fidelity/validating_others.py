"""What the translators of the other connectors make of public material, shown to both judges of structure."""

from __future__ import annotations

from pathlib import Path

from broker.domain.json_bytes import lossless_tree
from connectors.openehr.translating import translate_composition
from connectors.rest_json import PLUGIN
from connectors.rest_json.items import entry_of
from tests.fidelity.agreement_hl7v2 import TranslateMessage, messages
from tests.fidelity.reading import exact
from tests.fidelity.sources import sources
from tests.fidelity.validating import Validation
from tests.support.real_data import PROJECT

COMPOSITIONS = "openehr"
COUNCIL = PROJECT / "config" / "mappings" / "stu3-social-care.yaml"


def of_messages(folder: Path, translate: TranslateMessage) -> Validation:
    """The R4 of every HL7 v2 message."""
    validation = Validation()
    for name, message in messages(folder):
        for raw in translate(message):
            validation.show(name, exact(raw))
    return validation


def of_compositions(folder: Path) -> Validation:
    """The R4 of every openEHR composition."""
    validation = Validation()
    for path in sorted((folder / COMPOSITIONS).glob("*.json")):
        for raw in translate_composition(path.read_bytes()):
            validation.show(path.name, exact(raw))
    return validation


def of_a_council(folder: Path) -> Validation:
    """The R4 of every STU3 resource for which the council's mapping of a REST API has a section."""
    mapping = PLUGIN.create({"mapping": str(COUNCIL)})._mapping
    sections = {section.listing.path: section for section in mapping.sections}
    validation = Validation()
    for record in sources(folder, {}):
        for raw in record.resources:
            section = sections.get(exact(raw).get("resourceType", ""))
            if section is not None:
                made = entry_of(lossless_tree(raw), section, mapping.system, "410771")
                validation.show(record.name, exact(made.raw))
    return validation
