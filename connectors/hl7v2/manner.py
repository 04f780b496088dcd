"""A registration's settings into how one hospital is spoken to."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from connectors.hl7v2.reading import CHARSETS, UTF_8
from connectors.hl7v2.translating import NHS
from connectors.settings import SettingFault, Settings

_WORD = re.compile(r"[A-Za-z0-9][A-Za-z0-9 ._-]{0,39}", re.ASCII)
_DESCRIBED = "up to 40 letters, digits, spaces, dots, dashes and underscores"
_VERSIONS = ("2.5.1", "2.5", "2.6", "2.7", "2.7.1", "2.8")
_RECORDS_MOST = 1_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Manner:
    """Names for the header, the query that the site agreed to answer, and how much a page may hold."""

    sending_application: str
    sending_facility: str
    receiving_application: str
    receiving_facility: str
    query_code: str
    query_name: str
    number_authority: str
    records_per_page: int
    character_set: str
    version: str
    processing: str


def read_manner(given: Mapping[str, object]) -> Manner:
    """Raises SettingFault naming the setting and the remedy."""
    settings = Settings(given)

    def word(name: str, usual: str = "") -> str:
        return settings.text(name, _WORD, _DESCRIBED) or usual

    manner = Manner(
        query_code=word("query_code"),
        query_name=word("query_name", "Record of one person"),
        sending_application=word("sending_application", "WATERSMEET"),
        sending_facility=word("sending_facility"),
        receiving_application=word("receiving_application"),
        receiving_facility=word("receiving_facility"),
        number_authority=word("number_authority", NHS),
        records_per_page=settings.whole("records_per_page", 50, least=1, most=_RECORDS_MOST),
        character_set=settings.word("character_set", tuple(CHARSETS), UTF_8),
        version=settings.word("version", _VERSIONS, "2.5.1"),
        processing=settings.word("processing", ("P", "T"), "P"),
    )
    settings.finish()
    if not manner.query_code:
        raise SettingFault("`query_code` is missing. Write the code of the query that this site answers.")
    return manner
