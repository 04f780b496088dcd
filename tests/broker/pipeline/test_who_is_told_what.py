"""The neutral refusal: one answer for an objected, a restricted, an unknown and an ambiguous person."""

from __future__ import annotations

import dataclasses
from pathlib import Path
from typing import Any

import pytest

from broker.domain.errors import AmbiguousPerson, BrokerError, Forbidden, NotFound, ObjectionInForce
from broker.domain.identity import PatientIdentity, Restriction
from broker.domain.objection_life import Actor
from broker.domain.requester import RelationshipGround, Requester
from broker.ports.connector import Traced
from tests.support.connector_scripts import well
from tests.support.pipeline_alone import DOCTOR, OnePerson, OneUser, Script, pipeline_over
from tests.support.records import NUMBER, person
from tests.support.stores import received

READER = Actor(role="privacy officer", name="Imaginary Ash")
SELF_CLAIMED = dataclasses.replace(DOCTOR, relationship=RelationshipGround.SELF_CLAIMED)


class Says(OnePerson):
    """An index that says the same of every number."""

    def __init__(self, traced: Traced) -> None:
        super().__init__()
        self._traced = traced

    async def trace(self, *_: Any, **__: Any) -> Traced:
        return self._traced


def found(identity: PatientIdentity) -> Traced:
    """One person."""
    return Traced(status="found", identity=identity)


PEOPLE = {
    "objected": found(person()),
    "restricted": found(person(restriction=Restriction.RESTRICTED)),
    "unknown": Traced(status="not-found"),
    "invalidated": Traced(status="invalidated"),
    "several": Traced(status="several"),
}


async def heard(folder: Path, who: str, requester: Requester) -> tuple[BrokerError, str]:
    """What the caller hears of a person, and the cause that is on file."""
    index = Says(PEOPLE[who])
    async with pipeline_over(folder, {"alder": Script(well)}, index=index, user=OneUser(requester)) as alone:
        if who == "objected":
            await alone.store.append_event(received(NUMBER))
        with pytest.raises(BrokerError) as caught:
            await alone.record()
        access = (await alone.store.accesses(frozenset({NUMBER}), reader=READER))[-1]
    return caught.value, access.cause


async def test_who_may_not_hear_of_an_objection_hears_the_same_of_everybody(tmp_path: Path) -> None:
    """The words, the code and the contact routes; the trail has the cause."""
    said, causes = set(), {}
    for who in PEOPLE:
        error, causes[who] = await heard(tmp_path / who, who, SELF_CLAIMED)
        said.add((error.status, error.code, error.message, error.contact))
    assert len(said) == 1
    assert causes == {
        "objected": "Forbidden",
        "restricted": "Forbidden",
        "unknown": "NotFound",
        "invalidated": "NotFound",
        "several": "AmbiguousPerson",
    }


@pytest.mark.parametrize(
    ("who", "error"),
    [("objected", ObjectionInForce), ("unknown", NotFound), ("several", AmbiguousPerson)],
)
async def test_who_may_hear_of_an_objection_hears_which_it_is(
    tmp_path: Path, who: str, error: type[BrokerError]
) -> None:
    """A caller with a care relationship can trace the person again."""
    assert type((await heard(tmp_path, who, DOCTOR))[0]) is error


async def test_a_token_for_somebody_else_hears_nothing_of_an_unknown_person(tmp_path: Path) -> None:
    """Whoever asks: it opens one person's record alone."""
    elsewhere = dataclasses.replace(DOCTOR, only_patient=NUMBER)
    index = OnePerson(patient=person())
    async with pipeline_over(
        tmp_path, {"alder": Script(well)}, index=index, user=OneUser(elsewhere)
    ) as alone:
        with pytest.raises(Forbidden):
            await alone.record(number_text="9990000026")


@pytest.mark.parametrize(
    "changed", [{"relationship": RelationshipGround.NONE}, {"roles": ("nobody",)}, {"purpose": "HRESCH"}]
)
async def test_the_register_is_not_read_for_a_caller_without_any_right(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, changed: dict[str, Any]
) -> None:
    """What is not read takes no time by which an objection could be told; the refusal is on file."""
    user = OneUser(dataclasses.replace(DOCTOR, **changed))
    async with pipeline_over(tmp_path, {"alder": Script(well)}, user=user) as alone:
        await alone.store.append_event(received(NUMBER))

        async def read(_numbers: object) -> None:
            raise AssertionError

        monkeypatch.setattr(alone.store, "objections", read)
        with pytest.raises(Forbidden):
            await alone.record()
        monkeypatch.undo()
        (line,) = await alone.store.accesses(frozenset({NUMBER}), reader=READER)
        assert (line.outcome, line.cause) == ("refused", "Forbidden")
