"""A real STU3 server plays a practice: the operation, the documents and the errors that GP Connect has."""

from __future__ import annotations

import json

import aiohttp

from broker.domain.identity import NHS_NUMBER_SYSTEM, NhsNumber
from tests.support.real_gp import GpRecord, structured


async def got(url: str, **parameters: str) -> tuple[int, str]:
    """One GET."""
    async with aiohttp.ClientSession() as session, session.get(url, params=parameters) as answer:
        return answer.status, await answer.text()


async def test_the_operation_gives_the_whole_record(
    asymmetrik: str, gp_records: tuple[GpRecord, ...]
) -> None:
    """Every entry of each person's record, as the server holds it."""
    for record in gp_records:
        status, text = await structured(asymmetrik, record.number)
        assert status == 200
        assert json.loads(text) == record.structured
        assert len(record.structured["entry"]) > 100


async def test_the_operation_does_not_know_everybody(asymmetrik: str) -> None:
    """A number that nobody holds is an OperationOutcome with 404."""
    status, text = await structured(asymmetrik, NhsNumber.parse("9990000018"))
    assert (status, json.loads(text)["resourceType"]) == (404, "OperationOutcome")


async def test_a_person_is_found_by_number_alone(asymmetrik: str, gp_records: tuple[GpRecord, ...]) -> None:
    """One Patient for a number; none for the same number in another system."""
    [first, *_] = gp_records
    url = f"{asymmetrik}/Patient"
    _, right = await got(url, identifier=f"{NHS_NUMBER_SYSTEM}|{first.number.digits}")
    _, wrong = await got(url, identifier=f"https://example.org|{first.number.digits}")
    assert [entry["resource"] for entry in json.loads(right)["entry"]] == [first.patient]
    assert json.loads(wrong)["entry"] == []


async def test_documents_lead_to_their_binaries(asymmetrik: str, gp_records: tuple[GpRecord, ...]) -> None:
    """Each reference's address is this server's own, and opens to the bytes of that document."""
    [first, *_] = gp_records
    status, text = await got(f"{asymmetrik}/Patient/{first.patient['id']}/DocumentReference")
    found = [entry["resource"] for entry in json.loads(text)["entry"] if entry["search"]["mode"] == "match"]
    assert status == 200
    assert len(found) == len(first.binaries) == 4
    for reference, binary in zip(found, first.binaries, strict=True):
        url = reference["content"][0]["attachment"]["url"]
        assert url.startswith(asymmetrik)
        assert json.loads((await got(url))[1]) == binary


async def test_who_is_unknown_has_no_documents_and_no_binary(asymmetrik: str) -> None:
    """404 with an OperationOutcome from the search; 404 in plain words from the read."""
    status, text = await got(f"{asymmetrik}/Patient/nobody/DocumentReference")
    assert (status, json.loads(text)["resourceType"]) == (404, "OperationOutcome")
    assert await got(f"{asymmetrik}/Binary/nothing") == (404, "Not Found")


async def test_the_server_says_that_it_is_stu3(asymmetrik: str) -> None:
    """Its metadata names version 3.0.1."""
    status, text = await got(f"{asymmetrik}/metadata")
    assert (status, json.loads(text)["fhirVersion"]) == (200, "3.0.1")
