"""A statement to a grant of emergency access, judged before anything is opened; and a grant to its end.

It is judged as if nobody had objected, so that no answer here says whether anybody did.
"""

from __future__ import annotations

import asyncio
import datetime as dt
from collections.abc import Mapping

import orjson
import structlog

from broker.domain.decision import Effect, Judgement
from broker.domain.emergency import EmergencyRule
from broker.domain.errors import AlreadyOpened, BadRequest, BrokerError, Forbidden, ServiceDown, TooManyGrants
from broker.domain.grant import Grant
from broker.domain.grant_life import USER_ROLE, GrantEvent, IllegalGrantStep, end, new_grant_id, opened
from broker.domain.identity import NhsNumber
from broker.domain.objection import NOBODY_OBJECTED
from broker.domain.objection_life import Actor
from broker.domain.requester import Requester
from broker.pipeline import alerting
from broker.pipeline.audit import Trail
from broker.pipeline.authentication import authenticate
from broker.pipeline.identification import number_of
from broker.pipeline.judging import judged_on
from broker.pipeline.named_grant import UNKNOWN, known_form
from broker.pipeline.question import Question, Reply, Statement
from broker.pipeline.services import Services
from broker.ports import grant_register
from broker.ports.objection_register import StepTaken

STEPS_MAX = 3
_JSON = {"Content-Type": "application/json"}
_log = structlog.get_logger(__name__)


class OpeningGrant:
    """One statement on its way to a grant."""

    def __init__(self, question: Question, services: Services, trail: Trail) -> None:
        self._question, self._services, self._trail = question, services, trail

    async def reply(self) -> Reply:
        """Authenticate, judge with the grant in hand, and only then record it; the alert goes out behind
        the record, also when the client has left.
        """
        requester = await authenticate(self._question.authorization, self._services.authenticator)
        self._trail.asked_by(requester)
        numbers = await self._numbers(requester)
        assert self._question.statement is not None
        grant, rule = self._granted(self._question.statement, requester, numbers)
        judgement = self._judged(grant, requester)
        if judgement.effect is Effect.DENY or rule is None:
            raise Forbidden
        self._refuse_strangers(grant)
        self._trail.under(grant.grant_id)
        recording = self._recorded(opened(grant, requester), judgement, rule)
        refused = await asyncio.shield(self._services.finish_later(recording))
        if refused is not None:
            raise refused
        return _reply(201, _opened_body(grant))

    async def _numbers(self, requester: Requester) -> frozenset[NhsNumber]:
        """Every number that the person is known by. A token that names a patient opens that one alone."""
        services = self._services
        at_s = services.clock.now().timestamp()
        given = number_of(self._question, requester, services.sealer, at_s=at_s)
        self._trail.about(frozenset({given}))
        numbers = await services.store.linked_with(frozenset({given}))
        self._trail.about(numbers)
        if requester.only_patient is not None and requester.only_patient not in numbers:
            raise Forbidden
        return numbers

    def _granted(
        self, statement: Statement, requester: Requester, numbers: frozenset[NhsNumber]
    ) -> tuple[Grant, EmergencyRule | None]:
        """The grant in memory, no longer than its ground permits; a ground that policy does not list holds
        for no time at all.
        """
        rule = self._services.policies().emergency_access.grounds.get(statement.ground)
        now = self._services.clock.now()
        most = rule.minutes_max if rule else 0
        grant = Grant(
            grant_id=new_grant_id(),
            ground=statement.ground,
            numbers=numbers,
            issuer=requester.issuer,
            user_id=requester.user_id,
            organisation_ods=requester.organisation_ods,
            session_id=requester.session_id,
            purpose=requester.purpose,
            partners=statement.partners or self._live(),
            granted_at=now,
            expires_at=now + dt.timedelta(minutes=min(statement.minutes or most, most)),
            text=statement.text.strip(),
            witness=statement.witness.strip(),
        )
        return grant, rule

    def _live(self) -> frozenset[str]:
        """Every partner that is live now, by name: one that comes later is not opened."""
        facts = (one.facts for one in self._services.registrations)
        return frozenset(one.partner_id for one in facts if one.status == "live")

    def _judged(self, grant: Grant, requester: Requester) -> Judgement:
        services = self._services
        judgement = services.judge(
            requester, NOBODY_OBJECTED, grant.granted_at, grant=grant, numbers=grant.numbers
        )
        self._trail.judged(judgement, judged_on(grant.granted_at, None, services.partners_digest))
        return judgement

    def _refuse_strangers(self, grant: Grant) -> None:
        """Said only to whoever may open one: which organisations are here is not everybody's to try out."""
        if not grant.partners <= {one.partner_id for one in self._services.registrations}:
            raise BadRequest("`partners` names an organisation that is not registered here, by its id.")

    async def _recorded(
        self, event: GrantEvent, judgement: Judgement, rule: EmergencyRule
    ) -> BrokerError | None:
        """Durable, and the privacy officer told; or why not, which is told instead of raised, because nobody
        may be there to hear it.
        """
        most = self._services.limits.grants_per_user_per_hour_max
        try:
            record = await self._services.store.open_grant(
                event, self._trail.context, judgement.reasons, per_hour_max=most, once=rule.witnessed
            )
        except grant_register.GrantedBefore:
            return AlreadyOpened()
        except grant_register.TooManyGrants:
            _log.warning("emergency-access-limited", organisation=event.grant.organisation_ods)
            return TooManyGrants()
        except ServiceDown as down:
            return down
        alerting.tell_of_grant(record, event.grant)
        return None


class EndingGrant:
    """A grant's own user gives it back."""

    def __init__(self, question: Question, services: Services, trail: Trail) -> None:
        self._question, self._services, self._trail = question, services, trail

    async def reply(self) -> Reply:
        """Ended when this returns. Who did not open it hears what everybody hears of one that never was."""
        requester = await authenticate(self._question.authorization, self._services.authenticator)
        self._trail.asked_by(requester)
        named = self._question.grant_id or ""
        for _ in range(STEPS_MAX):
            last = await self._last_step(named, requester)
            try:
                step = end(
                    last,
                    by=Actor(role=USER_ROLE, name=requester.user_name or requester.user_id),
                    at=self._services.clock.now(),
                )
                await self._services.store.append_grant_step(step, self._trail.context)
            except StepTaken:
                continue
            except IllegalGrantStep:
                break  # it is ended: to say so again does no harm
            break
        else:
            raise ServiceDown("release-store")
        return _reply(200, {"grant": named, "ended": True})

    async def _last_step(self, named: str, requester: Requester) -> GrantEvent:
        history = await self._services.store.grant_history(named) if known_form(named) else None
        if history is None:
            self._trail.under(UNKNOWN)
            raise Forbidden
        grant = history.last.grant
        self._trail.under(grant.grant_id)
        self._trail.about(grant.numbers)
        if (grant.issuer, grant.user_id) != (requester.issuer, requester.user_id):
            raise Forbidden
        return history.last


def _opened_body(grant: Grant) -> Mapping[str, object]:
    return {
        "grant": grant.grant_id,
        "ground": grant.ground,
        "expires_at": grant.expires_at.isoformat(timespec="seconds"),
        "partners": sorted(grant.partners),
    }


def _reply(status: int, body: Mapping[str, object]) -> Reply:
    return Reply(status=status, body=(orjson.dumps(body),), headers=_JSON)
