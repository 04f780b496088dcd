"""One partner and a signed list of invented people into a report, every question audited before it is asked.

The kit plays the broker: the same connector, the same transport, the same proof of identity. It keeps
nothing of an answer: what came is judged and let go, and a report holds counts and kinds alone.
"""

from __future__ import annotations

import dataclasses
import hashlib
import uuid
from collections.abc import AsyncIterator, Callable, Iterator
from dataclasses import dataclass, field

from broker.conformance.asking import Asked, Errand, ask
from broker.conformance.content import judge_content
from broker.conformance.endpoint import judge_endpoint, strangers
from broker.conformance.findings import Finding
from broker.conformance.meanings import Weight
from broker.conformance.people import Standing, TestPeople, TestPerson
from broker.conformance.people_judged import judge_person
from broker.conformance.structure import judge_structure
from broker.domain.audit import AuditContext, Ending, Intent
from broker.domain.category import Category
from broker.domain.decision import Effect, Reason
from broker.domain.outcome import OutcomeLabel, PartnerOutcome, Tally
from broker.domain.registration import PartnerRegistration
from broker.domain.requester import RelationshipGround, Requester
from broker.pipeline.fanout import Road
from broker.ports.clock import Clock
from broker.ports.release_store import ReleaseStore

_ISSUER = "watersmeet partner check"
_PURPOSE = "conformance"
_REASON = Reason(topic=_PURPOSE, rule="invented-people-only", effect=Effect.PERMIT)
_WHOLE = frozenset({OutcomeLabel.COMPLETE, OutcomeLabel.PARTIAL})


@dataclass(frozen=True, slots=True, kw_only=True)
class Checker:
    """Who runs the check."""

    name: str
    role: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """What was found of one partner. `slowest_ms` is the slowest single call."""

    partner_id: str
    people: int
    questions: int
    calls: int
    slowest_ms: int
    findings: tuple[Finding, ...]

    @property
    def passed(self) -> bool:
        """Without a fault, whatever else was found."""
        return not any(finding.meaning.weight is Weight.FAULT for finding in self.findings)


@dataclass(slots=True)
class _Seen:
    """What only the whole list can show, gathered question by question; no item is kept."""

    questions: int = 0
    calls: int = 0
    slowest_s: float = 0.0
    pages_most: int = 0
    categories: set[Category] = field(default_factory=set)

    def add(self, asked: Asked) -> None:
        self.questions += 1
        self.calls += asked.calls
        self.slowest_s = max(self.slowest_s, asked.slowest_s)
        self.pages_most = max(self.pages_most, asked.pages)
        self.categories.update(item.category for item in asked.items)

    def unproved(self, supplies: frozenset[Category]) -> Iterator[Finding]:
        """What no test person could show."""
        if self.pages_most <= 1:
            yield Finding("pages-unseen")
        for category in sorted(supplies - self.categories - {Category.UNCLASSIFIED}):
            yield Finding("supplied-unseen", str(category))


