"""The demonstration with an ear at every simulator: who was asked, and what was on file by then."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import aiohttp
import pytest
from aiohttp import web

from broker.adapters.plugins import load_plugins
from broker.demonstration.client import Answered, ask_for_record
from broker.demonstration.network import Network, demonstration_network
from broker.demonstration.partners import PARTNERS
from broker.demonstration.people import Story, story_named
from broker.demonstration.users import USERS, User, token_for
from broker.demonstration.world import INDEX_ID
from broker.domain.audit import RecordKind
from broker.domain.identity import NhsNumber
from broker.ports.connector import Plugin
from broker.settings import Settings, load_settings
from tests.support.trail import Row, rows

NHS = "https://fhir.nhs.uk/Id/nhs-number"
Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


@dataclass(frozen=True, slots=True)
class Asked:
    """One call that a simulator saw, and the newest record that was durable at that moment."""

    partner_id: str
    newest: Row


@dataclass(slots=True)
class Watched:
    """A running demonstration, and everything that its simulators were asked."""

    network: Network
    settings: Settings
    asked: list[Asked] = field(default_factory=list)

    @property
    def partners_asked(self) -> set[str]:
        """Who was asked anything at all, the index included."""
        return {one.partner_id for one in self.asked}

    def user(self, role: str, **changes: Any) -> User:
        """One of the demonstration's users; `changes` make another of them."""
        return dataclasses.replace(USERS[role], **changes)

    async def ask(self, story: str, role: str = "", **changes: Any) -> Answered:
        """Search and `$everything` about the person of a story, as its own user or another."""
        told = story_named(story)
        token = token_for(self.user(role or told.asked_as, **changes), self.network.issuer)
        return await ask_for_record(self.network.fhir_url, token, told.asked_number)

    async def ask_in_emergency(self, story: str, role: str = "doctor") -> Answered:
        """As `ask`, with purpose ETREAT."""
        user = self.user(role)
        token = self.network.issuer.token(
            role=user.role, organisation=user.organisation, relationship=user.relationship, purpose="ETREAT"
        )
        return await ask_for_record(self.network.fhir_url, token, story_named(story).asked_number)

    async def search(self, number: str, user: User, request_id: str) -> tuple[int, dict[str, str], bytes]:
        """Status, headers (names in small letters) and body of one `POST Patient/_search`."""
        headers = {
            "Authorization": f"Bearer {token_for(user, self.network.issuer)}",
            "X-Request-Id": request_id,
        }
        url, form = f"{self.network.fhir_url}/Patient/_search", {"identifier": f"{NHS}|{number}"}
        async with (
            aiohttp.ClientSession(headers=headers) as session,
            session.post(url, data=form) as answer,
        ):
            said = {name.lower(): value for name, value in answer.headers.items()}
            return answer.status, said, await answer.read()


@asynccontextmanager
async def watched_demonstration(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Watched]:
    """The real demonstration; its own simulators, each behind an ear."""
    heard: list[Asked] = []
    settings: list[Settings] = []
    waiting = iter([INDEX_ID, *(partner.partner_id for partner in PARTNERS)])

    def listening(plugin: Plugin) -> Plugin:
        def simulator(people: Any, manners: Any) -> Any:
            app = plugin.simulator(people, manners)
            partner_id = next(waiting)
            if isinstance(app, web.Application):
                app.middlewares.insert(0, _ear(partner_id, heard, settings))
            else:
                app.spoil = _ear_on_a_line(partner_id, heard, settings)
            return app

        return dataclasses.replace(plugin, simulator=simulator)

    def plugins(names: list[str]) -> dict[str, Plugin]:
        return {name: listening(plugin) for name, plugin in load_plugins(names).items()}

    monkeypatch.setattr("broker.demonstration.network.load_plugins", plugins)
    async with demonstration_network() as network:
        settings.append(load_settings(network.config_dir))
        yield Watched(network, settings[0], heard)


def _ear_on_a_line(partner_id: str, heard: list[Asked], settings: list[Settings]) -> Any:
    async def hear(_message: bytes, _call: int) -> None:
        heard.append(Asked(partner_id, rows(settings[0])[-1]))

    return hear


def _ear(partner_id: str, heard: list[Asked], settings: list[Settings]) -> Any:
    @web.middleware
    async def hear(request: web.Request, handler: Handler) -> web.StreamResponse:
        heard.append(Asked(partner_id, rows(settings[0])[-1]))
        return await handler(request)

    return hear


def assert_intended(asked: list[Asked]) -> None:
    """When a call came in, an intent stood on file and nothing had been disclosed for it."""
    assert asked
    assert {one.newest.body.kind for one in asked} == {RecordKind.INTENT}


def resources(answered: Answered) -> list[dict[str, Any]]:
    """Every resource of every page."""
    return [entry["resource"] for body in answered.bodies for entry in json.loads(body).get("entry", [])]


def numbers_of(story: Story) -> tuple[NhsNumber, ...]:
    """Every number that the person of a story has or had."""
    return tuple(NhsNumber.parse(one) for one in (story.demographics.number, *story.old_numbers))
