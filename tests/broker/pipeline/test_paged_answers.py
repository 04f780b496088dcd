"""Pages of one person's record through the whole pipeline: what each is bound to, and who is asked for it."""

from __future__ import annotations

import dataclasses
import datetime as dt
import random
from collections.abc import AsyncIterator, Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from broker.adapters.clock import SystemClock
from broker.adapters.keys import Purpose, make_development_keys, read_key_ring
from broker.adapters.keys.rotation import rotate_key
from broker.adapters.sealing import RingSealer
from broker.domain.category import Category
from broker.domain.errors import BadRequest, Forbidden, NotFound, ObjectionInForce, PageGone
from broker.domain.objection import Scope
from broker.domain.outcome import OutcomeLabel
from broker.domain.query import Interaction
from broker.objections import Register
from broker.policy.loading import load_policies
from broker.ports.connector import Ending, Page
from tests.support.network import object_to, resources
from tests.support.pipeline_alone import DOCTOR, Alone, OnePerson, OneUser, Script, pipeline_over
from tests.support.records import NUMBER, OTHER, entry, item, patient, person
from tests.support.revisions import change

PARTNERS = {"alder": frozenset({"RX901"}), "beech": frozenset({"RX902"})}
DICE = random.Random(20261126)  # noqa: S311 - orders to try, not secrets


@dataclass(slots=True)
class Shuffling:
    """A partner that sends its items in another order each time, and counts how often it was asked."""

    held: list[dict[str, Any]]
    asked: int = 0

    def play(self, _ask: object) -> Iterator[Any]:
        """Everything in one page."""
        self.asked += 1
        sent = DICE.sample(self.held, len(self.held))
        yield Page(tuple(entry(one) for one in (patient(), *sent)))
        return Ending(OutcomeLabel.COMPLETE)


@dataclass(slots=True)
class Paging:
    """A reader with the first page of two items, and a second one to ask for."""

    alone: Alone
    partners: dict[str, Shuffling]
    link: dict[str, Any] = field(default_factory=dict)

    async def first(self, **changes: Any) -> dict[str, Any]:
        """The first page; its link is remembered."""
        tree = await self.alone.record(count=2, **changes)
        self.link = following(tree) or {}
        return tree

    async def second(self, **changes: Any) -> dict[str, Any]:
        """The page that the last link leads to. Raises what the reader would hear."""
        tree = await self.alone.record(**{"number_text": None, **self.link, **changes})
        self.link = following(tree) or {}
        return tree

    @property
    def asked(self) -> int:
        """Calls to partners so far."""
        return sum(one.asked for one in self.partners.values())

    def of(self, **changes: Any) -> None:
        """Another part of the broker from here on."""
        self.alone.services = dataclasses.replace(self.alone.services, **changes)

    def ahead(self, seconds: float) -> None:
        """Time passes."""
        by = dt.timedelta(seconds=seconds)
        self.of(clock=SystemClock(lambda: dt.datetime.now(dt.UTC) + by))


def following(tree: dict[str, Any]) -> dict[str, Any] | None:
    """What the next link asks."""
    urls = [one["url"] for one in tree["link"] if one["relation"] == "next"]
    if not urls:
        return None
    path, _, page = urls[0].partition("?_page=")
    return {"patient_token": path.split("/")[-2], "page": page}


def items(tree: dict[str, Any]) -> list[str]:
    """The ids of a page's items, the index's own Patient apart."""
    return [one["id"] for one in resources(tree) if one["resourceType"] != "OperationOutcome"][1:]


@pytest.fixture
async def paging(tmp_path: Path) -> AsyncIterator[Paging]:
    """Two partners with four items each and their own Patients."""
    held = [item("Condition", f"c{place}") for place in range(2)]
    held.append(item("Condition", "c2", asserter={"reference": "Practitioner/7"}))
    held.append({"resourceType": "Practitioner", "id": "7"})
    partners = {name: Shuffling(held) for name in PARTNERS}
    scripts = {name: Script(one.play) for name, one in partners.items()}
    async with pipeline_over(tmp_path, scripts) as alone:
        yield Paging(alone, partners)