@dataclass(frozen=True, slots=True, kw_only=True)
class Kit:
    """Everything that a check needs. `open_road` makes a road with a registration's credentials."""

    registration: PartnerRegistration
    open_road: Callable[[PartnerRegistration], Road]
    store: ReleaseStore
    clock: Clock
    checker: Checker
    deadline_s: float

    async def check(self, people: TestPeople) -> Report:
        """Ask for everybody on the list, the known ones twice, and judge what came. Raises ServiceDown."""
        findings = [one async for one in judge_endpoint(self.registration, self.clock.now())]
        seen = _Seen()
        road = self.open_road(self.registration)
        try:
            async for one, found in self._everybody(road, people):
                seen.add(one)
                findings += found
        finally:
            await road.transport.aclose()
        findings += seen.unproved(self.registration.supplies)
        async for finding in self._as_strangers(people):
            findings.append(finding)
        return Report(
            partner_id=self.registration.partner_id,
            people=len(people.people),
            questions=seen.questions,
            calls=seen.calls,
            slowest_ms=round(seen.slowest_s * 1000),
            findings=tuple(_counted(findings)),
        )

    async def _everybody(self, road: Road, people: TestPeople) -> AsyncIterator[tuple[Asked, list[Finding]]]:
        for person in people.people:
            asked = await self._ask(road, person, people)
            found = list(judge_person(asked, self.registration, self.deadline_s, locates=road.locates))
            if asked.ending.label in _WHOLE:
                found += judge_content(asked.items, self.clock.now())
                found += judge_structure(asked.items)
            yield asked, found
            if person.standing is Standing.KNOWN and asked.ending.label in _WHOLE:
                again = await self._ask(road, person, people)
                yield again, [] if _same(asked, again) else [Finding("changes-when-asked-again")]

    async def _as_strangers(self, people: TestPeople) -> AsyncIterator[Finding]:
        """The same question by callers whom the endpoint should turn away."""
        person = next(one for one in people.people if one.standing is Standing.KNOWN)
        for name, credentials in strangers(self.registration).items():
            road = self.open_road(dataclasses.replace(self.registration, credentials=credentials))
            try:
                asked = await self._ask(road, person, people)
            finally:
                await road.transport.aclose()
            if asked.ending.label in _WHOLE or asked.ending.label is OutcomeLabel.NO_RECORD:
                yield Finding(name)

    async def _ask(self, road: Road, person: TestPerson, people: TestPeople) -> Asked:
        """One question: the intent is durable before it, and how it ended is recorded after it."""
        context = AuditContext(
            request_id=str(uuid.uuid4()),
            requester=self._requester(people),
            numbers=person.identity.numbers,
            interaction=_PURPOSE,
        )
        now = self.clock.now()
        sequence = await self.store.record_intent(Intent(context=context, at=now, reasons=(_REASON,)))
        errand = Errand(
            requester=self._requester(people),
            intent_sequence=sequence,
            correlation_id=context.request_id,
            deadline_s=self.deadline_s,
        )
        asked = await ask(road, self.registration, person, errand, self.clock)
        ending = Ending(
            context=context,
            at=self.clock.now(),
            intent_sequence=sequence,
            ended="checked",
            outcomes=(_outcome(self.registration.partner_id, asked),),
        )
        await self.store.record_ending(ending)
        return asked

    def _requester(self, people: TestPeople) -> Requester:
        return Requester(
            issuer=_ISSUER,
            user_id=self.checker.name,
            user_name=self.checker.name,
            organisation_ods=people.asked_from,
            roles=(self.checker.role,),
            purpose=_PURPOSE,
            relationship=RelationshipGround.NONE,
        )


def _outcome(partner_id: str, asked: Asked) -> PartnerOutcome:
    """Everything that came was looked at and set aside: nothing was shown to anybody."""
    normalised = asked.normalised
    tally = Tally(
        received=normalised.received,
        repeated=normalised.repeated,
        unreadable=normalised.unreadable,
        quarantined=normalised.quarantined,
        withheld=len(normalised.resources) + normalised.unproved,
    )
    return PartnerOutcome(
        partner_id=partner_id, label=asked.ending.label, cause=asked.ending.cause, tally=tally
    )


def _same(one: Asked, other: Asked) -> bool:
    return _digests(one) == _digests(other)


def _digests(asked: Asked) -> set[tuple[str, bytes]]:
    return {(item.local_reference, hashlib.sha256(item.raw).digest()) for item in asked.items}


def _counted(findings: list[Finding]) -> Iterator[Finding]:
    """The same finding at the same place once, with how often; faults first, in the order found."""
    times: dict[tuple[str, str], int] = {}
    for finding in findings:
        key = (finding.name, finding.where)
        times[key] = times.get(key, 0) + finding.times
    order = list(Weight)
    for (name, where), count in sorted(
        times.items(), key=lambda one: order.index(Finding(one[0][0]).meaning.weight)
    ):
        yield Finding(name, where, count)
