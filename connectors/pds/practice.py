"""The practice that a person is registered with now: where their GP record is asked for."""

from __future__ import annotations

import re
from typing import Any

from broker.domain.identity import ODS_SYSTEM
from connectors.pds.answers import malformed
from connectors.pds.periods import is_current
from connectors.pds.shapes import mapping, mappings, text

_ODS_CODE = re.compile(r"[A-Z0-9]{3,10}", re.ASCII)


def practice_of(patient: dict[str, Any], today: str | None) -> str | None:
    """Its ODS code; None when no registration is open. Two at once are a fault: neither is chosen."""
    identifiers = [mapping(practice, "identifier") for practice in mappings(patient, "generalPractitioner")]
    codes = {
        text(identifier, "value")
        for identifier in identifiers
        if identifier.get("system") == ODS_SYSTEM and is_current(identifier, today)
    }
    if len(codes) > 1 or not all(_ODS_CODE.fullmatch(code) for code in codes):
        raise malformed()
    return next(iter(codes), None)
