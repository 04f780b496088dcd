"""A broker on a real folder of settings: it listens, says what it offers and whether it can, and stops."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import aiohttp
import pytest
from structlog.testing import capture_logs

from broker.adapters.development_issuer import DevelopmentIssuer
from broker.domain.audit import RecordKind
from broker.files import FileFault
from broker.http.running import running
from broker.http.server import Door
from broker.settings import load_settings
from tests.support.network import Partner, write_config
from tests.support.trail import assert_whole, rows

EVENTS = ["policy-loaded", "started", "request-answered", "stopping", "stopped"]
NOBODY = "http://127.0.0.1:1"
Change = Callable[[Path], None]


@pytest.fixture
async def config(tmp_path: Path) -> AsyncIterator[Path]:
    """A whole folder, whose one partner and index are not there."""
    issuer = await DevelopmentIssuer.start()
    yield write_config(tmp_path, {"granta": Partner(endpoint=NOBODY)}, NOBODY, issuer, limits={})
    await issuer.aclose()


async def got(url: str) -> tuple[int, str]:
    """Status and text of one answer."""
    async with aiohttp.ClientSession() as session, session.get(url) as answer:
        return answer.status, await answer.text()


def origin(door: Door) -> str:
    """Where health is asked for."""
    return door.url.removesuffix("/fhir")


def change(path: Path, **members: object) -> None:
    """Set members of a settings file; JSON is YAML."""
    path.write_text(json.dumps(json.loads(path.read_text()) | members))


async def test_it_answers_and_then_stops(config: Path) -> None:
    """Metadata and readiness while it runs; afterwards nobody listens and the trail is whole."""
    settings = load_settings(config)
    with capture_logs() as lines:
        async with running(settings) as door:
            status, statement = await got(f"{door.url}/metadata")
            assert (status, json.loads(statement)["resourceType"]) == (200, "CapabilityStatement")
            status, readiness = await got(f"{origin(door)}/readyz")
            assert status == 200, readiness
            assert {one["service"] for one in json.loads(readiness)["services"]} >= {"policy", "audit"}
        with pytest.raises(aiohttp.ClientConnectorError):
            await got(f"{origin(door)}/healthz")
    assert [line["event"] for line in lines] == EVENTS
    assert_whole(settings)


async def test_links_stand_under_the_base_url_of_the_settings(config: Path) -> None:
    """Whatever Host a caller sends: behind a proxy the bound address is nobody's business."""
    change(config / "broker.yaml", base_url="http://127.0.0.1:9/care")
    async with running(load_settings(config)) as door:
        _, statement = await got(f"{door.url}/metadata")
    assert json.loads(statement)["implementation"]["url"] == "http://127.0.0.1:9/care/fhir"


async def test_without_one_they_stand_under_the_bound_address(config: Path) -> None:
    """As the demonstration has it."""
    async with running(load_settings(config)) as door:
        _, statement = await got(f"{door.url}/metadata")
        assert json.loads(statement)["implementation"]["url"] == door.url


async def test_what_the_door_refuses_is_on_file_when_it_has_stopped(config: Path) -> None:
    """One above the minute's records is counted, and the stop writes what was counted."""
    change(config / "broker.yaml", limits={"door_refusals_per_minute_max": 1})
    settings = load_settings(config)
    async with running(settings) as door:
        for _ in range(3):
            assert (await got(f"{door.url}/Patient?family=x"))[0] == 400
    refused = [row.body for row in rows(settings) if row.body.kind == RecordKind.REFUSAL]
    assert [(one.cause, one.times) for one in refused] == [
        ("NotSupported", 1),
        ("NotSupported", 2),
    ]
    assert_whole(settings)


def _without_a_key(config: Path) -> None:
    next(config.glob("chain-*.key")).unlink()


def _readable_by_all(config: Path) -> None:
    next(config.glob("seal-*.key")).chmod(0o644)


def _without_the_secret(config: Path) -> None:
    change(config / "partners" / "granta.yaml", credentials={"token": "granta-token"})


def _without_the_certificate(config: Path) -> None:
    change(config / "index.yaml", credentials={"certificate": "not-there.pem"})


@pytest.mark.parametrize(
    ("spoil", "file", "said"),
    [
        (_without_a_key, "keys.yaml", "Put it back"),
        (_readable_by_all, "keys.yaml", "chmod 600"),
        (_without_the_secret, "granta.yaml", "`granta-token`"),
        (_without_the_certificate, "index.yaml", "not-there.pem cannot be used for TLS"),
    ],
)
async def test_what_cannot_be_used_stops_the_start(config: Path, spoil: Change, file: str, said: str) -> None:
    """Keys, a partner's secret, a certificate: the file, its line and what to do, before anything is open."""
    spoil(config)
    with pytest.raises(FileFault) as caught:
        async with running(load_settings(config)):
            pytest.fail("it started")
    assert caught.value.path.name == file
    assert said in str(caught.value)


async def test_a_draft_may_wait_for_its_credentials(config: Path) -> None:
    """Nobody asks it, so nothing of it stops the others."""
    _without_the_secret(config)
    change(config / "partners" / "granta.yaml", status="draft")
    async with running(load_settings(config)) as door:
        assert (await got(f"{origin(door)}/readyz"))[0] == 200
