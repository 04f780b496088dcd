"""Everything that the broker logs while journeys run, searched for whatever a log must not hold."""

from __future__ import annotations

import asyncio
import io
import json
from pathlib import Path
from typing import Any

import orjson
import pytest
import structlog

from broker.demonstration.people import stories
from tests.support.demonstration import watched_demonstration
from tests.support.small_network import NUMBER, bundle, holding, patient, small_network, telling

PARTNER_TEXT = "Seen at nobody's business"


def marks_of_people() -> set[str]:
    """Names, numbers, streets and ids of everybody in the demonstration."""
    found: set[str] = set()
    for story in stories():
        who = story.demographics
        found |= {
            who.number,
            who.given,
            who.family,
            who.street,
            who.postcode,
            who.birth_date,
            *story.old_numbers,
        }
        for chart in story.charts.values():
            found |= {str(resource["id"]) for resource in chart}
    return found


def found_in(stream: io.BytesIO, marks: set[str]) -> set[str]:
    """Which of the marks were written, in any case."""
    text = stream.getvalue().decode().casefold()
    return {mark for mark in marks if mark and mark.casefold() in text}


async def test_the_demonstrations_journeys_log_no_person_token_or_address(
    written: io.BytesIO, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Answers, refusals, a partner that is down and one that answers for another: lines, and no mark."""
    async with watched_demonstration(monkeypatch) as demonstration:
        for story in ("diabetes", "whole-objection", "restricted", "partner-down", "wrong-person"):
            await demonstration.ask(story)
        await demonstration.ask("superseded", "doctor", relationship="none")
    events = {json.loads(line)["event"] for line in written.getvalue().splitlines()}
    assert {"request-answered", "request-refused"} <= events
    assert found_in(written, marks_of_people()) == set()
    assert (
        found_in(written, {"eyJ", "bearer", "http://", "https://", "_search", "identifier=", "$everything"})
        == set()
    )


async def test_partners_in_trouble_log_no_word_of_theirs(written: io.BytesIO, tmp_path: Path) -> None:
    """An error page, a body that is no Bundle, an unreadable entry: the trouble is logged, not its text."""
    bodies: dict[str, Any] = {
        "beech": b"<html>" + PARTNER_TEXT.encode() + NUMBER.encode(),
        "cedar": bundle(orjson.dumps(patient()), b'{"resourceType":"Observation","note":NaN' + b"}"),
        "damson": b'{"resourceType":"Bundle","entry":"' + PARTNER_TEXT.encode() + b'"}',
    }
    apps = {name: telling(lambda _, body=body: body) for name, body in bodies.items()}
    async with small_network(tmp_path, {"alder": holding("alder"), **apps}) as small:
        patient_id = await small.client.patient_id(NUMBER)
        token = small.client.token()
        await small.client.record(NUMBER)
        await small.client.get(f"Patient/{patient_id}/$everything?_count=1")
        small.ears["alder"].arm()
        leaving = asyncio.create_task(small.client.record(NUMBER))
        await small.ears["alder"].began.wait()
        leaving.cancel()
        await asyncio.wait([leaving])
    assert written.getvalue()
    assert (
        found_in(written, {NUMBER, PARTNER_TEXT, patient_id, token, "1951-04-09", "http://", "<html"})
        == set()
    )


async def test_the_search_sees_what_is_there(written: io.BytesIO) -> None:
    """The control: a line that is written is found, so an empty search means that nothing was there."""
    structlog.get_logger().info("request-answered", request_id="request-of-the-control")
    assert found_in(written, {"request-of-the-control", NUMBER}) == {"request-of-the-control"}
    written.write(NUMBER.encode())
    assert found_in(written, {NUMBER}) == {NUMBER}
