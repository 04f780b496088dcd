"""What the index says of the person: all of it where demographics are open, enough to know them elsewhere."""

from __future__ import annotations

import dataclasses
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import orjson
import pytest

from broker.domain.category import Category
from broker.domain.criteria import Criteria
from broker.domain.identity import NHS_NUMBER_SYSTEM
from broker.domain.objection import Scope
from broker.domain.objection_life import Actor
from broker.domain.outcome import OutcomeLabel
from broker.domain.query import Interaction, PartnerAsk
from broker.ports.connector import Ending, Page
from tests.support.again import outcome_of, token_in
from tests.support.connector_scripts import well
from tests.support.network import resources
from tests.support.pipeline_alone import DOCTOR, Alone, OnePerson, OneUser, Script, pipeline_over
from tests.support.records import BIRTH_DATE, NUMBER, entry, item, patient, person
from tests.support.sensitive import labelled
from tests.support.stores import received

READER = Actor(role="privacy officer", name="Imaginary Ash")
WHOLE = patient(
    id=NUMBER.digits,
    meta={"versionId": "7", "security": [{"code": "U"}]},
    name=[{"use": "usual", "family": "Imaginary"}, {"use": "old", "family": "Former"}],
    gender="female",
    address=[{"line": ["1 Imaginary Lane"]}],
    telecom=[{"system": "phone", "value": "01632 960 000"}],
    generalPractitioner=[{"identifier": {"value": "X99999"}}],
)
KNOWN_BY = {
    "identifier": [{"system": NHS_NUMBER_SYSTEM, "value": NUMBER.digits}],
    "name": [{"use": "usual", "family": "Imaginary"}],
    "gender": "female",
    "birthDate": BIRTH_DATE,
}
WHO = Scope(categories=frozenset({Category.DEMOGRAPHICS}))
WHO_AT_ALDER = dataclasses.replace(WHO, partners=frozenset({"alder"}))
MEDICINES = Scope(categories=frozenset({Category.MEDICINES}))
ASKING = (Interaction.FIND_PATIENT, Interaction.READ_PATIENT, Interaction.EVERYTHING)


@asynccontextmanager
async def asked_about(
    folder: Path,
    scope: Scope | None = None,
    scopes: frozenset[str] = frozenset(),
    *,
    role: str = "doctor",
    alder: Callable[[Any], Iterator[Any]] = well,
    beech: Callable[[Any], Iterator[Any]] = well,
) -> AsyncIterator[Alone]:
    """A person with an address, two partners, and perhaps an objection, a narrow token or another reader."""
    index = OnePerson(patient=person(resource=orjson.dumps(WHOLE)))
    user = OneUser(dataclasses.replace(DOCTOR, scopes=scopes, roles=(role,)))
    roads = {"alder": Script(alder), "beech": Script(beech)}
    async with pipeline_over(folder, roads, index=index, user=user) as alone:
        if scope is not None:
            await alone.store.append_event(received(NUMBER, scope=scope))
        yield alone


async def shown(alone: Alone, interaction: Interaction) -> dict[str, Any]:
    """The Patient of the index in an answer."""
    answer = orjson.loads(b"".join((await alone.ask(interaction=interaction)).body))
    if answer["resourceType"] == "Patient":
        return dict(answer)
    people = [one["resource"] for one in answer["entry"] if one["resource"]["resourceType"] == "Patient"]
    return dict(people[0])


@pytest.mark.parametrize("interaction", ASKING)
@pytest.mark.parametrize("scope", [None, MEDICINES])
async def test_where_demographics_are_open_the_index_is_shown_whole(
    tmp_path: Path, interaction: Interaction, scope: Scope | None
) -> None:
    """An objection to something else hides no address."""
    async with asked_about(tmp_path, scope) as alone:
        found = await shown(alone, interaction)
    assert {name: found[name] for name in WHOLE if name not in {"id", "meta"}} == {
        name: WHOLE[name] for name in WHOLE if name not in {"id", "meta"}
    }


