"""Between the listing of a document and its last byte: whoever may not see it any more gets no more of it."""

from __future__ import annotations

import asyncio
import random
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from aiohttp import ClientPayloadError, web

from broker.domain.audit import RecordKind
from broker.domain.category import Category
from broker.domain.identity import NhsNumber
from broker.domain.objection import Direction, Scope
from broker.objections import Register
from tests.support import trail
from tests.support.documents import (
    KIB,
    MIB,
    Filing,
    Opened,
    attachment,
    disclosures,
    last_ending,
    link,
    links,
    opened,
    raw,
    reference,
    streamed,
)
from tests.support.heard import until_policies_said
from tests.support.network import TAKER, object_to, objections_desk, simulated
from tests.support.small_network import NUMBER, OTHER, Small, holding, indexed, small_network
from tests.support.stores import TAKEN_BACK

SIZE = 4 * MIB
INTERLEAVINGS = 40
SCOPES = {
    "whole": (None, 403),
    "partner": (Scope(partners=frozenset({"alder"}), direction=Direction.SOURCE), 404),
    "category": (Scope(categories=frozenset({Category.DOCUMENTS})), 404),
}
TO_BEECH = Scope(partners=frozenset({"beech"}), direction=Direction.SOURCE)


@dataclass
class Desk:
    """A partner with one large document that waits in the middle, its address, and the objections' desk."""

    small: Small
    filing: Filing
    register: Register
    url: str
    held: asyncio.Event = field(default_factory=asyncio.Event)


@pytest.fixture
async def desk(tmp_path: Path) -> AsyncIterator[Desk]:
    """Listed, and not yet opened."""
    filing = Filing([reference("d1", attachment(size=SIZE))])
    apps = {"alder": filing.app(), "beech": holding("beech")}
    limits = {"alder": {"idle_s": 30}}
    async with (
        small_network(tmp_path, apps, partner_limits=limits, limits={"policy_watch_s": 0.05}) as small,
        objections_desk(small.client.settings) as register,
    ):
        made = Desk(small, filing, register, await link(small))
        filing.gives["b1"] = streamed(SIZE, until=MIB, held=made.held)
        yield made
        await trail.all_ended(small.client.settings)
        trail.assert_whole(small.client.settings)


@pytest.mark.parametrize(("scope", "status"), SCOPES.values(), ids=SCOPES.keys())
async def test_an_objection_since_the_listing_holds(desk: Desk, scope: Scope | None, status: int) -> None:
    """The old address opens nothing; nobody is asked for the document, and nothing is disclosed."""
    await object_to(desk.register, NUMBER, scope=scope)
    got = await opened(desk.small, desk.url)
    assert got.status == status
    assert desk.filing.asked == []
    assert disclosures(desk.small) == []


@pytest.mark.parametrize(("scope", "status"), SCOPES.values(), ids=SCOPES.keys())
async def test_an_objection_while_the_document_is_asked_for_holds(
    desk: Desk, scope: Scope | None, status: int
) -> None:
    """Its first bytes were there already: nothing is disclosed, and the partner's stream is closed."""
    asked, go_on = asyncio.Event(), asyncio.Event()

    async def give(request: web.Request) -> web.StreamResponse:
        asked.set()
        await go_on.wait()
        return await streamed(40 * MIB)(request)  # more than sockets hold of what nobody reads

    desk.filing.gives["b1"] = give
    opening = asyncio.create_task(opened(desk.small, desk.url))
    await asked.wait()
    await object_to(desk.register, NUMBER, scope=scope)
    go_on.set()
    assert (await opening).status == status
    assert disclosures(desk.small) == []
    async with asyncio.timeout(5):
        await desk.filing.left.wait()


