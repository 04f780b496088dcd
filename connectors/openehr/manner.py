"""A registration's settings into the manner of one openEHR server."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from broker.domain.category import Category
from connectors.openehr.sections import Section, with_archetypes
from connectors.settings import SettingFault, Settings

EMPTY, SHORT = "empty", "short"
PAGE_SIZE_MAX = 1_000
NAMESPACE = "uk.nhs.nhs_number"
_NAMESPACE = re.compile(r"[A-Za-z0-9._:/-]{1,200}", re.ASCII)
_CLASSES = "OBSERVATION|EVALUATION|INSTRUCTION|ACTION|ADMIN_ENTRY"
_ONE = rf"[a-z-]+=openEHR-EHR-(?:{_CLASSES})\.[A-Za-z0-9_-]+\.v[0-9]+"
_ARCHETYPES = re.compile(rf"{_ONE}(?: {_ONE})*", re.ASCII)
_SECTIONS = frozenset(Category) - {Category.DEMOGRAPHICS}


@dataclass(frozen=True, slots=True, kw_only=True)
class Manner:
    """How one server is spoken to, and which sections it is asked for."""

    namespace: str
    page_size: int
    last_page: str
    offered: frozenset[Category]
    sections: tuple[Section, ...]


def read_manner(given: Mapping[str, object]) -> Manner:
    """Check the settings. Raises SettingFault, a ValueError, naming the setting and the remedy."""
    settings = Settings(given)
    words = frozenset(map(str, _SECTIONS))
    offered = settings.words("sections", words, words)
    namespace = settings.text("subject_namespace", _NAMESPACE, "a name of letters, digits and `._:/-`")
    described = "words such as `alerts=openEHR-EHR-EVALUATION.risk_uk.v1`, with a space between them"
    archetypes = settings.text("archetypes", _ARCHETYPES, described)
    manner = Manner(
        namespace=namespace or NAMESPACE,
        page_size=settings.whole("page_size", 100, least=1, most=PAGE_SIZE_MAX),
        last_page=settings.word("last_page", (EMPTY, SHORT), EMPTY),
        offered=frozenset(map(Category, offered)),
        sections=with_archetypes(_named(archetypes)),
    )
    settings.finish()
    return manner


def _named(archetypes: str) -> list[tuple[Category, str]]:
    """Each archetype with the category that a partner puts it in."""
    pairs = [word.partition("=") for word in archetypes.split()]
    for place, (category, _, _) in enumerate(pairs, start=1):
        if category not in _SECTIONS:
            valid = ", ".join(f"`{one}`" for one in sorted(_SECTIONS))
            raise SettingFault(f"`archetypes` has no category in word number {place}. Valid: {valid}.")
    return [(Category(category), archetype) for category, _, archetype in pairs]
