"""A disclosure on file held against its partners: verdicts alone leave, and policy says of whom."""

from __future__ import annotations

import dataclasses
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import orjson
import pytest

from broker.domain.errors import Forbidden
from broker.domain.identity import Restriction
from broker.domain.objection import ObjectionState, Scope
from broker.domain.objection_life import Actor
from broker.domain.outcome import Cause, OutcomeLabel
from broker.domain.query import Interaction
from broker.domain.reconstruction import ItemVersion, OnFile, Reconstruction
from broker.domain.requester import RelationshipGround, Requester
from broker.pipeline import gathering
from broker.pipeline.fanout import Road
from broker.ports.connector import Ending, Page
from tests.support.broken_stages import broken_at_beech
from tests.support.connector_scripts import yielding
from tests.support.pipeline_alone import Alone, OnePerson, OneUser, ToldTransport, pipeline_over, silent
from tests.support.records import NUMBER, entry, item, patient, person
from tests.support.stores import received
from tests.support.trail import rows_in

READER = Actor(role="privacy officer", name="Imaginary Ash")
OFFICER = Requester(
    issuer="desk",
    user_id="Imaginary Ash",
    user_name="Imaginary Ash",
    organisation_ods="RX901",
    roles=("privacy-officer",),
    purpose="HOPERAT",
    relationship=RelationshipGround.NONE,
)
CONDITION = item("Condition", "c1", meta={"versionId": "3"}, code={"text": "Asthma"})
RULES = Reconstruction(
    roles=frozenset({"privacy-officer"}),
    purposes=frozenset({"HOPERAT"}),
    partners=frozenset({"alder", "beech"}),
)


@dataclass(slots=True)
class Holder:
    """A partner that holds what `held` says now, and counts how it was asked."""

    held: list[dict[str, Any]] = field(default_factory=lambda: [CONDITION])
    ending: Ending = field(default_factory=lambda: Ending(OutcomeLabel.COMPLETE))
    asked: int = 0
    versions: list[ItemVersion] = field(default_factory=list)

    def fetch(self, ask: object, /) -> Any:
        """Everything."""
        self.asked += 1
        pages = Page((entry(patient()), *map(entry, self.held)))
        return yielding(pages, ending=self.ending)(ask)

    def fetch_versions(self, ask: object, wanted: tuple[ItemVersion, ...], /) -> Any:
        """Of what is wanted, what is here."""
        self.versions += wanted
        return self.fetch(ask)


@dataclass(slots=True)
class Desk:
    """The pipeline with a record that a doctor has opened, and whoever is at the desk now."""

    alone: Alone
    partners: dict[str, Holder]
    user: OneUser
    on_file: OnFile

    async def verdicts(self) -> dict[tuple[str, str], tuple[str, str]]:
        """What came of each item, by partner and type."""
        reply = await self.alone.ask(
            interaction=Interaction.RECONSTRUCT,
            number_text=None,
            on_file=self.on_file,
            approved_by="caldicott-guardian 2026-031",
        )
        found = orjson.loads(b"".join(reply.body))
        return {(one["partner_id"], one["resource_type"]): (one["verdict"], one["why"]) for one in found}

    def changed(self, **rules: Any) -> None:
        """Other words of the agreement."""
        policies = self.alone.services.policies()
        other = dataclasses.replace(
            policies, reconstruction=dataclasses.replace(policies.reconstruction, **rules)
        )
        self.alone.services = dataclasses.replace(self.alone.services, policies=lambda: other)


@asynccontextmanager
async def opened(
    folder: Path, road: Callable[[str, Holder], Road] | None = None, index: OnePerson | None = None
) -> AsyncIterator[Desk]:
    """`alder` and `beech` hold a Condition each, and a doctor has seen both."""
    partners, user = {"alder": Holder(), "beech": Holder()}, OneUser()
    made = road or _plain
    roads = {name: made(name, one) for name, one in partners.items()}
    async with pipeline_over(folder, roads, user=user, index=index) as alone:
        await alone.record()
        released = [row for row in rows_in(folder / "releases.sqlite") if row.body.kind == "disclosure"]
        on_file = await alone.store.proved(released[-1].sequence, reader=READER)
        desk = Desk(alone, partners, user, on_file)
        desk.changed(**{one.name: getattr(RULES, one.name) for one in dataclasses.fields(RULES)})
        user.requester = OFFICER
        for one in partners.values():
            one.asked = 0
        yield desk


