"""The trail of one request: intent before anybody is asked, disclosure before a byte leaves, and an end.

Nothing can be half-filled: the trail opens before authentication and every record is made from it, so a
refusal holds the same fields as a release.
"""

from __future__ import annotations

import asyncio
import dataclasses
from collections.abc import Generator, Iterable

import msgspec
import structlog

from broker.domain.audit import (
    AuditContext,
    Disclosure,
    DocumentListed,
    DocumentSent,
    Ending,
    Intent,
    JudgedOn,
    Refusal,
    RegisterReading,
    ReleasedItem,
)
from broker.domain.decision import Judgement, Reason
from broker.domain.errors import BrokerError, ServiceDown
from broker.domain.identity import NhsNumber, PatientIdentity
from broker.domain.outcome import PartnerOutcome
from broker.domain.requester import Requester
from broker.domain.resource import Header, Resource
from broker.pipeline.question import Question
from broker.ports.clock import Clock
from broker.ports.release_store import ReleaseStore
from broker.ports.sealer import Sealer

_ITEMS_IN_A_SLICE = 200
_log = structlog.get_logger(__name__)


class Trail:
    """What each stage contributes to the records of one request."""

    def __init__(self, question: Question, store: ReleaseStore, clock: Clock) -> None:
        self._store = store
        self._clock = clock
        self._reasons: tuple[Reason, ...] = ()
        self._intending: asyncio.Future[int] | None = None
        self.intent_sequence: int | None = None
        self.outcomes: tuple[PartnerOutcome, ...] = ()
        self.context = AuditContext(
            request_id=question.request_id,
            requester=None,
            interaction=question.interaction.value,
            resource_types=question.resource_types,
            client_address=question.client_address,
            reconstructs=question.on_file.record if question.on_file else 0,
            approved_by=question.approved_by,
        )

    def asked_by(self, requester: Requester) -> None:
        """Authentication succeeded."""
        self.context = dataclasses.replace(self.context, requester=requester)

    def about(self, numbers: frozenset[NhsNumber]) -> None:
        """Identification found whom the request is about; the index may add a number."""
        self.context = dataclasses.replace(self.context, numbers=self.context.numbers | numbers)

    def under(self, grant_id: str) -> None:
        """The request names emergency access, or opens it: our own id of it."""
        self.context = dataclasses.replace(self.context, grant_id=grant_id)

    def judged(self, judgement: Judgement, on: JudgedOn) -> None:
        """A decision was made; the newest one is what the records name."""
        self._reasons = judgement.reasons
        self.context = dataclasses.replace(
            self.context,
            policy_revision=judgement.revision,
            objection_version=judgement.objection_version,
            judged_on=on,
        )

    async def intend(self) -> int:
        """Durable before the index or a partner is contacted. It is written to its end even when the
        client leaves meanwhile, so that its own end can be recorded too.
        """
        intent = Intent(context=self.context, at=self._clock.now(), reasons=self._reasons)
        self._intending = asyncio.ensure_future(self._store.record_intent(intent))
        self.intent_sequence = await asyncio.shield(self._intending)
        return self.intent_sequence

    async def release(
        self,
        items: tuple[ReleasedItem, ...],
        outcomes: tuple[PartnerOutcome, ...],
        document: DocumentListed | None = None,
    ) -> None:
        """Durable before the first byte leaves; raises ObjectionsChanged or GrantChanged when it
        may not leave so.
        """
        await self._store.release(
            Disclosure(
                context=self.context,
                at=self._clock.now(),
                intent_sequence=self.intent_sequence or 0,
                reasons=self._reasons,
                outcomes=outcomes,
                items=items,
                document=document,
            )
        )

    async def reads_register(self) -> None:
        """Durable before anything of the register leaves."""
        reading = RegisterReading(context=self.context, at=self._clock.now(), reasons=self._reasons)
        await self._store.record_reading(reading)

    async def turned_away(self, error: BrokerError) -> None:
        """The request ends with `error`: a refusal, and the end of an intent if there was one.

        Raises ServiceDown when the refusal itself cannot be written.
        """
        cause = error.cause
        if self.intent_sequence is None or error.status < 500:  # noqa: PLR2004 - our refusals are 4xx
            refusal = Refusal(context=self.context, at=self._clock.now(), cause=cause, reasons=self._reasons)
            await self._store.record_refusal(refusal)
        await self.ended("refused" if error.status < 500 else "failed", cause)  # noqa: PLR2004 - as above

    async def ended(
        self, how: str, cause: str = "", *, bytes_sent: int = 0, document: DocumentSent | None = None
    ) -> None:
        """How a request that had an intent ended."""
        if self.intent_sequence is None:
            return
        await self._store.record_ending(
            Ending(
                context=self.context,
                at=self._clock.now(),
                intent_sequence=self.intent_sequence,
                ended=how,
                cause=cause,
                bytes_sent=bytes_sent,
                outcomes=self.outcomes,
                document=document,
            )
        )

    async def ended_after_all(
        self, how: str, cause: str = "", *, bytes_sent: int = 0, document: DocumentSent | None = None
    ) -> None:
        """As `ended`, when nobody waits for it any more: a store that is down is logged, not raised.

        A disclosure without its ending over-reports, which is the safe direction.
        """
        try:
            if self.intent_sequence is None and self._intending is not None:
                self.intent_sequence = await self._intending
            await self.ended(how, cause, bytes_sent=bytes_sent, document=document)
        except ServiceDown as down:
            _log.error("store-failed", service=down.service)


def released_items(
    shown: Iterable[Resource], sealer: Sealer
) -> Generator[None, None, tuple[ReleasedItem, ...]]:
    """Proof of each item that is shown, without its content. In slices: every item's bytes are digested."""
    items = []
    for count, resource in enumerate(shown, start=1):
        items.append(released_item(resource, sealer))
        if count % _ITEMS_IN_A_SLICE == 0:
            yield
    return tuple(items)


def released_person(patient: PatientIdentity, shown: bytes, index_id: str, sealer: Sealer) -> ReleasedItem:
    """Proof of the index's Patient, over the bytes shown. Its id there is the number, which is not kept."""
    header = msgspec.json.decode(patient.resource, type=Header)
    return ReleasedItem(
        partner_id=index_id,
        resource_type="Patient",
        local_id="",
        version=_version(header),
        digest=sealer.digest(shown),
    )


def released_item(resource: Resource, sealer: Sealer) -> ReleasedItem:
    """Proof of one item, over the bytes that its partner wrote."""
    header = resource.header
    return ReleasedItem(
        partner_id=resource.partner_id,
        resource_type=header.resourceType,
        local_id=header.id or "",
        version=_version(header),
        digest=sealer.digest(resource.given or resource.raw),
    )


def _version(header: Header) -> str:
    return (header.meta.versionId or "") if header.meta else ""
