"""What the privacy officer is told at once: that something waits for review, and nothing of whom it is about.

The alert is a log line with the record's number; whoever holds the keys reads the rest in the store, where
it waits for review whatever became of the line.
"""

from __future__ import annotations

import structlog

from broker.domain.decision import Judgement
from broker.domain.grant import Grant
from broker.domain.grant_life import claimed
from broker.domain.policy import Topic
from broker.domain.requester import Requester
from broker.pipeline.audit import Trail
from broker.pipeline.services import Services

_ALERT = "alert-privacy-officer"
_log = structlog.get_logger(__name__)


def tell_of_grant(record: int, grant: Grant) -> None:
    """Emergency access was opened."""
    _log.warning(
        "emergency-access-opened", sequence=record, ground=grant.ground, organisation=grant.organisation_ods
    )


async def tell_of_claim(judgement: Judgement, requester: Requester, trail: Trail, services: Services) -> None:
    """Keep a self-claimed relationship for review, and tell of it: once for each session and person.

    Durable before anybody is asked. Raises ServiceDown.
    """
    if not any(one.topic == Topic.RELATIONSHIPS and one.rule == _ALERT for one in judgement.reasons):
        return
    event = claimed(requester, trail.context.numbers, services.clock.now())
    record = await services.store.claim_relationship(event, trail.context)
    if record is not None:
        ods = requester.organisation_ods
        _log.warning("relationship-self-claimed", sequence=record, organisation=ods)