async def test_pages_are_the_whole_whatever_order_a_partner_sends(paging: Paging) -> None:
    """Asked anew and sent in another order each time; each page says who answered."""
    whole = items(await paging.alone.record())
    trees = [await paging.first()]
    while paging.link:
        trees.append(await paging.second())
    assert [one for tree in trees for one in items(tree)] == whole
    assert [len(items(tree)) for tree in trees] == [3, 2, 3, 2]
    assert all(resources(tree)[0]["resourceType"] == "OperationOutcome" for tree in trees)
    assert paging.asked == 2 * (1 + len(trees))


async def assert_refused(paging: Paging, error: type[Exception], **changes: Any) -> None:
    """The second page is, before any partner is asked for it."""
    before = paging.asked
    with pytest.raises(error):
        await paging.second(**changes)
    assert paging.asked == before


OTHERS = {
    "user": {"user_id": "user-2"},
    "organisation": {"organisation_ods": "RX902"},
    "issuer": {"issuer": "https://other.example"},
}


@pytest.mark.parametrize("changes", OTHERS.values(), ids=OTHERS.keys())
async def test_another_caller_has_no_use_for_a_link(paging: Paging, changes: dict[str, str]) -> None:
    """The person's id in it is not theirs; with one of their own the page is gone."""
    await paging.first()
    other = dataclasses.replace(DOCTOR, **changes)
    paging.of(authenticator=OneUser(other))
    await assert_refused(paging, NotFound)
    await assert_refused(paging, PageGone, patient_token=own_token(paging, other))


def own_token(paging: Paging, reader: Any) -> str:
    """The person's id, as `reader` would find it."""
    services = paging.alone.services
    return services.sealer.patient_token(NUMBER, reader, at_s=services.clock.now().timestamp())


async def test_a_link_is_for_its_person_purpose_question_and_grant(paging: Paging) -> None:
    """With anything else beside it, it is gone."""
    await paging.first()
    both = OnePerson(person(numbers=frozenset({NUMBER, OTHER})))
    paging.of(index=both)
    other = paging.alone.services.sealer.patient_token(
        OTHER, DOCTOR, at_s=paging.alone.services.clock.now().timestamp()
    )
    await assert_refused(paging, PageGone, patient_token=other)
    await assert_refused(paging, PageGone, resource_types=frozenset({"Condition"}))
    await assert_refused(paging, PageGone, grant_id="eg-" + "0" * 32)
    paging.of(authenticator=OneUser(dataclasses.replace(DOCTOR, purpose="ETREAT")))
    await assert_refused(paging, PageGone)


async def test_a_person_whose_number_was_superseded_meanwhile_is_asked_about_anew(paging: Paging) -> None:
    """The link names a number that is not the person's any more."""
    await paging.first()
    paging.of(index=OnePerson(person(number=OTHER, numbers=frozenset({NUMBER, OTHER}))))
    await assert_refused(paging, PageGone)


async def test_a_link_stands_for_its_time_and_each_page_gives_one_with_a_new_life(paging: Paging) -> None:
    """Ten minutes unless the settings say otherwise."""
    await paging.first()
    paging.ahead(590)
    await paging.second()
    paging.ahead(1180)
    await paging.second()
    paging.ahead(1785)
    await assert_refused(paging, PageGone)


async def test_an_objection_to_the_whole_record_refuses_the_next_page(paging: Paging) -> None:
    """In the words of the objection, as it would refuse the first; none of it is shown."""
    await paging.first()
    await object_to(Register(paging.alone.store, SystemClock()), NUMBER.digits)
    await assert_refused(paging, ObjectionInForce)


@pytest.mark.parametrize(
    "scope",
    [Scope(partners=frozenset({"beech"})), Scope(categories=frozenset({Category.RESULTS}))],
    ids=["to a partner", "to what nobody holds"],
)
async def test_an_objection_to_a_part_ends_the_pages(paging: Paging, scope: Scope) -> None:
    """Whether or not it closes anything here; whoever starts again gets what is open now."""
    await paging.first()
    await object_to(Register(paging.alone.store, SystemClock()), NUMBER.digits, scope=scope)
    await assert_refused(paging, PageGone)
    assert items(await paging.first())