def _plain(_name: str, holder: Holder, **manifest: bool) -> Road:
    return Road(connector=holder, transport=ToldTransport(silent), proof="demographics", **manifest)


async def test_what_is_as_it_was_shown_matches(tmp_path: Path) -> None:
    """Of each partner that its agreement lets be asked; the index's own Patient is not asked for."""
    async with opened(tmp_path) as desk:
        found = await desk.verdicts()
        assert found.pop(("index", "Patient")) == ("not-asked", "as-shown")
        assert set(found) == {(name, kind) for name in desk.partners for kind in ("Patient", "Condition")}
        assert set(found.values()) == {("match", "")}


async def test_each_item_is_told_apart_from_its_neighbours(tmp_path: Path) -> None:
    """Other bytes under the same version are a mismatch; what is not there any more is gone."""
    async with opened(tmp_path) as desk:
        desk.partners["alder"].held = [{**CONDITION, "code": {"text": "Asthma, mild"}}]
        desk.partners["beech"].held = []
        found = await desk.verdicts()
        assert found["alder", "Condition"] == ("mismatch", "")
        assert found["beech", "Condition"] == ("gone", "")
        assert found["alder", "Patient"] == found["beech", "Patient"] == ("match", "")


async def test_of_a_partner_that_did_not_answer_in_full_nobody_says_that_anything_is_gone(
    tmp_path: Path,
) -> None:
    """What came and matches does so all the same."""
    async with opened(tmp_path) as desk:
        desk.partners["alder"].held = []
        desk.partners["alder"].ending = Ending(OutcomeLabel.PARTIAL, Cause.PAGE_FAILED)
        found = await desk.verdicts()
        assert found["alder", "Condition"] == ("not-answered", "partial")
        assert found["alder", "Patient"] == ("match", "")


