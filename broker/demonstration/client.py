"""A person's record over HTTP, exactly as any clinical system would ask for it."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import aiohttp

from broker.domain.identity import NHS_NUMBER_SYSTEM, NhsNumber

_TIMEOUT_S = 60
_OK = 200
_PAGES_MAX = 100


@dataclass(frozen=True, slots=True)
class Answered:
    """What came back: the status of the last call, and the body of each page."""

    status: int
    bodies: tuple[bytes, ...] = field(repr=False)

    @property
    def is_record(self) -> bool:
        """False when the last body is a refusal or a fault, as an OperationOutcome."""
        return self.status == _OK


async def ask_for_record(
    fhir_url: str,
    token: str,
    number: NhsNumber,
    *,
    view: str | None = None,
    within_days: int | None = None,
    summary: str | None = None,
) -> Answered:
    """Find the person by number, then ask for everything, page by page, for one named view, or for the
    summary as `json` or `html`.

    The number goes in a form, never in an address. Raises aiohttp.ClientError when nobody listens.
    """
    async with _session(token) as session:
        found, patient_id = await _found(session, fhir_url, number)
        if patient_id is None:
            return found
        if view is not None:
            given = {} if within_days is None else {"within_days": str(within_days)}
            return await _one(session, f"{fhir_url.removesuffix('/fhir')}/views/{patient_id}/{view}", given)
        if summary is not None:
            return await _one(session, f"{fhir_url}/Patient/{patient_id}/$summary", {"_format": summary})
        return await _everything(session, f"{fhir_url}/Patient/{patient_id}/$everything")


async def listen_to_record(
    fhir_url: str, token: str, number: NhsNumber, told: Callable[[str, bytes], None]
) -> Answered:
    """The same record as a stream: `told` hears each event's name and data as it comes. Raises as above, also
    where the stream breaks.
    """
    async with _session(token) as session:
        found, patient_id = await _found(session, fhir_url, number)
        if patient_id is None:
            return found
        url = f"{fhir_url.removesuffix('/fhir')}/stream/Patient/{patient_id}"
        async with session.get(url, headers={"Accept": "text/event-stream"}) as answer:
            if answer.status != _OK:
                return Answered(answer.status, (await answer.read(),))
            waiting = b""
            async for part in answer.content.iter_any():
                *events, waiting = (waiting + part).split(b"\n\n")
                for event in events:
                    _tell(event, told)
        return Answered(answer.status, ())


def _tell(event: bytes, told: Callable[[str, bytes], None]) -> None:
    """A comment is no event."""
    lines = [line.partition(b": ")[::2] for line in event.split(b"\n")]
    names = [value for name, value in lines if name == b"event"]
    if names:
        told(names[-1].decode(), b"\n".join(value for name, value in lines if name == b"data"))


def _session(token: str) -> aiohttp.ClientSession:
    headers = {"Authorization": f"Bearer {token}", "Accept": "application/fhir+json, application/json"}
    return aiohttp.ClientSession(headers=headers, timeout=aiohttp.ClientTimeout(total=_TIMEOUT_S))


async def _found(
    session: aiohttp.ClientSession, fhir_url: str, number: NhsNumber
) -> tuple[Answered, str | None]:
    form = {"identifier": f"{NHS_NUMBER_SYSTEM}|{number.digits}"}
    async with session.post(f"{fhir_url}/Patient/_search", data=form) as answer:
        found = Answered(answer.status, (await answer.read(),))
    return found, _patient_id(found)


async def _one(session: aiohttp.ClientSession, url: str, given: dict[str, str]) -> Answered:
    async with session.get(url, params=given) as answer:
        return Answered(answer.status, (await answer.read(),))


async def _everything(session: aiohttp.ClientSession, url: str) -> Answered:
    bodies: list[bytes] = []
    following: str | None = url
    while following is not None and len(bodies) < _PAGES_MAX:
        async with session.get(following) as answer:
            body = await answer.read()
            if answer.status != _OK:
                return Answered(answer.status, (body,))
        bodies.append(body)
        following = _next_link(json.loads(body))
    return Answered(_OK, tuple(bodies))


def _patient_id(found: Answered) -> str | None:
    if not found.is_record:
        return None
    entries: list[dict[str, Any]] = json.loads(found.bodies[0]).get("entry", [])
    patients = [entry["resource"] for entry in entries if entry["resource"]["resourceType"] == "Patient"]
    return str(patients[0]["id"]) if patients else None


def _next_link(bundle: dict[str, Any]) -> str | None:
    links = bundle.get("link", [])
    return next((str(link["url"]) for link in links if link.get("relation") == "next"), None)
