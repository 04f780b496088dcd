"""The same question again: partners are not asked, and everything else is done as the first time."""

from __future__ import annotations

import asyncio
import dataclasses
import re
from pathlib import Path
from typing import Any

import orjson
import pytest

from broker.domain.category import Category
from broker.domain.criteria import Criteria
from broker.domain.decision import Naming
from broker.domain.errors import AllPartnersFailed, ObjectionInForce
from broker.domain.identity import Restriction
from broker.domain.named_views import VIEWS
from broker.domain.objection import Scope
from broker.domain.outcome import Cause, OutcomeLabel
from broker.domain.query import Interaction
from broker.domain.requester import Permission, RelationshipGround, Requester
from broker.ports.connector import Ending, Page
from tests.support.connector_scripts import WHOLE, yielding
from tests.support.network import resources
from tests.support.pipeline_alone import DOCTOR, Alone, OnePerson, OneUser
from tests.support.records import NUMBER, OTHER, entry, patient, person
from tests.support.remembering import Counted, NoonClock, ages, remembering
from tests.support.stores import received
from tests.support.trail import rows_in

NOTHING = Page((entry(patient()),))
FAILS = yielding(ending=Ending(OutcomeLabel.INVALID, Cause.MALFORMED))
IN_PART = yielding(WHOLE, ending=Ending(OutcomeLabel.PARTIAL, Cause.PAGE_FAILED))
REFUSES = yielding(ending=Ending(OutcomeLabel.REFUSED, Cause.DISSENT_AT_SOURCE))


async def body(alone: Alone, **changes: Any) -> bytes:
    """The answer's bytes."""
    reply = await alone.ask(**{"interaction": Interaction.EVERYTHING, **changes})
    return b"".join(reply.body)


async def test_the_same_question_again_asks_no_partner(tmp_path: Path) -> None:
    """Each line then says that its answer is from memory, and how old it is at most."""
    async with remembering(tmp_path) as here:
        assert ages(await here.alone.record()) == {}
        assert ages(await here.alone.record()) == {"alder": 1, "beech": 1}
        assert here.times_asked == {"alder": 1, "beech": 1}


async def test_an_answer_from_memory_is_the_same_to_the_byte_but_for_the_mark(tmp_path: Path) -> None:
    """At one moment."""
    async with remembering(tmp_path) as here:
        here.alone.services = dataclasses.replace(here.alone.services, clock=NoonClock())
        now, again = await body(here.alone), await body(here.alone)
        mark = re.compile(rb',\{"url":"cached","valueInteger":1\}')
        words = re.compile(rb" This is its answer to the same question, at most 1 s ago\.")
        bare, marks = mark.subn(b"", again)
        bare, sentences = words.subn(b"", bare)
        assert (bare, marks, sentences) == (now, 2, 2)


async def test_a_page_is_cut_from_what_is_remembered(tmp_path: Path) -> None:
    """The second page asks nobody, and is not gone: nothing has moved between them."""
    async with remembering(tmp_path) as here:
        first = orjson.loads(await body(here.alone, count=1))
        [link] = [one["url"] for one in first["link"] if one["relation"] == "next"]
        page = link.partition("_page=")[2]
        second = orjson.loads(await body(here.alone, page=page))
        assert [one["resourceType"] for one in resources(second)].count("Condition") == 1
        assert here.times_asked == {"alder": 1, "beech": 1}


async def test_what_is_served_from_memory_is_released_and_on_record_like_any(tmp_path: Path) -> None:
    """An intent and a disclosure of its own, whose outcomes say so and keep the moment of the answer."""
    async with remembering(tmp_path) as here:
        await here.alone.record()
        await here.alone.record()
        kinds = [row.body.kind for row in rows_in(tmp_path / "releases.sqlite")]
        assert [kinds.count(one) for one in ("intent", "disclosure")] == [2, 2]
        released = [
            row.body for row in rows_in(tmp_path / "releases.sqlite") if row.body.kind == "disclosure"
        ]
        first, again = (body.outcomes for body in released)
        assert [one.from_memory_s for one in first] == [0, 0]
        assert [one.from_memory_s for one in again] == [1, 1]
        assert [one.answered_at for one in first] == [one.answered_at for one in again]


