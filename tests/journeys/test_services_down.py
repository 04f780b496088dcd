"""Not knowing is a no: when one of our own services cannot serve, nobody is asked and nothing is released."""

from __future__ import annotations

import json
import resource
import sqlite3
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from aiohttp import web

from broker.files import FileFault
from broker.http.running import running
from broker.settings import load_settings
from tests.support import trail
from tests.support.heard import until_policies_said
from tests.support.loopback import served
from tests.support.network import NHS, Client, Partner, broker_over, simulated

NUMBER = "9990000018"
BIRTH_DATE = "1951-04-09"


def patient() -> dict[str, Any]:
    """The person, as the index and the partner hold them."""
    identifier = [{"system": NHS, "value": NUMBER}]
    return {"resourceType": "Patient", "id": NUMBER, "identifier": identifier, "birthDate": BIRTH_DATE}


@dataclass(slots=True)
class Scene:
    """A broker, and everything that the index and the partner were asked."""

    client: Client
    asked: list[str]

    @property
    def store(self) -> Path:
        """The release store's file."""
        return self.client.settings.store_path

    async def ready(self) -> tuple[int, str]:
        """What readiness says."""
        origin = self.client.door.url.removesuffix("/fhir")
        async with self.client.session.get(f"{origin}/readyz") as response:
            return response.status, await response.text()

    async def refused(self) -> dict[str, Any]:
        """Ask for the person; a 503 must come and nobody may have been asked."""
        before = list(self.asked)
        status, body = await self.client.find(NUMBER)
        assert status == 503, body
        assert self.asked == before
        return body


def journalled(app: web.Application, asked: list[str]) -> web.Application:
    """Note every call that reaches an application."""

    @web.middleware
    async def note(request: web.Request, handler: Any) -> web.StreamResponse:
        asked.append(request.path)
        response: web.StreamResponse = await handler(request)
        return response

    app.middlewares.append(note)
    return app


@asynccontextmanager
async def scene(folder: Path) -> AsyncIterator[Scene]:
    """One partner, one index, one broker that has answered once."""
    asked: list[str] = []
    async with AsyncExitStack() as stack:
        index = {**patient(), "meta": {"security": [{"code": "U"}]}}
        pds = await stack.enter_async_context(served(journalled(simulated("pds", {NUMBER: [index]}), asked)))
        records = simulated("fhir_r4", {NUMBER: [{**patient(), "id": "1"}]})
        origin = await stack.enter_async_context(served(journalled(records, asked)))
        client = await stack.enter_async_context(
            broker_over(folder, {"alder": Partner(endpoint=origin)}, pds)
        )
        status, _ = await client.record(NUMBER)
        assert status == 200
        assert asked
        await trail.all_ended(client.settings)  # else a fault meets what the answer still owes
        yield Scene(client, asked)


def words(body: dict[str, Any]) -> str:
    """Everything that an error says."""
    return json.dumps(body)


async def test_a_locked_store_refuses_and_names_itself(tmp_path: Path) -> None:
    """Another process holds the file: 503, our service, the contact routes, readiness false."""
    async with scene(tmp_path) as one:
        lock = sqlite3.connect(one.store, isolation_level=None)
        lock.execute("BEGIN EXCLUSIVE")
        body = await one.refused()
        status, _ = await one.ready()
        lock.execute("ROLLBACK")
        lock.close()
        assert "release-store" in words(body) or "audit" in words(body)
        assert "The test" in words(body)
        assert NUMBER not in words(body)
        assert status == 503
        assert (await one.client.find(NUMBER))[0] == 200


async def test_missing_keys_refuse_and_name_themselves(tmp_path: Path) -> None:
    """Without keys nothing can be sealed, so nothing is asked, and readiness says so."""
    async with scene(tmp_path) as one:
        settings = one.client.settings
        for key in settings.keys_path.parent.glob("*.key"):
            key.unlink()
        status, said = await one.ready()
        body = await one.refused()
        assert "keys" in words(body)
        assert (status, "keys" in said) == (503, True)


async def test_a_full_disk_refuses_and_names_the_audit(tmp_path: Path) -> None:
    """The audit cannot be written, so nothing is asked: 503, our service, readiness false."""
    async with scene(tmp_path) as one:
        with no_room_on_disk():
            body = await one.refused()
            status, _ = await one.ready()
        assert "audit" in words(body) or "release-store" in words(body)
        assert "The test" in words(body)
        assert status == 503


@contextmanager
def no_room_on_disk() -> Iterator[None]:
    """As on a full disk: whatever this process writes beyond a file's first page fails."""
    usual = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (4096, usual[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, usual)


async def test_a_policy_that_breaks_later_leaves_the_last_good_one_in_force(tmp_path: Path) -> None:
    """The broker serves on, and readiness names file and line."""
    async with scene(tmp_path) as one:
        policy = one.client.settings.policies_path / "purposes" / "policy.yaml"
        async with until_policies_said("policy-broken"):
            policy.write_text(policy.read_text().replace("permitted:", "permited:"))
        status, said = await one.ready()
        assert status == 503
        assert "purposes/policy.yaml:" in said
        assert (await one.client.find(NUMBER))[0] == 200


BROKEN = {
    "a misspelt word": ("purposes/policy.yaml", "permitted:", "permited:", "permitted"),
    "a repeated key": (
        "roles/policy.yaml",
        "version: 1.0.0",
        "version: 1.0.0\nversion: 2.0.0",
        "policy.yaml",
    ),
    "no cases": ("roles/cases.yaml", "cases:", "casses:", "cases"),
}


@pytest.mark.parametrize(("file", "old", "new", "said"), BROKEN.values(), ids=BROKEN.keys())
async def test_a_policy_that_is_broken_at_start_means_no_start(
    file: str, old: str, new: str, said: str, tmp_path: Path
) -> None:
    """File, line and remedy; no socket is opened."""
    async with scene(tmp_path) as one:
        settings = one.client.settings
    path = settings.policies_path / file
    path.write_text(path.read_text().replace(old, new, 1))
    with pytest.raises(FileFault, match=rf"{path.name}:\d+:\d+: .*") as fault:
        async with running(load_settings(settings.config_dir)):
            pytest.fail("it started")
    assert said in str(fault.value)


async def test_an_index_that_is_down_refuses_and_asks_no_partner(tmp_path: Path) -> None:
    """Who the person is cannot be known, so nobody is asked about them."""
    asked: list[str] = []
    async with AsyncExitStack() as stack:
        pds = await stack.enter_async_context(served(simulated("pds", {}, down="500")))
        records = journalled(simulated("fhir_r4", {NUMBER: [{**patient(), "id": "1"}]}), asked)
        origin = await stack.enter_async_context(served(records))
        client = await stack.enter_async_context(
            broker_over(tmp_path, {"alder": Partner(endpoint=origin)}, pds)
        )
        status, body = await client.find(NUMBER)
    assert (status, asked) == (503, [])
    assert "patient-index" in words(body)


async def test_the_keys_of_an_issuer_that_was_never_reached_are_our_fault(tmp_path: Path) -> None:
    """503, not 401: the token may well be good."""
    async with scene(tmp_path) as one:
        settings = one.client.settings
        token = one.client.token()
    async with running(load_settings(settings.config_dir)) as door, aiohttp.ClientSession() as session:
        headers = {"Authorization": f"Bearer {token}"}
        async with session.get(f"{door.url}/Patient/abc", headers=headers) as response:
            assert response.status == 503
            assert "token-keys" in await response.text()
