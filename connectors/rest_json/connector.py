"""One ask to a system with a REST API of its own: find the person, prove them, read what is permitted."""

from __future__ import annotations

import re
from collections.abc import Generator, Mapping
from pathlib import Path
from typing import Any

from broker.domain.category import Category, types_in
from broker.domain.outcome import Cause, OutcomeLabel
from broker.domain.query import LocalIdentity, PartnerAsk
from broker.files import FileFault
from broker.ports.connector import (
    Conversation,
    Ending,
    Entry,
    HttpRequest,
    HttpResponse,
    Learned,
    Page,
    Pause,
    Step,
)
from connectors.r4 import Tree
from connectors.rest_json.answers import MALFORMED, NotAnAnswer, read_object, refused
from connectors.rest_json.items import entry_of, is_restricted
from connectors.rest_json.mapping import MappingFile, Person, Section
from connectors.rest_json.paging import Budget, Reading, endings, next_round
from connectors.rest_json.paths import look
from connectors.rest_json.person import (
    RESTRICTED_THERE,
    SOMEBODY_ELSE,
    Found,
    Verdict,
    find,
    patient_of,
    verdict_of,
)
from connectors.rest_json.reading import read_mapping
from connectors.settings import SettingFault, Settings

_ID_UNKNOWN = frozenset({404, 410})
_FILE = re.compile(r"[^\x00-\x1f]{1,1024}")
_RECORDS_BETWEEN_PAUSES = 20


class RestJson:
    """Bound to one partner's mapping. Holds nothing of anybody between calls."""

    def __init__(self, mapping: MappingFile) -> None:
        """`mapping` is the registration's, checked."""
        self._mapping = mapping
        # Every call that this registration may make: its manifest cannot know the mapping's paths.
        self.reads = mapping.reads

    def fetch(self, ask: PartnerAsk, /) -> Conversation:
        """The person's Patient and the permitted sections, then how it ended. A known local id saves the
        search, never the proof; one that the partner no longer knows is looked up anew, once.
        """
        if ask.local is not None:
            ending = yield from self._ask(ask, Found(ask.local.local_id))
            if ending is not None:
                return ending
        found = yield from find(ask, self._mapping)
        if isinstance(found, Ending):
            return found
        ending = yield from self._ask(ask, found)
        return ending or Ending(OutcomeLabel.INVALID, Cause.STATUS)

    def _ask(self, ask: PartnerAsk, found: Found) -> Generator[Step, Any, Ending | None]:
        """Everything under a local id. None when the partner does not know that id."""
        proved = yield from self._prove(ask, found.local_id)
        if not isinstance(proved, bytes):
            return proved
        if not found.doubted:  # a doubt must come up again with the next question
            yield Learned(LocalIdentity(local_id=found.local_id, patient=proved))
        return (yield from self._read(ask, found, Entry(raw=proved)))

    def _prove(self, ask: PartnerAsk, local_id: str) -> Generator[Step, Any, bytes | Ending | None]:
        """The Patient of the person's own record, which must itself agree and be open."""
        answer: HttpResponse = yield HttpRequest(
            method="GET",
            path=self._mapping.person.path.replace("{id}", local_id),
            headers={"Accept": "application/json"},
        )
        return None if answer.status in _ID_UNKNOWN else self._judge(answer, ask, local_id)

    def _judge(self, answer: HttpResponse, ask: PartnerAsk, local_id: str) -> bytes | Ending:
        """The Patient of an answer, or why it is not shown."""
        refusal = refused(answer)
        if refusal is not None:
            return Ending(*refusal)
        record = _record_in(answer.body, self._mapping.person)
        if record is None:
            return Ending(*MALFORMED)
        if verdict_of(record, self._mapping.match, ask.patient) is not Verdict.MATCH:
            return SOMEBODY_ELSE
        if is_restricted(record, self._mapping.restricted):
            return RESTRICTED_THERE
        return patient_of(record, self._mapping, local_id)

    def _read(self, ask: PartnerAsk, found: Found, patient: Entry) -> Generator[Step, Any, Ending]:
        """Every page of every section. The Patient goes first, with whatever came beside it."""
        sections = [section for section in self._mapping.sections if _is_asked(section, ask)]
        readings = [Reading(section.listing, local_id=found.local_id) for section in sections]
        of_reading = {id(reading): section for reading, section in zip(readings, sections, strict=True)}
        budget, opening = Budget.of(ask.limits), [patient]
        while any(reading.ended is None for reading in readings):
            came = yield from next_round(readings, budget)
            entries = yield from self._entries(came, of_reading, found.local_id)
            if all(reading.failed for reading in readings):
                return endings(readings)[0]
            if entries or opening:
                yield Page((*opening, *entries))
                opening = []
        if opening:
            yield Page(tuple(opening))
        missing = [] if self._offers(ask.categories) and not self._skips(ask) else [Cause.NOT_OFFERED]
        return _ending(readings, [*missing, Cause.NO_PROOF] if found.doubted else missing)

    def _entries(
        self, came: list[tuple[Reading, list[Any]]], sections: Mapping[int, Section], local_id: str
    ) -> Generator[Pause, None, list[Entry]]:
        entries: list[Entry] = []
        for reading, records in came:
            section = sections[id(reading)]
            for record in records:
                entries.append(entry_of(record, section, self._mapping.system, local_id))
                if len(entries) % _RECORDS_BETWEEN_PAUSES == 0:
                    yield Pause()
        return entries

    def _offers(self, categories: frozenset[Category]) -> bool:
        """True when the mapping has a section for each category that this partner is asked for."""
        offered = {section.category for section in self._mapping.sections}
        return categories <= offered | {Category.DEMOGRAPHICS}

    def _skips(self, ask: PartnerAsk) -> bool:
        """True when every type of a category was asked for, and a section of it makes another: an answer
        without it is not the whole of the category.
        """
        skipped = [
            one
            for one in self._mapping.sections
            if one.category in ask.categories and not _is_asked(one, ask)
        ]
        return any(types_in({one.category}) <= ask.resource_types for one in skipped)


def _record_in(body: bytes, person: Person) -> Tree | None:
    try:
        tree = read_object(body, person.expect)
    except NotAnAnswer:
        return None
    record = look(tree, person.record.steps, {})[1] if person.record else tree
    return record if isinstance(record, dict) else None


def _is_asked(section: Section, ask: PartnerAsk) -> bool:
    types = {item.resource_type for item in section.items} | {"Basic"}
    return section.category in ask.categories and (
        not ask.resource_types or not types.isdisjoint(ask.resource_types)
    )


def _ending(readings: list[Reading], missing: list[Cause]) -> Ending:
    """Whole only when every section was and nothing else is `missing`; partial for the first reason."""
    causes = [one.cause for one in endings(readings) if one.label is not OutcomeLabel.COMPLETE] + missing
    return Ending(OutcomeLabel.PARTIAL, causes[0]) if causes else Ending(OutcomeLabel.COMPLETE)


def create(settings: Mapping[str, object]) -> RestJson:
    """Raises ValueError naming the setting or the mapping file's line, and the remedy."""
    given = Settings(settings)
    path = given.text("mapping", _FILE, "the path of a mapping file")
    given.finish()
    if not path:
        raise SettingFault("`mapping` is missing. Name the mapping file of this partner.")
    try:
        return RestJson(read_mapping(Path(path)))
    except FileFault as fault:
        raise SettingFault(f"`mapping`: {fault}") from None