async def test_a_policy_that_changed_ends_the_pages(paging: Paging) -> None:
    """Also where it opens something: two judgements are never read as one."""
    await paging.first()
    folder = paging.alone.folder / "policies"
    change(folder, "categories: [everything]", "categories: [allergies, problems]")
    changed = load_policies(folder, PARTNERS)
    paging.of(policies=lambda: changed)
    await assert_refused(paging, PageGone)


async def test_whoever_lost_the_right_to_the_record_hears_that(paging: Paging) -> None:
    """The neutral refusal, whatever becomes of the page."""
    await paging.first()
    paging.of(authenticator=OneUser(dataclasses.replace(DOCTOR, roles=("nobody",))))
    await assert_refused(paging, Forbidden)


def lost(held: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """One item less."""
    return held[1:]


def amended(held: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """One item says something else."""
    return [{**held[0], "recordedDate": "2026"}, *held[1:]]


@pytest.mark.parametrize("changed", [lost, amended])
async def test_a_record_that_changed_at_one_partner_ends_the_pages(
    paging: Paging, changed: Callable[[list[dict[str, Any]]], list[dict[str, Any]]]
) -> None:
    """Also where nothing of it would stand on this page; it takes asking to know."""
    await paging.first()
    paging.partners["beech"].held = changed(paging.partners["beech"].held)
    before = paging.asked
    with pytest.raises(PageGone):
        await paging.second()
    assert paging.asked == before + 2


async def test_tokens_of_other_kinds_are_no_pages(paging: Paging) -> None:
    """A person's, a document's, and whatever else somebody tries; nor is a page a person."""
    await paging.first()
    page = paging.link["page"]
    at_s = paging.alone.services.clock.now().timestamp()
    document = paging.alone.services.sealer.document_token(NUMBER, bytes(22), DOCTOR, at_s=at_s)
    for other in (paging.link["patient_token"], document, page[:-1], page + "A", page[1:]):
        await assert_refused(paging, (PageGone, BadRequest), page=other)  # type: ignore[arg-type] # either
    await assert_refused(paging, BadRequest, page="none-at-all")
    await assert_refused(paging, NotFound, patient_token=page)


async def test_a_page_survives_a_new_key_and_is_gone_without_its_own(paging: Paging) -> None:
    """A retired key opens what it sealed; an unknown one is no fault of ours."""
    await paging.first()
    path = make_development_keys(paging.alone.folder)
    rotate_key(path, Purpose.TOKEN, environment="demonstration")
    paging.of(sealer=RingSealer(read_key_ring(path, environment="demonstration")))
    link = dict(paging.link)
    assert items(await paging.second())
    assert await paging.second()
    fresh = make_development_keys(paging.alone.folder / "fresh")
    paging.of(sealer=RingSealer(read_key_ring(fresh, environment="demonstration")))
    await assert_refused(paging, PageGone, **{**link, "patient_token": own_token(paging, DOCTOR)})


async def test_a_release_that_is_judged_again_gives_no_page_of_another_ground(paging: Paging) -> None:
    """An objection that comes while the partners are asked ends the page at its release."""
    await paging.first()
    register = Register(paging.alone.store, SystemClock())
    real = paging.alone.services.store.release
    once = iter([True])

    async def objected_meanwhile(disclosure: Any) -> None:
        if next(once, False):
            await object_to(register, NUMBER.digits, scope=Scope(partners=frozenset({"beech"})))
        await real(disclosure)

    paging.alone.store.release = objected_meanwhile  # type: ignore[method-assign] # at this very moment
    with pytest.raises(PageGone):
        await paging.second()


async def test_pages_of_a_search_carry_its_types(paging: Paging) -> None:
    """The next link of `$everything` with `_type` asks for these types again."""
    tree = await paging.first(resource_types=frozenset({"Condition"}))
    [url] = [one["url"] for one in tree["link"] if one["relation"] == "next"]
    assert "_type=Condition&_page=" in url
    assert Interaction.EVERYTHING.value in url