async def test_what_breaks_in_reading_one_partner_leaves_the_others_verdicts(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It reads as not answered, and is on file as such."""
    async with opened(tmp_path) as desk:
        monkeypatch.setattr(gathering, "normalise", broken_at_beech(gathering.normalise))
        found = await desk.verdicts()
        assert found["beech", "Condition"] == ("not-answered", "invalid")
        assert found["alder", "Condition"] == ("match", "")


async def test_where_a_partner_can_be_asked_for_versions_those_on_file_are_asked_for(tmp_path: Path) -> None:
    """And items without a version by the ordinary question, of the kinds on file alone."""
    async with opened(tmp_path, lambda name, one: _plain(name, one, versions=name == "alder")) as desk:
        await desk.verdicts()
        assert desk.partners["alder"].versions == [ItemVersion("Condition", "c1", "3")]
        assert [one.asked for one in desk.partners.values()] == [2, 1]


async def test_a_partner_whose_terms_are_care_alone_is_never_asked(tmp_path: Path) -> None:
    """Whatever its agreement says."""
    async with opened(
        tmp_path, lambda name, one: _plain(name, one, direct_care_only=name == "alder")
    ) as desk:
        found = await desk.verdicts()
        assert found["alder", "Condition"] == ("not-asked", "direct-care-only")
        assert [one.asked for one in desk.partners.values()] == [0, 1]


async def test_a_partner_whose_agreement_says_nothing_of_it_is_not_asked(tmp_path: Path) -> None:
    """The other one is."""
    async with opened(tmp_path) as desk:
        desk.changed(partners=frozenset({"beech"}))
        found = await desk.verdicts()
        assert found["alder", "Condition"] == ("not-asked", "not-reconstructed")
        assert [one.asked for one in desk.partners.values()] == [0, 1]


@pytest.mark.parametrize(
    "change",
    [
        {"purpose": "TREAT"},
        {"roles": ("doctor",)},
        {"roles": ("privacy-officer", "doctor")},
        {"organisation_ods": "ZZ999"},
    ],
    ids=lambda change: next(iter(change)),
)
async def test_whoever_may_not_is_refused_before_anybody_is_asked(
    tmp_path: Path, change: dict[str, Any]
) -> None:
    """The refusal is on record, with what was to be reconstructed and by whose decision."""
    async with opened(tmp_path) as desk:
        desk.user.requester = dataclasses.replace(OFFICER, **change)
        with pytest.raises(Forbidden):
            await desk.verdicts()
        assert [one.asked for one in desk.partners.values()] == [0, 0]
        last = rows_in(tmp_path / "releases.sqlite")[-1].body
        assert (last.kind, last.interaction) == ("refusal", "reconstruct")
        assert (last.reconstructs, last.approved_by) == (desk.on_file.record, "caldicott-guardian 2026-031")


async def test_any_objection_that_was_not_withdrawn_refuses_it(tmp_path: Path) -> None:
    """Also one to something else, and one that a decision goes around for care."""
    for state in (ObjectionState.RECEIVED, ObjectionState.NOT_UPHELD):
        async with opened(tmp_path / state) as desk:
            event = received(NUMBER, scope=Scope(partners=frozenset({"elsewhere"})))
            objection = dataclasses.replace(event.objection, state=state)
            await desk.alone.store.append_event(dataclasses.replace(event, objection=objection))
            with pytest.raises(Forbidden):
                await desk.verdicts()
            assert [one.asked for one in desk.partners.values()] == [0, 0]


async def test_an_objection_that_comes_while_partners_are_asked_refuses_it(tmp_path: Path) -> None:
    """It meets the release in the store's own transaction: no verdict leaves."""
    async with opened(tmp_path) as desk:
        release = desk.alone.store.release

        async def objected_first(disclosure: Any, /) -> int:
            if not desk.partners["alder"].held:
                return await release(disclosure)
            desk.partners["alder"].held = []
            await desk.alone.store.append_event(received(NUMBER))
            return await release(disclosure)

        desk.alone.store.release = objected_first  # type: ignore[method-assign] # what happens in between
        with pytest.raises(Forbidden):
            await desk.verdicts()


async def test_a_person_whose_whereabouts_are_protected_is_not_reconstructed(tmp_path: Path) -> None:
    """The index says so before any partner is asked."""
    index = OnePerson()
    async with opened(tmp_path, index=index) as desk:
        index.patient = person(restriction=Restriction.RESTRICTED)
        with pytest.raises(Forbidden):
            await desk.verdicts()
        assert [one.asked for one in desk.partners.values()] == [0, 0]


async def test_it_has_an_intent_and_a_disclosure_that_released_no_item(tmp_path: Path) -> None:
    """With every partner's exact outcome, of which nothing was shown."""
    async with opened(tmp_path) as desk:
        await desk.verdicts()
        mine = [row.body for row in rows_in(tmp_path / "releases.sqlite") if row.body.reconstructs]
        assert [one.kind for one in mine] == ["intent", "disclosure"]
        assert {one.reconstructs for one in mine} == {desk.on_file.record}
        assert mine[-1].released == {}
        assert [(one.label, one.tally.shown) for one in mine[-1].outcomes] == [("complete", 0)] * 2


async def test_what_was_cut_when_it_was_shown_is_still_known_again(tmp_path: Path) -> None:
    """The proof is of what the partner wrote, whatever of it this reader might see."""
    async with opened(tmp_path) as desk:
        named = {name: [{"system": "https://item.example", "value": name}] for name in ("o1", "r1")}
        secret = item("Observation", "o1", identifier=named["o1"], code={"text": "secret"})
        report = item("DiagnosticReport", "r1", identifier=named["r1"], code={"text": "x"})
        report["result"] = [{"reference": "Observation/o1"}]
        desk.partners["alder"].held = [secret, report]
        desk.user.requester = OneUser().requester
        scope = Scope(items=frozenset({("https://item.example", "o1")}))
        await desk.alone.store.append_event(received(NUMBER, scope=scope))
        shown = await desk.alone.record()
        assert "secret" not in str(shown)
        released = [row for row in rows_in(tmp_path / "releases.sqlite") if row.body.kind == "disclosure"]
        proof = await desk.alone.store.proved(released[-1].sequence, reader=READER)
        digests = {one.local_id: one.digest for one in proof.items}
        raw = orjson.dumps(report)
        assert digests["r1"] == desk.alone.services.sealer.digest_under(proof.digest_key, raw)