CLOSED = {
    "an objection to demographics": {"scope": WHO},
    "an objection to demographics at one partner": {"scope": WHO_AT_ALDER},
    "a token for another type": {"scopes": frozenset({"user/Observation.rs"})},
}


@pytest.mark.parametrize("interaction", ASKING)
@pytest.mark.parametrize("closed", CLOSED.values(), ids=CLOSED.keys())
async def test_elsewhere_the_person_can_be_recognised_and_no_more(
    tmp_path: Path, interaction: Interaction, closed: dict[str, Any]
) -> None:
    """Number, present name, gender and birth date: no address, telephone, practice or former name."""
    async with asked_about(tmp_path, **closed) as alone:
        found = await shown(alone, interaction)
    assert {name: found[name] for name in found if name not in {"resourceType", "id", "meta"}} == KNOWN_BY
    assert found["meta"].keys() == {"source", "security"}


def telling(*resources: dict[str, Any], label: OutcomeLabel = OutcomeLabel.COMPLETE) -> Any:
    """A partner that answers with the Patient and these."""

    def play(_ask: object) -> Iterator[Any]:
        yield Page(tuple(entry(one) for one in (patient(), *resources)))
        return Ending(label)

    return play


KEPT = labelled("restricted-location")
REFUGE = {"resourceType": "Location", "id": "l1", "name": "Refuge"}
WHEREABOUTS = {
    "an alert": telling(item("Flag", "f1", **KEPT)),
    "a place": telling({**REFUGE, **KEPT}),
    "a place that is contained": telling(item("Encounter", "e1", contained=[{**REFUGE, **KEPT}])),
    "what is contained cannot be read": telling(item("Encounter", "e1", contained=[{"id": 1}])),
    "HL7's label, without its system": telling(item("Encounter", "e1", **labelled("LOCIS", ""))),
    "an answer of which a page is missing": telling(label=OutcomeLabel.PARTIAL),
    "no answer": telling(label=OutcomeLabel.TIMED_OUT),
}


@pytest.mark.parametrize("beech", WHEREABOUTS.values(), ids=WHEREABOUTS.keys())
@pytest.mark.parametrize(("role", "told"), [("doctor", True), ("pharmacist", False)])
async def test_the_index_does_not_say_where_somebody_is_whom_a_partner_hides(
    tmp_path: Path, beech: Any, role: str, told: bool
) -> None:
    """From a reader to whom the class is closed, address, telephone and practice go; a doctor has them."""
    async with asked_about(tmp_path, role=role, beech=beech) as alone:
        found = await shown(alone, Interaction.EVERYTHING)
    assert [name in found for name in ("address", "telecom", "generalPractitioner")] == [told] * 3


async def test_the_index_is_shown_whole_where_every_partner_answered_and_none_hides_the_place(
    tmp_path: Path,
) -> None:
    """Also to a reader to whom the class is closed, since demographics are open; an HIV label is no place."""
    async with asked_about(
        tmp_path, role="pharmacist", beech=telling(item("Flag", "f1", **labelled("hiv")))
    ) as alone:
        found = await shown(alone, Interaction.EVERYTHING)
    assert found["address"] == WHOLE["address"]


@pytest.mark.parametrize("interaction", [Interaction.FIND_PATIENT, Interaction.READ_PATIENT])
async def test_nobody_asked_is_not_nobody_hiding(tmp_path: Path, interaction: Interaction) -> None:
    """Where the index alone is asked, a reader to whom the class is closed does not learn the address."""
    async with asked_about(tmp_path, role="pharmacist") as alone:
        found = await shown(alone, interaction)
    assert {name: found[name] for name in found if name not in {"resourceType", "id", "meta"}} == KNOWN_BY


