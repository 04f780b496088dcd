"""What the translators of the other connectors make of public material, shown to both judges of structure."""

from __future__ import annotations

from pathlib import Path

from connectors.openehr.translating import translate_composition
from tests.fidelity.agreement_hl7v2 import TranslateMessage, messages
from tests.fidelity.reading import exact
from tests.fidelity.validating import Validation

COMPOSITIONS = "openehr"


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