@pytest.mark.parametrize("scope", [scope for scope, _ in SCOPES.values()], ids=SCOPES.keys())
async def test_an_objection_while_the_document_goes_out_ends_it(desk: Desk, scope: Scope | None) -> None:
    """What is half-finished falls with it: the transfer breaks, and the trail says why."""
    async with desk.small.client.session.get(desk.url, headers=desk.small.client.headers()) as response:
        await response.content.readexactly(MIB // 2)
        await object_to(desk.register, NUMBER, scope=scope)
        desk.held.set()
        with pytest.raises(ClientPayloadError):
            await response.content.read()
    ending = await last_ending(desk.small)
    assert ending.body.ended == "cut"
    assert ending.body.cause in {"ObjectionInForce", "NotFound"}
    assert len(disclosures(desk.small)) == 1


async def test_an_objection_to_something_else_lets_the_document_go_on(desk: Desk) -> None:
    """It is looked at again, found open, and ends well."""
    async with desk.small.client.session.get(desk.url, headers=desk.small.client.headers()) as response:
        await response.content.readexactly(KIB)
        await object_to(desk.register, NUMBER, scope=TO_BEECH)
        desk.held.set()
        assert len(await response.content.read()) == SIZE - KIB
    assert (await last_ending(desk.small)).body.ended == "sent"


async def test_no_document_is_disclosed_after_an_acknowledgement_however_they_interleave(desk: Desk) -> None:
    """Forty objections at random moments of an opening: its disclosure stands before the objection or not at
    all, and whatever is opened afterwards is refused.
    """
    desk.filing.gives["b1"] = streamed(SIZE)
    dice = random.Random(20261125)  # noqa: S311 - moments to try, not secrets
    came = [
        await interleaved(desk, dice.choice((0.01, 0.05, 0.2)) * dice.random()) for _ in range(INTERLEAVINGS)
    ]
    assert {got.status for got in came} == {200, 403}
    assert all(got.whole for got in came if got.status == 403)
    assert all(len(got.body) == SIZE for got in came if got.status == 200 and got.whole)


async def interleaved(desk: Desk, delay_s: float) -> Opened:
    """One opening and, `delay_s` into it, one objection; what came of the opening."""
    opening = asyncio.create_task(opened(desk.small, desk.url))
    moment = asyncio.Event()
    asyncio.get_running_loop().call_later(delay_s, moment.set)
    await moment.wait()
    objection_id = await object_to(desk.register, NUMBER)
    acknowledged = trail.of_kind(desk.small.client.settings, RecordKind.OBJECTION)[-1].sequence
    later = await opened(desk.small, desk.url)
    got = await opening
    released = disclosures(desk.small)
    assert later.status == 403
    assert all(row.sequence < acknowledged for row in released[-1:])
    await desk.register.withdraw(objection_id, TAKEN_BACK, by=TAKER)
    return got


async def test_a_policy_that_closes_documents_closes_their_addresses(desk: Desk) -> None:
    """No address is listed any more, and the old one is of nothing."""
    path = desk.small.client.settings.policies_path / "sharing-agreement" / "policy.yaml"
    async with until_policies_said("policy-loaded"):
        path.write_text(path.read_text().replace("[everything]", "[observations]"))
    assert not await links(desk.small)
    got = await opened(desk.small, desk.url)
    assert (got.status, got.code) == (404, "not-found")
    assert desk.filing.asked == []


async def test_a_document_that_is_listed_otherwise_now_is_not_found(desk: Desk) -> None:
    """Gone, another in its place, or another person's: the address was of what was listed alone."""
    desk.filing.gives["b1"] = raw(b"other")
    for listed in (
        [],
        [reference("d1", attachment("Binary/b2", size=SIZE))],
        [reference("d1", attachment(size=SIZE, title="Another letter"))],
        [reference("d2", attachment(size=SIZE))],
        [reference("d1", attachment(size=SIZE), subject={"reference": "Patient/2"})],
    ):
        desk.filing.listed = listed
        got = await opened(desk.small, desk.url)
        assert (got.status, got.code) == (404, "not-found"), listed
    assert desk.filing.asked == []


async def test_nobody_else_opens_it(desk: Desk) -> None:
    """Another user, another organisation and whoever alters it hear what every unknown address hears."""
    never = await opened(desk.small, f"{desk.small.client.door.url}/documents/{'A' * 64}")
    forged = desk.url[:-1] + ("A" if desk.url[-1] != "A" else "B")
    patient_id = await desk.small.client.patient_id(NUMBER)
    answers = [
        await opened(desk.small, desk.url, user_id="somebody-else"),
        await opened(desk.small, desk.url, organisation="RX902"),
        await opened(desk.small, forged),
        await opened(desk.small, f"{desk.small.client.door.url}/documents/{patient_id}"),
    ]
    for got in (never, *answers):
        assert (got.status, got.code) == (404, "not-found")
    assert desk.filing.asked == []


async def test_a_document_address_is_nobodys_patient_id(desk: Desk) -> None:
    """One kind of token never stands for the other."""
    status, _ = await desk.small.client.get(f"Patient/{desk.url.rpartition('/')[2]}")
    assert status == 404


async def test_a_token_for_another_patient_opens_nothing(desk: Desk) -> None:
    """A launch for one person does not open the document of another."""
    got = await opened(desk.small, desk.url, patient=NhsNumber.parse(OTHER))
    assert got.status in {403, 404}
    assert desk.filing.asked == []


async def test_without_a_token_there_is_nothing_to_see(desk: Desk) -> None:
    """401, and recorded like every refusal."""
    async with desk.small.client.session.get(desk.url) as response:
        assert response.status == 401
    refusal = trail.of_kind(desk.small.client.settings, RecordKind.REFUSAL)[-1]
    assert (refusal.body.cause, refusal.body.interaction) == ("Unauthenticated", "open-document")


@pytest.mark.parametrize(("purpose", "status"), [("TREAT", 403), ("ETREAT", 404)])
async def test_a_restricted_persons_documents_are_not_opened(
    purpose: str, status: int, tmp_path: Path
) -> None:
    """An address from before the restriction opens nothing, in an emergency neither."""
    restricted = asyncio.Event()

    @web.middleware
    async def labelled(request: web.Request, handler: Any) -> web.Response:
        response: web.Response = await handler(request)
        if restricted.is_set():
            assert isinstance(response.body, bytes)
            response.body = response.body.replace(b'"code":"U"', b'"code":"R"')
        return response

    index = simulated("pds", {NUMBER: [indexed()]}, calls_per_s=1000)
    index.middlewares.append(labelled)
    filing = Filing([reference("d1", attachment())], {"b1": raw(b"letter")})
    limits = {"identity_trace_ttl_s": 0}
    async with small_network(tmp_path, {"alder": filing.app()}, index=index, limits=limits) as small:
        url = await link(small, purpose=purpose)
        restricted.set()
        assert (await opened(small, url, purpose=purpose)).status == status
        assert filing.asked == []
        assert disclosures(small) == []
