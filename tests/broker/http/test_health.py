"""Liveness checks nothing; readiness names each of our own services, and what it cannot know is a no."""

from __future__ import annotations

import asyncio

import aiohttp
import pytest

from broker.http.health import Readiness, ServiceState
from broker.http.settings import DoorSettings
from tests.support.http_door import open_door

FAULT = "policies/roles/policy.yaml:12:3: `clinican` is not a word that `roles` knows."


async def _get(url: str) -> tuple[int, dict[str, object]]:
    async with aiohttp.ClientSession() as client, client.get(url) as response:
        assert response.headers["Content-Type"] == "application/json"
        assert response.headers["Cache-Control"] == "no-store"
        return response.status, await response.json()


async def test_readiness_names_the_service_and_the_place_of_its_fault() -> None:
    """503 with every service; a broken policy with file and line; no token needed."""

    async def readiness() -> Readiness:
        return Readiness(
            services=(
                ServiceState(service="release-store", ok=True),
                ServiceState(service="policy", ok=False, words=FAULT),
            )
        )

    async with open_door(readiness=readiness) as door:
        root = door.url.removesuffix("/fhir")
        assert await _get(root + "/healthz") == (200, {"alive": True})
        status, body = await _get(root + "/readyz")
    assert status == 503
    assert body == {
        "ready": False,
        "services": [
            {"service": "release-store", "ok": True, "words": ""},
            {"service": "policy", "ok": False, "words": FAULT},
        ],
    }


async def test_with_every_service_well_the_door_is_ready() -> None:
    """200."""
    async with open_door() as door:
        status, body = await _get(door.url.removesuffix("/fhir") + "/readyz")
    assert (status, body["ready"]) == (200, True)


async def test_with_no_service_named_the_door_is_not_ready() -> None:
    """Nothing known is not everything well."""
    assert not Readiness(services=()).ready


async def test_a_check_that_fails_or_hangs_is_not_ready_and_says_nothing_of_why(
    capfd: pytest.CaptureFixture[str],
) -> None:
    """503 by the time limit; the class name alone is logged."""

    async def fails() -> Readiness:
        raise OSError("/secret/place")

    async def hangs() -> Readiness:
        await asyncio.Event().wait()
        raise AssertionError

    for readiness in (fails, hangs):
        async with open_door(readiness=readiness, settings=DoorSettings(readiness_s=0.1)) as door:
            status, body = await _get(door.url.removesuffix("/fhir") + "/readyz")
        assert (status, body["ready"]) == (503, False)
    logged = "".join(capfd.readouterr())
    assert "OSError" in logged
    assert "secret" not in logged


async def test_one_check_serves_everyone_who_asks_at_once() -> None:
    """Asking needs no token, so asking often must not load the store."""
    checks = 0

    async def readiness() -> Readiness:
        nonlocal checks
        checks += 1
        return Readiness(services=(ServiceState(service="audit", ok=True),))

    async with open_door(readiness=readiness, settings=DoorSettings(readiness_reuse_s=60)) as door:
        root = door.url.removesuffix("/fhir")
        answers = await asyncio.gather(*(_get(root + "/readyz") for _ in range(30)))
    assert {status for status, _ in answers} == {200}
    assert checks == 1
