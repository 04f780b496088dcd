from __future__ import annotations

import datetime as dt
import json
from dataclasses import replace
from typing import Any

import pytest

from broker.domain.identity import PatientIdentity, Restriction
from broker.domain.objection_life import Channel, ObjectionEvent
from broker.objections import letter, life
from broker.objections.letter import NoLetter, Sender
from tests.support.records import person
from tests.support.speakers import (
    BORN,
    HANDLER,
    LATER,
    intake_of,
    parent,
    received_by,
    taken_back_by,
)
from tests.support.stores import NOON

SENDER = Sender(contact=("Objections team, 01632 960 345",), day=NOON.date())
HOME = {"use": "home", "line": ["1 Imaginary Lane", ""], "city": "Fenmere", "postalCode": "ZZ99 3WZ"}


def somebody(*addresses: Any, **members: Any) -> PatientIdentity:
    """Whom the index names, with these addresses."""
    resource = json.dumps({"resourceType": "Patient", "address": addresses or [HOME]}).encode()
    named = {"family": "Sample", "given": ("Ada", "May"), "birth_date": "1951-04-09", "resource": resource}
    return replace(person(), **(named | members))


def own(**members: object) -> ObjectionEvent:
    """The person's own objection by phone."""
    return received_by(intake_of(**members))


def imported(voice: str) -> ObjectionEvent:
    """One that a file says was made by somebody whom it calls so."""
    intake = replace(intake_of(channel=Channel.IMPORT), speaker=None, on_behalf_of=voice)
    return received_by(intake)


def test_a_letter_goes_to_the_address_that_the_index_holds_now() -> None:
    """With what was received, that it is in force and whom to tell; no number and nothing else of theirs."""
    text = letter.letter(own(), somebody(), SENDER)
    assert text.splitlines()[:4] == ["Ada May Sample", "1 Imaginary Lane", "Fenmere", "ZZ99 3WZ"]
    assert "objection to your records" in text
    assert "On 22 November 2026 " in text
    assert SENDER.contact[0] in text
    assert "999" not in text


def test_a_letter_on_a_parents_objection_goes_to_the_parents_or_guardians() -> None:
    """Of both: one of them may not know."""
    child = somebody(birth_date=BORN)
    text = letter.letter(received_by(intake_of(parent(), born=BORN)), child, SENDER)
    assert text.splitlines()[:2] == ["To the parents or guardians of", "Ada May Sample"]
    assert "objection to Ada May Sample's records" in text


@pytest.mark.parametrize(
    ("event", "identity", "reason"),
    [
        (own(unsafe_to_write=True), somebody(), letter.UNSAFE),
        (own(), somebody(restriction=Restriction.RESTRICTED), letter.RESTRICTED),
        (own(), somebody(restriction=Restriction.VERY_RESTRICTED), letter.RESTRICTED),
        (own(), somebody(deceased_on="2026-11-01"), letter.DIED),
        (own(born=BORN), somebody(birth_date=BORN), letter.YOUNG),
        (own(), somebody(birth_date="2010-11-23"), letter.YOUNG),
        (own(), somebody(birth_date=""), letter.YOUNG),
        (own(), somebody(birth_date="2010-11"), letter.YOUNG),
        (imported("patient"), somebody(birth_date=BORN), letter.YOUNG),
        (imported("court-appointed"), somebody(birth_date=BORN), letter.YOUNG),
        (life.withdraw(own(), taken_back_by(), by=HANDLER, at=LATER), somebody(), letter.WITHDRAWN),
    ],
)
def test_where_a_letter_could_harm_none_is_written(
    event: ObjectionEvent, identity: PatientIdentity, reason: str
) -> None:
    """The reason is said, and how the person is reached instead."""
    with pytest.raises(NoLetter) as refused:
        letter.letter(event, identity, SENDER)
    assert str(refused.value) == reason


@pytest.mark.parametrize(
    ("born", "day", "young"),
    [
        ("2010-12-05", dt.date(2026, 12, 4), True),
        ("2010-12-05", dt.date(2026, 12, 5), False),
        ("2010-12", dt.date(2026, 12, 30), True),
        ("2010-12", dt.date(2026, 12, 31), False),
    ],
)
def test_nobody_is_taken_for_sixteen_before_the_last_day_on_which_they_can_become_so(
    born: str, day: dt.date, *, young: bool
) -> None:
    """A month without its day ends with it."""
    wrote = replace(SENDER, day=day)
    if not young:
        assert letter.letter(own(), somebody(birth_date=born), wrote)
        return
    with pytest.raises(NoLetter, match="under 16"):
        letter.letter(own(), somebody(birth_date=born), wrote)


@pytest.mark.parametrize(
    "addresses",
    [
        [{**HOME, "use": "temp"}],
        [{**HOME, "period": {"end": "2026-11-21"}}],
        [{**HOME, "period": {"start": "2026-11-23"}}],
        [{**HOME, "period": {"start": "soon"}}],
        [HOME, {**HOME, "line": ["2 Imaginary Lane"]}],
        [{"use": "home"}],
        ["1 Imaginary Lane"],
    ],
)
def test_where_the_index_names_no_one_home_none_is_written(addresses: list[Any]) -> None:
    """A letter to a former home tells strangers; of two, which is right is not known."""
    with pytest.raises(NoLetter, match="no one address"):
        letter.letter(own(), somebody(*addresses), SENDER)
    with pytest.raises(NoLetter, match="no one address"):
        letter.letter(own(), somebody(resource=b"{"), SENDER)


def test_an_address_is_in_force_on_both_of_its_days() -> None:
    """As FHIR has it; a former one beside it is passed over."""
    today = {**HOME, "period": {"start": "2026-11-22", "end": "2026-11-22"}}
    former = {**HOME, "line": ["9 Former Road"], "period": {"end": "2020-01-01"}}
    text = letter.letter(own(), somebody(former, today), SENDER)
    assert "1 Imaginary Lane" in text
    assert "Former" not in text
