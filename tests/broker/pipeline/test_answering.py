"""The whole pipeline over connectors that behave: who is asked, for what, and in which order they stand."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import orjson
import pytest

from broker.domain.errors import BrokerFault, ServiceDown, Unauthenticated
from broker.domain.identity import Restriction
from broker.domain.outcome import OutcomeLabel
from broker.domain.query import Interaction, LocalIdentity
from broker.ports.connector import Ending, Learned, Page, Pause
from tests.support.connector_scripts import WHOLE, raising, well
from tests.support.network import labels, resources
from tests.support.pipeline_alone import DOCTOR, OnePerson, OneUser, Script, pipeline_over
from tests.support.records import NUMBER, entry, item, patient, person


async def test_each_partner_is_in_the_answer_once_in_the_order_of_registration(tmp_path: Path) -> None:
    """Whoever answers first."""

    def late(_ask: object) -> Iterator[Any]:
        for _ in range(50):
            yield Pause()
        yield WHOLE
        return Ending(OutcomeLabel.COMPLETE)

    scripts = {"alder": Script(late), "beech": Script(well), "cedar": Script(late)}
    async with pipeline_over(tmp_path, scripts) as alone:
        record = await alone.record()
    assert list(labels(record)) == ["alder", "beech", "cedar"]


async def test_without_a_token_nobody_is_asked(tmp_path: Path) -> None:
    """Not the index, and no partner."""
    async with pipeline_over(tmp_path, {"alder": Script(raising(AssertionError()))}) as alone:
        with pytest.raises(Unauthenticated):
            await alone.ask(authorization=None)
        assert alone.services.index.asked == []  # type: ignore[attr-defined] # OnePerson remembers


async def test_a_fault_that_nothing_foresaw_is_ours_and_names_the_contact_routes(tmp_path: Path) -> None:
    """A fixed sentence; the cause is not in it."""

    class Broken(OneUser):
        async def authenticate(self, authorization: str | None, /) -> Any:
            raise LookupError(authorization)

    async with pipeline_over(tmp_path, {"alder": Script(well)}, user=Broken()) as alone:
        with pytest.raises(BrokerFault) as caught:
            await alone.ask()
    assert caught.value.contact == ("The test",)
    assert caught.value.__cause__ is None
    assert "a.b.c" not in caught.value.message


async def test_a_store_that_is_closed_refuses_and_names_itself(tmp_path: Path) -> None:
    """Not knowing is a no, and the connector is never started."""
    started: list[object] = []

    def note(ask: object) -> Iterator[Any]:
        started.append(ask)
        return well(ask)

    async with pipeline_over(tmp_path, {"alder": Script(note)}) as alone:
        await alone.store.aclose()
        with pytest.raises(ServiceDown) as caught:
            await alone.record()
    assert (caught.value.service, caught.value.contact, started) == ("release-store", ("The test",), [])


async def test_a_patient_question_asks_the_index_alone(tmp_path: Path) -> None:
    """No partner is needed to name a person."""
    async with pipeline_over(tmp_path, {"alder": Script(raising(AssertionError()))}) as alone:
        reply = await alone.ask(interaction=Interaction.FIND_PATIENT)
    assert orjson.loads(b"".join(reply.body))["total"] == 1


async def test_a_type_is_asked_for_alone(tmp_path: Path) -> None:
    """The ask names the type and its categories; nothing else of the answer is shown."""
    asks: list[Any] = []

    def note(ask: Any) -> Iterator[Any]:
        asks.append(ask)
        yield Page((entry(patient()), entry(item("Condition", "c1")), entry(item("Observation", "o1"))))
        return Ending(OutcomeLabel.COMPLETE)

    async with pipeline_over(tmp_path, {"alder": Script(note)}) as alone:
        record = orjson.loads(b"".join((await alone.ask(resource_types=frozenset({"Condition"}))).body))
    [ask] = asks
    assert (ask.resource_types, {one.value for one in ask.categories}) == ({"Condition"}, {"problems"})
    assert {one["resourceType"] for one in resources(record)} == {"OperationOutcome", "Condition"}


async def test_a_restricted_persons_local_id_is_never_kept(tmp_path: Path) -> None:
    """However often it is found."""
    asks: list[Any] = []

    def note(ask: Any) -> Iterator[Any]:
        asks.append(ask.local)
        yield Learned(LocalIdentity(local_id="p1", patient=orjson.dumps(patient())))
        yield WHOLE
        return Ending(OutcomeLabel.COMPLETE)

    index = OnePerson(person(restriction=Restriction.RESTRICTED))
    user = OneUser(dataclasses.replace(DOCTOR, purpose="ETREAT"))
    async with pipeline_over(tmp_path, {"alder": Script(note)}, index=index, user=user) as alone:
        alone.services.locals.begin(NUMBER)  # type: ignore[attr-defined] # a trace was kept
        for _ in range(2):
            await alone.record()
    assert asks == [None, None]


async def test_a_local_id_is_learned_once_and_given_to_the_next_ask(tmp_path: Path) -> None:
    """For the life of the trace; forgotten when the answer turns out to be somebody else's."""
    asks: list[Any] = []
    other = {"now": patient()}

    def note(ask: Any) -> Iterator[Any]:
        asks.append(ask.local)
        if ask.local is None:
            yield Learned(LocalIdentity(local_id="p1", patient=orjson.dumps(patient())))
        yield Page((entry(other["now"]), entry(item("Condition", "c1"))))
        return Ending(OutcomeLabel.COMPLETE)

    async with pipeline_over(tmp_path, {"alder": Script(note), "beech": Script(well)}) as alone:
        alone.services.locals.begin(NUMBER)  # type: ignore[attr-defined] # a trace was kept
        await alone.record()
        await alone.record()
        other["now"] = patient("9990000026")
        await alone.record()
        await alone.record()
    assert [one and one.local_id for one in asks] == [None, "p1", "p1", None]