OTHER_CALLERS: tuple[dict[str, Any], ...] = (
    {"issuer": "https://other.example"},
    {"user_id": "user-2"},
    {"user_name": "Dr Imaginary Rowan"},
    {"organisation_ods": "RX902"},
    {"roles": ("nurse",)},
    {"purpose": "ETREAT"},
    {"relationship": RelationshipGround.REFERRAL},
    {"permission": Permission.ASKED},
    {"scopes": frozenset({"user/*.rs"})},
    {"only_patient": NUMBER},
    {"session_id": "another"},
)
OTHER_PEOPLE: tuple[dict[str, Any], ...] = (
    {"numbers": frozenset({NUMBER, OTHER})},
    {"family": "Hazel"},
    {"given": ("Ada",)},
    {"practice_ods": "RX902"},
    {"deceased_on": "2026-11-20"},
    {"resource": orjson.dumps(patient(id=NUMBER.digits, gender="female"))},
)


async def test_another_caller_asks_again(tmp_path: Path) -> None:
    """Each part of a caller is tried, but for what is one token's own."""
    tried = {name for change in OTHER_CALLERS for name in change}
    assert tried == {one.name for one in dataclasses.fields(Requester)} - {"token_id", "expires_at"}
    user = OneUser()
    async with remembering(tmp_path, user=user) as here:
        await here.alone.record()
        for count, change in enumerate(OTHER_CALLERS, start=2):
            user.requester = dataclasses.replace(DOCTOR, **change)
            assert ages(await here.alone.record()) == {}, change
            assert here.times_asked["alder"] == count, change


async def test_a_new_token_of_the_same_session_does_not_ask_again(tmp_path: Path) -> None:
    """The user is the same, from the same place, for the same reason."""
    user = OneUser()
    async with remembering(tmp_path, user=user) as here:
        await here.alone.record()
        user.requester = dataclasses.replace(DOCTOR, token_id="another")
        await here.alone.record()
        assert here.times_asked["alder"] == 1


async def test_a_person_whom_the_index_describes_otherwise_is_asked_for_again(tmp_path: Path) -> None:
    """Every answer was proved against what it said before."""
    index = OnePerson()
    async with remembering(tmp_path, index=index) as here:
        await here.alone.record()
        for count, change in enumerate(OTHER_PEOPLE, start=2):
            index.patient = person(**change)
            await here.alone.record()
            assert here.times_asked["alder"] == count, change


async def test_other_types_are_asked_for_again(tmp_path: Path) -> None:
    """And the same ones are not, by whichever question."""
    async with remembering(tmp_path) as here:
        await here.alone.record()
        search = {"interaction": Interaction.SEARCH, "resource_types": frozenset({"Condition"})}
        await body(here.alone, **search)
        await body(here.alone, **search)
        assert here.times_asked["alder"] == 2
        visits = Criteria(included_types=frozenset({"Encounter"}))  # what may come along is asked for too
        await body(here.alone, **search, criteria=visits)
        assert here.times_asked["alder"] == 3


async def test_a_view_that_asks_for_less_of_some_types_serves_nobody_who_asks_for_all(tmp_path: Path) -> None:
    """Partners may be asked by category: a view of results leaves out the referrals among its types."""
    async with remembering(tmp_path) as here:
        types = VIEWS[Interaction.VIEW_RESULTS].resource_types
        await body(here.alone, interaction=Interaction.VIEW_RESULTS, resource_types=types)
        await body(here.alone, resource_types=types)
        left_out, whole = (ask.categories for ask in here.partners["alder"].asked)
        assert whole - left_out == {Category.REFERRALS}
        await body(here.alone, interaction=Interaction.VIEW_RESULTS, resource_types=types)
        assert here.times_asked["alder"] == 2


async def test_under_another_revision_of_the_policies_partners_are_asked_again(tmp_path: Path) -> None:
    """Whatever it says."""
    async with remembering(tmp_path) as here:
        await here.alone.record()
        other = dataclasses.replace(here.alone.services.policies(), revision="another")
        here.alone.services = dataclasses.replace(here.alone.services, policies=lambda: other)
        await here.alone.record()
        assert here.times_asked["alder"] == 2


