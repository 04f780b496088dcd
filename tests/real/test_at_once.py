"""Several people asked for at the same moment never mix."""

from __future__ import annotations

import asyncio
import itertools
import json

from tests.support.json_text import resource_texts
from tests.support.network import Client
from tests.support.real_network import whole_record
from tests.support.real_servers import RealServer
from tests.support.synthea import SyntheaPerson
from tests.support.undoing import tree_of, without_found_at

AT_ONCE = 20


async def test_twenty_questions_about_six_people_each_get_their_own_person(
    broker: Client, everyone: RealServer
) -> None:
    """Nothing is warm when they start; each answer is the one that the same person gets alone."""
    people = everyone.people[:6]
    asked = list(itertools.islice(itertools.cycle(people), AT_ONCE))
    answers = await asyncio.gather(*(whole_record(broker, person) for person in asked))
    alone = {person.number: await whole_record(broker, person) for person in people}
    for person, answer in zip(asked, answers, strict=True):
        assert clinical_texts(answer) == clinical_texts(alone[person.number])
        assert {number for number in numbers_of(people) if number in answer} == {person.number.digits}


async def test_nobody_shares_an_item_with_anybody(broker: Client, everyone: RealServer) -> None:
    """Each answer's item ids, asked for all at once, are of one person alone."""
    people = everyone.people[:6]
    answers = await asyncio.gather(*(whole_record(broker, person) for person in people))
    ids = [frozenset(tree_of(text)["id"] for text in clinical_texts(answer)) for answer in answers]
    assert all(ids)
    assert len(frozenset().union(*ids)) == sum(map(len, ids))


async def test_one_kind_of_item_asked_for_at_once_is_each_persons_own(
    broker: Client, everyone: RealServer
) -> None:
    """Searches beside each other: every Observation's subject is the person who was asked for."""
    people = everyone.people[:6]
    tokens = await asyncio.gather(*(broker.patient_id(person.number.digits) for person in people))
    asked = list(itertools.islice(itertools.cycle(tokens), AT_ONCE))
    answers = await asyncio.gather(*(broker.get(f"Observation?patient={token}") for token in asked))
    for token, (status, body) in zip(asked, answers, strict=True):
        items = [entry["resource"] for entry in json.loads(body)["entry"]]
        subjects = {one["subject"]["reference"] for one in items if one["resourceType"] == "Observation"}
        assert status == 200
        assert subjects == {f"Patient/{token}"}


def clinical_texts(bundle: str) -> list[str]:
    """Everything after the outcome, less the moment of asking."""
    outcome, *rest = resource_texts(bundle)
    assert tree_of(outcome)["resourceType"] == "OperationOutcome"
    return list(map(without_found_at, rest))


def numbers_of(people: tuple[SyntheaPerson, ...]) -> list[str]:
    """Everybody's NHS number, as an answer would write it."""
    return [person.number.digits for person in people]
