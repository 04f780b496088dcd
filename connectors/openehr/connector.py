"""One ask to an openEHR server: find the person's EHR, query for what is permitted, read every page."""

from __future__ import annotations

from collections.abc import Generator, Mapping, Sequence
from typing import Any

from broker.domain.category import types_in
from broker.domain.outcome import Cause, OutcomeLabel
from broker.domain.query import LocalIdentity, PartnerAsk
from broker.ports.connector import Conversation, Ending, Entry, Learned, Page, Step
from connectors.openehr.ehr import Ehr, read_again
from connectors.openehr.lookup import ehr_of, look_up, verified
from connectors.openehr.manner import Manner, read_manner
from connectors.openehr.paging import Budget, Reading, take_all
from connectors.openehr.sections import Section


class OpenEhr:
    """Bound to one server's manner. Holds nothing of anybody between calls."""

    def __init__(self, manner: Manner) -> None:
        """`manner` is the registration's, checked."""
        self._manner = manner

    def fetch(self, ask: PartnerAsk, /) -> Conversation:
        """Pages as they were read, then how it ended. A known id saves the look-up, and never the proof: the
        EHR is read beside the queries. An id that the server no longer knows is looked up anew, once.
        """
        if ask.local is not None:
            ending = yield from self._known(ask, ask.local.local_id)
            if ending is not None:
                return ending
        found = yield from look_up(ask, self._manner)
        if isinstance(found, Ending):
            return found
        patient = found.patient(self._manner.namespace)
        yield Learned(LocalIdentity(local_id=found.ehr_id, patient=patient))
        readings, budget = self._readings(ask, found.ehr_id), Budget.of(ask.limits)
        entries: list[Entry] = []
        if readings:
            answers = yield tuple(reading.request() for reading in readings)
            entries = yield from take_all(readings, answers, budget)
        return (yield from self._read_on(ask, found, readings, entries, budget))

    def _known(self, ask: PartnerAsk, ehr_id: str) -> Generator[Step, Any, Ending | None]:
        """Ask under a known id. None when the server does not know it any more."""
        readings, budget = self._readings(ask, ehr_id), Budget.of(ask.limits)
        first, *answers = yield (read_again(ehr_id), *(reading.request() for reading in readings))
        ehr = ehr_of(first)
        if ehr is None or isinstance(ehr, Ending):
            return ehr
        if ehr.ehr_id != ehr_id:
            return Ending(OutcomeLabel.IDENTITY_MISMATCH, Cause.WRONG_PATIENT)
        proved = yield from verified(ehr, ask, self._manner)
        if isinstance(proved, Ending):
            return proved
        entries = yield from take_all(readings, answers, budget)
        return (yield from self._read_on(ask, proved, readings, entries, budget))

    def _readings(self, ask: PartnerAsk, ehr_id: str) -> list[Reading]:
        return [Reading(section, ehr_id, self._manner) for section in _wanted(ask, self._manner)]

    def _read_on(
        self, ask: PartnerAsk, ehr: Ehr, readings: Sequence[Reading], entries: list[Entry], budget: Budget
    ) -> Conversation:
        """The first page with the Patient before it, then every other."""
        failures = [reading.ended for reading in readings if reading.ended and reading.failed]
        if failures and len(failures) == len(readings):
            return Ending(*failures[0])
        yield Page((Entry(raw=ehr.patient(self._manner.namespace)), *entries))
        while unread := [reading for reading in readings if reading.ended is None]:
            answers = yield tuple(reading.request() for reading in unread)
            entries = yield from take_all(unread, answers, budget)
            if entries:
                yield Page(tuple(entries))
        return _ending(ask, self._manner, ehr, readings)


def _wanted(ask: PartnerAsk, manner: Manner) -> list[Section]:
    """One query for each section of what is permitted. What is not is never asked for."""
    return [
        section
        for section in manner.sections
        if section.category in ask.categories & manner.offered
        and (not ask.resource_types or section.kind in ask.resource_types)
    ]


def _ending(ask: PartnerAsk, manner: Manner, ehr: Ehr, readings: Sequence[Reading]) -> Ending:
    """Whole only when every section was; partial otherwise, for the first reason."""
    ended = [reading.ended for reading in readings if reading.ended]
    causes = [cause for label, cause in ended if label is not OutcomeLabel.COMPLETE]
    if ehr.may_be_left_out_of_queries:
        causes.append(Cause.PARTNER_WARNING)
    otherwise = ask.resource_types and any(reading.came_otherwise for reading in readings)
    if otherwise or any(_cannot_be_asked(section, ask, manner) for section in manner.sections):
        causes.append(Cause.NOT_OFFERED)
    return Ending(OutcomeLabel.PARTIAL, causes[0]) if causes else Ending(OutcomeLabel.COMPLETE)


def _cannot_be_asked(section: Section, ask: PartnerAsk, manner: Manner) -> bool:
    """True for a section that is permitted and wanted, and that the server has not, or has in no form of the
    types that were asked for. An answer without it is not the whole.
    """
    if section.category not in ask.categories:
        return False
    if not ask.resource_types:
        return section.category not in manner.offered
    wanted = types_in({section.category}) & ask.resource_types
    return bool(wanted) and (section.category not in manner.offered or section.kind == "Basic")


def create(settings: Mapping[str, object]) -> OpenEhr:
    """Raises ValueError naming the setting and the remedy."""
    return OpenEhr(read_manner(settings))
