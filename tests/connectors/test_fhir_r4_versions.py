"""The very versions that were shown, asked for by FHIR R4's vread, and whose they are."""

from __future__ import annotations

import json
from typing import Any

import pytest

from broker.domain.outcome import Cause, OutcomeLabel
from broker.domain.reconstruction import ItemVersion
from broker.ports.connector import Answer, Ending, HttpRequest, TransportFault
from connectors.fhir_r4 import PLUGIN
from connectors.fhir_r4.simulator import simulator
from tests.support.fhir_server import ASHA_THERE, COMPLETE, ask_for, bundle, flag
from tests.support.loopback import served
from tests.support.sender import Heard, said, scripted

PARTIAL = Ending(OutcomeLabel.PARTIAL, Cause.STATUS)
WANTED = (ItemVersion("Flag", "f1", "3"), ItemVersion("Flag", "f2", "1"))


def asked(
    answers: dict[str, Answer], wanted: tuple[ItemVersion, ...] = WANTED, patients: bytes = bundle(ASHA_THERE)
) -> tuple[Ending, Heard]:
    """One conversation; an address that has no answer is of something that is not there."""

    def respond(request: HttpRequest) -> Answer:
        if request.path == "Patient/_search":
            return said(patients)
        return answers.get(request.path, said(b"{}", 404))

    return scripted(PLUGIN.create({}).fetch_versions(ask_for(), wanted), respond)


def test_each_version_is_read_by_its_own_address_behind_the_person() -> None:
    """Its bytes are those of the answer; the Patient that was found proves whose they are."""
    body = json.dumps(flag("f1")).encode()
    ending, heard = asked({"Flag/f1/_history/3": said(b"\n" + body + b"\n")})
    assert [one.path for one in heard.requests] == [
        "Patient/_search",
        "Flag/f1/_history/3",
        "Flag/f2/_history/1",
    ]
    assert [one.raw for one in heard.entries][1:] == [body]
    assert json.loads(heard.entries[0].raw)["id"] == "a1"
    assert ending == COMPLETE


@pytest.mark.parametrize("status", [404, 410])
def test_a_version_that_is_not_there_is_no_trouble(status: int) -> None:
    """The answer is whole, and what it lacks is gone."""
    ending, heard = asked({one: said(b"{}", status) for one in ("Flag/f1/_history/3", "Flag/f2/_history/1")})
    assert (ending, len(heard.entries)) == (COMPLETE, 1)


@pytest.mark.parametrize(
    "answer", [said(b"{}", 500), said(b"{}", 403), TransportFault(OutcomeLabel.TIMED_OUT, Cause.SLOW)]
)
def test_any_other_answer_makes_the_whole_partial(answer: Any) -> None:
    """Nobody may say that it is gone."""
    assert asked({"Flag/f1/_history/3": answer})[0] == PARTIAL


def test_what_cannot_be_carried_safely_is_unreadable() -> None:
    """It is counted, and never compared."""
    _, heard = asked({"Flag/f1/_history/3": said(b'{"id":1,"id":2}')})
    assert [one.readable for one in heard.entries] == [True, False]


@pytest.mark.parametrize(
    "odd",
    [ItemVersion("Flag", "../x", "1"), ItemVersion("Flag", "f1", "1/.."), ItemVersion("flag", "f", "1")],
)
def test_what_is_no_id_never_becomes_a_part_of_an_address(odd: ItemVersion) -> None:
    """It is not asked for, and so the answer is not whole."""
    ending, heard = asked({}, (odd,))
    assert [one.path for one in heard.requests] == ["Patient/_search"]
    assert ending == PARTIAL


def test_where_the_person_is_not_known_nothing_is_read() -> None:
    """No version is anybody's whom the server does not find."""
    ending, heard = asked({}, patients=bundle())
    assert ending == Ending(OutcomeLabel.NO_RECORD)
    assert len(heard.requests) == 1


async def test_the_simulator_gives_the_version_that_stands_and_no_other() -> None:
    """As a server does that keeps no history."""
    import aiohttp  # noqa: PLC0415 - one use

    held = {**flag("f1"), "meta": {"versionId": "3"}}
    app = simulator({"9990000018": [ASHA_THERE, held]}, {})
    async with served(app) as origin, aiohttp.ClientSession() as session:
        async with session.get(f"{origin}/Flag/f1/_history/3") as response:
            assert json.loads(await response.read()) == held
        async with session.get(f"{origin}/Flag/f1/_history/2") as response:
            assert response.status == 404