async def test_an_answer_of_some_partners_alone_is_not_nobody_hiding(tmp_path: Path) -> None:
    """Who is not asked again may be the one that keeps the place."""
    endings = iter((OutcomeLabel.TIMED_OUT, OutcomeLabel.COMPLETE))

    def late_at_first(ask: object) -> Iterator[Any]:
        ending: Ending = yield from telling(label=next(endings))(ask)
        return ending

    async with asked_about(
        tmp_path, role="pharmacist", alder=late_at_first, beech=WHEREABOUTS["a place"]
    ) as alone:
        token = token_in(outcome_of(await alone.record()))
        record = await alone.record(again=token)
    person_in_it = next(one for one in resources(record) if one["resourceType"] == "Patient")
    assert "address" not in person_in_it
    assert person_in_it["name"] == KNOWN_BY["name"]


def filtering(ask: PartnerAsk) -> Iterator[Any]:
    """A partner that sends what is asked for alone; a Flag of it keeps the place."""
    held = {"Flag": item("Flag", "f1", **KEPT), "Condition": item("Condition", "c1")}
    wanted = ask.resource_types or held.keys()
    ending: Ending = yield from telling(*(one for name, one in held.items() if name in wanted))(ask)
    return ending


@pytest.mark.parametrize(("role", "told"), [("doctor", True), ("pharmacist", False)])
async def test_an_answer_of_some_types_alone_is_not_nobody_hiding(
    tmp_path: Path, role: str, *, told: bool
) -> None:
    """What keeps the place may be of a type that nobody was asked for."""
    asked = {"resource_types": frozenset({"Condition"}), "criteria": Criteria(includes_person=True)}
    async with asked_about(tmp_path, role=role, beech=filtering) as alone:
        record = orjson.loads(b"".join((await alone.ask(**asked)).body))
    found = next(one for one in resources(record) if one["resourceType"] == "Patient")
    assert ("address" in found) == told


@pytest.mark.parametrize("interaction", ASKING)
async def test_the_trail_proves_what_the_index_gave(tmp_path: Path, interaction: Interaction) -> None:
    """Under the index's own registration, over the bytes that the reader got."""
    async with asked_about(tmp_path) as alone:
        body = b"".join((await alone.ask(interaction=interaction)).body)
        [access] = await alone.store.accesses(frozenset({NUMBER}), reader=READER)
        proved = (access.items or ())[0]
        begin = body.index(b'{"resourceType":"Patient"')
        carried = body[begin : body.rindex(b"}", 0, _end_of(body, begin)) + 1]
        assert proved.digest == alone.services.sealer.digest(carried)
    assert (proved.partner_id, proved.resource_type, proved.version) == ("index", "Patient", "7")
    assert access.released["index"] == 1
    assert NUMBER.digits not in proved.local_id


def _end_of(body: bytes, begin: int) -> int:
    """Where the Patient that begins there ends: at its search mode, or with the body."""
    end = body.find(b',"search":', begin)
    return len(body) if end < 0 else end


async def test_a_question_for_another_type_shows_and_proves_no_patient_of_the_index(tmp_path: Path) -> None:
    """Nothing is on file that was not shown."""
    async with asked_about(tmp_path) as alone:
        await alone.ask(resource_types=frozenset({"Condition"}))
        [access] = await alone.store.accesses(frozenset({NUMBER}), reader=READER)
    assert "index" not in access.released


@pytest.mark.parametrize(("types", "mode"), [({"Patient", "Condition"}, "match"), ({"Condition"}, None)])
async def test_of_some_types_the_person_is_shown_where_they_are_among_them(
    tmp_path: Path, types: set[str], mode: str | None
) -> None:
    """Every reference to the person leads to the index's own, so that is the one that is asked for."""
    async with asked_about(tmp_path) as alone:
        answer = await alone.record(resource_types=frozenset(types))
    subjects = {one["subject"]["reference"] for one in resources(answer) if "subject" in one}
    modes = [
        entry["search"]["mode"]
        for entry in answer["entry"]
        if f"Patient/{entry['resource'].get('id')}" in subjects
    ]
    assert modes == ([mode] if mode else [])
