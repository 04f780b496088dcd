"""hl7v2 asks a hospital whose framing, reading and writing are another maker's library, over MLLP and TLS."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import trustme

from broker.domain.category import Category
from broker.domain.identity import NhsNumber
from broker.domain.outcome import Cause, OutcomeLabel
from broker.domain.registration import Credentials
from broker.pipeline.normalisation import normalise
from broker.ports.connector import Ending, TransportFault
from connectors.hl7v2 import PLUGIN
from tests.support.json_text import resource_texts
from tests.support.mllp import mllp_transport
from tests.support.network import Partner, labels
from tests.support.patients import BEN
from tests.support.real_hospital import Admitted, asha, hospital, of_others
from tests.support.real_network import broker_among, newest_release, whole_record
from tests.support.real_people import person_of
from tests.support.records import finished
from tests.support.sender import Heard, ask_for, held_conversation, road_to
from tests.support.transports import permit

pytestmark = pytest.mark.real
SETTINGS: dict[str, object] = {"query_code": "Z99"}


@pytest.fixture(scope="module")
def others(real_data: Path) -> Admitted:
    """A person of a message that is not ours."""
    return of_others(real_data)


@pytest.fixture(scope="module")
def port(others: Admitted, tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    """The hospital with its two people."""
    with hospital(tmp_path_factory.mktemp("hospital"), asha(), others) as listening:
        yield listening


async def asked(port: int, number: NhsNumber, records_per_page: int = 50) -> tuple[Ending, Heard]:
    """One question over the product's own transport."""
    connector = PLUGIN.create({**SETTINGS, "records_per_page": records_per_page})
    async with road_to(f"mllp://127.0.0.1:{port}", PLUGIN.manifest, number) as send:
        return await held_conversation(connector.fetch(ask_for(number=number)), send)


def items(heard: Heard) -> list[bytes]:
    """Every entry but the Patient, which each page has."""
    return [entry.raw for entry in heard.entries if b'"resourceType":"Patient"' not in entry.raw]


async def test_every_report_comes_once_however_many_pages_there_are(port: int, others: Admitted) -> None:
    """Continued by the pointers that the library wrote, with the same bytes as in one answer."""
    for person in (asha(), others):
        ending, whole = await asked(port, person.number)
        assert (ending, len(whole.requests)) == (Ending(OutcomeLabel.COMPLETE), 1)
        reports = [raw for raw in items(whole) if b'"resourceType":"DiagnosticReport"' in raw]
        assert len(reports) == len(person.records) > 1
        for size in (1, 2):
            ending, paged = await asked(port, person.number, size)
            assert ending == Ending(OutcomeLabel.COMPLETE)
            assert len(paged.requests) == -(-len(person.records) // size)
            assert items(paged) == items(whole)


async def test_every_sign_that_the_library_carries_arrives(port: int) -> None:
    """Escapes, letters beyond ASCII and the noughts at a number's end."""
    _, heard = await asked(port, asha().number, 2)
    text = b"".join(items(heard)).decode()
    said = {value for raw in items(heard) for value in strings_in(json.loads(raw))}
    assert {"Müller|Łódź^50 µg", "Potassium & more"} <= said
    assert any("first\nsecond \\T\\" in value for value in said)
    assert all(number in text for number in ('"value":139.10', '"value":5.0', '"value":0.070'))


def strings_in(tree: Any) -> Iterator[str]:
    """Every text of a tree."""
    if isinstance(tree, (dict, list)):
        for value in tree.values() if isinstance(tree, dict) else tree:
            yield from strings_in(value)
    elif isinstance(tree, str):
        yield tree


async def test_letters_arrive_in_the_character_set_that_the_site_writes(tmp_path: Path) -> None:
    """Central European letters, one byte each, as MSH-18 of every answer declares."""
    here = replace(asha(), records=(("OBR|1||1^LAB|1^Opis^L", "OBX|1|ST|1^Wynik^L||Zażółć|||||F"),))
    with hospital(tmp_path, here, characters="8859/2") as listening:
        ending, heard = await asked(listening, here.number)
    assert ending == Ending(OutcomeLabel.COMPLETE)
    assert "Zażółć" in b"".join(items(heard)).decode()


async def test_what_others_wrote_is_proved_to_be_the_persons(port: int, others: Admitted) -> None:
    """Nothing is set aside; of somebody born on another day everything is."""
    ending, heard = await asked(port, others.number)
    judged = [
        finished(
            normalise(
                "hospital",
                heard.entries,
                ending,
                proof=PLUGIN.manifest.proof,
                patient=replace(ask_for(number=others.number).patient, birth_date=born),
                endpoint=f"mllp://127.0.0.1:{port}",
            )
        )
        for born in (others.birth_date, "1901-02-03")
    ]
    assert [one.ending.label for one in judged] == [OutcomeLabel.COMPLETE, OutcomeLabel.IDENTITY_MISMATCH]
    assert [one.quarantined for one in judged] == [0, len(heard.entries)]


async def test_who_the_hospital_does_not_know_is_no_record(port: int) -> None:
    """Accepted and not found, in the library's words."""
    ending, heard = await asked(port, BEN)
    assert (ending, heard.entries) == (Ending(OutcomeLabel.NO_RECORD), [])


async def test_the_broker_shows_a_hospitals_reports(port: int, tmp_path: Path) -> None:
    """The whole way from a query in HL7 v2 to the Bundle, each item once."""
    here = asha()
    person = person_of(here.number, born=here.birth_date)
    settings = {**SETTINGS, "records_per_page": 2}
    partner = Partner(endpoint=f"mllp://127.0.0.1:{port}", connector="hl7v2", settings=settings)
    async with broker_among(tmp_path, [person], {"hospital": partner}) as client:
        bundle = await whole_record(client, person)
        release = await newest_release(client, person.number)
    assert labels(json.loads(bundle)) == {"hospital": "complete"}
    assert [name for name, _ in release.items].count("DiagnosticReport") == len(here.records)
    assert sum('"resourceType":"DiagnosticReport"' in text for text in resource_texts(bundle)) == 5


@pytest.mark.parametrize("known", [True, False])
async def test_the_library_is_spoken_to_over_tls(known: bool, tmp_path: Path) -> None:
    """With the hospital's own authority registered; under any other nothing is asked."""
    authority, here = trustme.CA(), asha()
    certificate = authority.issue_cert("127.0.0.1").private_key_and_cert_chain_pem
    certificate.write_to_path(tmp_path / "server.pem")
    (authority if known else trustme.CA()).cert_pem.write_to_path(tmp_path / "authority.pem")
    trusted = Credentials(authority=str(tmp_path / "authority.pem"))
    ask = ask_for(number=here.number, categories=frozenset(Category))
    with hospital(tmp_path, here, certificate=tmp_path / "server.pem") as listening:
        road = mllp_transport(f"mllps://127.0.0.1:{listening}", trusted, PLUGIN.manifest, retries_max=0)
        try:
            ending, heard = await held_conversation(
                PLUGIN.create(SETTINGS).fetch(ask), lambda request: road.send(request, permit(here.number))
            )
        except TransportFault as fault:
            ending, heard = Ending(fault.label, fault.cause), Heard()
        finally:
            await road.aclose()
    assert bool(heard.entries) is known
    assert ending == (Ending(OutcomeLabel.COMPLETE) if known else Ending(OutcomeLabel.REFUSED, Cause.TLS))
