"""The state of one section as an extension of the completeness outcome, for machines, with its sentence.

A holder's label, cause and time stand once, in the completeness extension of its partner; here it is named.
"""

from __future__ import annotations

from typing import Any

from broker.domain.view import Holder, SectionState, SourceWarning
from broker.pipeline.presentation.completeness_words import UNNAMED, section_words

SECTION = "https://watersmeet.example/fhir/StructureDefinition/section"


def section_extension(section: SectionState) -> dict[str, Any]:
    """Category, state, how many are shown, every holder, what is missing, each warning, and the sentence."""
    parts: list[dict[str, Any]] = [
        {"url": "category", "valueCode": section.category.value},
        {"url": "state", "valueCode": section.state.value},
        {"url": "shown", "valueInteger": section.shown},
    ]
    parts += ({"url": "holder", **_named(one)} for one in section.holders if not one.is_gap)
    parts += (_missing(one) for one in section.gaps)
    parts += ({"url": "statedBy", **_named(one)} for one in section.holders if one.says_none)
    parts += (_warning(one) for one in section.warnings)
    parts.append({"url": "text", "valueString": section_words(section)})
    return {"url": SECTION, "extension": parts}


def _named(who: Holder | SourceWarning) -> dict[str, str]:
    return {"valueCode": who.partner_id} if who.partner_id else {"valueString": who.name or UNNAMED}


def _missing(holder: Holder) -> dict[str, Any]:
    parts = [{"url": "holder", **_named(holder)}, {"url": "label", "valueCode": holder.label}]
    if holder.cause:
        parts.append({"url": "cause", "valueCode": holder.cause})
    return {"url": "missing", "extension": parts}


def _warning(warning: SourceWarning) -> dict[str, Any]:
    code = {"url": "code", "valueCode": warning.code}
    return {"url": "warning", "extension": [code, {"url": "holder", **_named(warning)}]}