async def test_an_objection_meets_nothing_that_is_remembered(tmp_path: Path) -> None:
    """The next question is refused, and by then nothing of the person is in memory; nor of a part of it."""
    async with remembering(tmp_path) as here:
        await here.alone.record()
        scope = Scope(categories=frozenset({"problems"}))  # type: ignore[arg-type] # a StrEnum's word
        await here.alone.store.append_event(received(NUMBER, scope=scope))
        await here.alone.record()
        assert here.times_asked["alder"] == 2
        await here.alone.store.append_event(received(NUMBER, objection_id="ob-2"))
        with pytest.raises(ObjectionInForce):
            await here.alone.record()
        assert here.recall.is_idle


async def test_an_objection_that_lands_before_the_release_of_what_was_remembered_holds(
    tmp_path: Path,
) -> None:
    """It is judged, screened and released anew: the store's own look is the last."""
    async with remembering(tmp_path) as here:
        await here.alone.record()
        asked = here.recall.one

        async def one(*given: Any, **more: Any) -> Any:
            found = await asked(*given, **more)
            await here.alone.store.append_event(received(NUMBER))
            return found

        here.recall.one = one  # type: ignore[method-assign] # what happens in between
        with pytest.raises(ObjectionInForce):
            await here.alone.record()
        assert here.times_asked["alder"] == 1


@pytest.mark.parametrize("play", [FAILS, IN_PART, REFUSES], ids=["fails", "in part", "refuses"])
async def test_what_was_not_whole_is_asked_for_again(tmp_path: Path, play: Any) -> None:
    """Of everybody: an old answer beside a new one would be of two moments."""
    async with remembering(tmp_path, alder=Counted(), beech=Counted(play)) as here:
        await here.alone.record()
        assert ages(await here.alone.record()) == {}
        assert here.times_asked == {"alder": 2, "beech": 2}


async def test_a_failure_of_all_is_not_remembered(tmp_path: Path) -> None:
    """Each question finds out anew."""
    async with remembering(tmp_path, alder=Counted(FAILS)) as here:
        for _ in range(2):
            with pytest.raises(AllPartnersFailed):
                await here.alone.record()
        assert here.times_asked == {"alder": 2}


@pytest.mark.parametrize("play", [REFUSES, FAILS, yielding(NOTHING), yielding(WHOLE)])
async def test_the_mark_does_not_tell_what_a_veiled_partner_answered(tmp_path: Path, play: Any) -> None:
    """Dissent there, nothing held, and what cannot be read are alike to this reader: so is being kept."""
    async with remembering(tmp_path, alder=Counted(), beech=Counted(play)) as here:
        policies = here.alone.services.policies()
        disclosure = dataclasses.replace(policies.disclosure, naming={"beech": Naming.VEILED})
        veiled = dataclasses.replace(policies, disclosure=disclosure)
        here.alone.services = dataclasses.replace(here.alone.services, policies=lambda: veiled)
        await here.alone.record()
        assert ages(await here.alone.record())["alder"] == 1
        assert here.times_asked == {"alder": 1, "beech": 1}


async def test_a_restricted_person_is_never_remembered(tmp_path: Path) -> None:
    """Nor is whoever asks for them joined to another."""
    index = OnePerson(person(restriction=Restriction.RESTRICTED))
    user = OneUser(dataclasses.replace(DOCTOR, purpose="ETREAT"))
    async with remembering(tmp_path, index=index, user=user) as here:
        await asyncio.gather(here.alone.record(), here.alone.record())
        assert here.times_asked["alder"] == 2
        assert here.recall.is_idle


async def test_who_names_emergency_access_neither_finds_nor_leaves_anything(tmp_path: Path) -> None:
    """Also where it opens nothing that was not open."""
    async with remembering(tmp_path) as here:
        await here.alone.record()
        before = here.times_asked["alder"]
        with pytest.raises(Exception):  # noqa: B017, PT011 - an access that nobody opened is refused, and asks nobody
            await here.alone.record(grant_id="eg-nobodys")
        assert here.times_asked["alder"] == before


async def test_without_memory_every_question_asks(tmp_path: Path) -> None:
    """As it ships."""
    async with remembering(tmp_path) as here:
        here.alone.services = dataclasses.replace(here.alone.services, recall=None)
        await here.alone.record()
        assert ages(await here.alone.record()) == {}
        assert here.times_asked == {"alder": 2, "beech": 2}
