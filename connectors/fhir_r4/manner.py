"""A registration's settings into the manner of one FHIR R4 server."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from broker.domain.category import Category, types_in
from connectors.settings import Settings

PLAIN, EPIC, CERNER = "plain", "epic", "cerner"
EVERYTHING, BY_TYPE = "everything", "by-type"
POST, GET = "post", "get"
BARE, TYPED = "bare", "typed"

COUNT_MAX = 1_000
SEARCHABLE_TYPES = types_in(Category) - {"Patient"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Manner:
    """How one server is spoken to. The words are the ones that a registration's file uses."""

    manner: str
    ask: str
    search_by: str
    reference: str
    count: int
    types: frozenset[str]
    narrow_everything: bool
    strict: bool

    @property
    def is_epic(self) -> bool:
        """Epic asks for categories, and puts what it has to say in its own outcome codes."""
        return self.manner == EPIC


def read_manner(given: Mapping[str, object]) -> Manner:
    """Check the settings. Raises SettingFault, a ValueError, naming the setting and the remedy."""
    settings = Settings(given)
    manner = settings.word("manner", (PLAIN, EPIC, CERNER), PLAIN)
    read = Manner(
        manner=manner,
        ask=settings.word("ask", (EVERYTHING, BY_TYPE), EVERYTHING if manner == PLAIN else BY_TYPE),
        search_by=settings.word("search_by", (POST, GET), POST),
        reference=settings.word("reference", (BARE, TYPED), BARE),
        count=settings.whole("count", 100, least=1, most=COUNT_MAX),
        types=settings.words("types", SEARCHABLE_TYPES, SEARCHABLE_TYPES),
        narrow_everything=settings.flag("narrow_everything", default=False),
        strict=settings.flag("strict", default=False),
    )
    settings.finish()
    return read
