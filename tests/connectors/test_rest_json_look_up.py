"""Who is found in a social care system without a search by NHS number, who is not, and what stays there."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from broker.domain.category import Category
from broker.domain.identity import NhsNumber
from broker.domain.json_bytes import parse_strict
from broker.domain.outcome import Cause, OutcomeLabel
from broker.domain.query import AskLimits, LocalIdentity
from broker.pipeline.normalisation import Normalised, normalise
from broker.ports.connector import Ending
from connectors.rest_json.identity_words import searched
from connectors.rest_json.person import Verdict, verdict_of
from connectors.simulation import JOURNAL
from tests.connectors.rest_json.answering import RESIDENT, mosaic_answers
from tests.connectors.rest_json.council import (
    MOSAIC,
    MOSAIC_ITEMS,
    OF_MOSAIC,
    OF_STU3,
    STU3,
    ask,
    bound,
    identity,
    people,
    plugin_of,
)
from tests.support.loopback import served
from tests.support.patients import ASHA, BEN, OLD
from tests.support.records import finished
from tests.support.sender import Heard, held_conversation, road_to

PLUGIN = plugin_of(MOSAIC)
MATCH = bound(MOSAIC)._mapping.match


async def asked(
    number: NhsNumber = ASHA,
    world: Any = None,
    person: Any = None,
    local: Any = None,
    pages_max: int = 20,
    **manners: object,
) -> tuple[Ending, Heard, list[str]]:
    """One question to a simulator of these manners, and the paths that it was asked for."""
    app = PLUGIN.simulator(world or people(MOSAIC_ITEMS), manners)
    async with served(app) as origin, road_to(origin, PLUGIN.manifest, number) as send:
        limits = AskLimits(pages_max=pages_max, entries_max=2_000)
        question = ask(number, OF_MOSAIC, person, local=local, limits=limits)
        ending, heard = await held_conversation(bound(MOSAIC).fetch(question), send)
    return ending, heard, [call.path for call in app[JOURNAL]]


def shown(ending: Ending, heard: Heard) -> Normalised:
    """What the broker makes of it."""
    return finished(
        normalise(
            "council",
            heard.entries,
            ending,
            proof="lookup",
            patient=identity(ASHA),
            endpoint="http://127.0.0.1",
        )
    )


async def test_no_call_carries_the_number_and_the_search_names_family_and_birth_date_alone() -> None:
    """A first name would lose whoever goes by another one."""
    _, heard, _ = await asked()
    assert heard.requests[0].query == (("last_name", "Rao"), ("date_of_birth", "1951-04-09"), ("limit", "20"))
    assert all(ASHA.digits not in repr((call.path, call.query)) for call in heard.requests)


async def test_a_family_name_in_another_case_and_a_spaced_number_are_the_same_person() -> None:
    """People type names in capitals; the number is read without its spaces, and kept with them beside it."""
    ending, heard, _ = await asked(person=identity(ASHA, family="RAO"))
    assert ending.label is OutcomeLabel.COMPLETE
    numbers = [
        one for one in parse_strict(heard.entries[0].raw)["identifier"] if "nhs-number" in one["system"]
    ]
    assert numbers[0]["value"] == ASHA.digits
    assert numbers[0]["extension"][0]["valueString"] == ASHA.spaced


async def test_several_residents_that_agree_are_nobody() -> None:
    """The first of several is never taken, and neither of them is read."""
    ending, heard, paths = await asked(twice=[ASHA.digits])
    assert ending == Ending(OutcomeLabel.IDENTITY_MISMATCH, Cause.SEVERAL_MATCHES)
    assert (heard.entries, paths) == ([], ["/residents"])


async def test_a_resident_without_a_number_proves_nobody() -> None:
    """Name and birth date agree, and still it may be somebody else: said, and not read."""
    ending, heard, paths = await asked(without_number=[ASHA.digits])
    assert ending == Ending(OutcomeLabel.IDENTITY_MISMATCH, Cause.NO_PROOF)
    assert (heard.entries, paths) == ([], ["/residents"])


async def test_a_second_record_that_may_be_hers_leaves_the_answer_partial() -> None:
    """The proved record is shown; what the other one holds is missing, and said to be each time."""
    ending, heard, _ = await asked(also_without_number=[ASHA.digits])
    assert ending == Ending(OutcomeLabel.PARTIAL, Cause.NO_PROOF)
    assert (len(heard.entries), heard.learned) == (len(MOSAIC_ITEMS) + 1, [])


async def test_a_namesake_of_the_same_birthday_is_somebody_else() -> None:
    """Another number, whatever else agrees, is another person."""
    world = people(MOSAIC_ITEMS)
    patient, *items = world[ASHA.digits]
    identifier = [{**patient["identifier"][0], "value": OLD.digits}]
    world[ASHA.digits] = ({**patient, "identifier": identifier}, *items)
    ending, heard, _ = await asked(world=world)
    assert ending == Ending(OutcomeLabel.IDENTITY_MISMATCH, Cause.WRONG_PATIENT)
    assert heard.entries == []


async def test_whom_a_search_by_name_does_not_find_is_not_said_to_be_unknown() -> None:
    """The council may hold her under a former family name, and everything that it has of her is there."""
    world = people(MOSAIC_ITEMS)
    patient, *items = world[ASHA.digits]
    world[ASHA.digits] = ({**patient, "name": [{"use": "official", "family": "Sen"}]}, *items)
    ending, heard, paths = await asked(world=world)
    assert ending == Ending(OutcomeLabel.NOT_AVAILABLE, Cause.NO_PROOF)
    assert (heard.entries, paths) == ([], ["/residents"])


async def test_an_id_that_is_gone_and_a_search_by_name_that_finds_nobody_say_nothing_of_her() -> None:
    """The id was hers a moment ago: that the name finds nobody now is no proof that she has no record."""
    world = {BEN.digits: people(MOSAIC_ITEMS)[BEN.digits]}
    ending, _, paths = await asked(world=world, local=LocalIdentity(local_id="410771", patient=b"{}"))
    assert ending == Ending(OutcomeLabel.NOT_AVAILABLE, Cause.NO_PROOF)
    assert paths == ["/residents/410771", "/residents"]


async def test_a_superseded_number_is_still_the_persons_own() -> None:
    """The council may hold the number that the index has since replaced."""
    person = replace(identity(ASHA), number=OLD, numbers=frozenset({ASHA, OLD}))
    ending, _, _ = await asked(person=person)
    assert ending.label is OutcomeLabel.COMPLETE


@pytest.mark.parametrize("change", [{"family": ""}, {"birth_date": ""}, {"birth_date": "1951"}])
async def test_who_cannot_be_searched_for_is_not_said_to_be_unknown(change: dict[str, str]) -> None:
    """Without a family name or a whole birth date nobody is asked for, and that is no record of nothing."""
    ending, heard, paths = await asked(person=identity(ASHA, **change))
    assert ending == Ending(OutcomeLabel.NOT_AVAILABLE, Cause.NO_PROOF)
    assert (heard.entries, paths) == ([], [])


async def test_a_restricted_resident_is_refused_and_nothing_of_them_is_read() -> None:
    """Never no-record, and never a list of what there would be."""
    ending, heard, paths = await asked(restricted=[ASHA.digits])
    assert ending == Ending(OutcomeLabel.REFUSED, Cause.POLICY)
    assert (heard.entries, heard.learned, paths) == ([], [], ["/residents"])


async def test_a_restriction_is_heeded_though_the_id_is_known_already() -> None:
    """A resident may be restricted between two questions of one trace."""
    local = LocalIdentity(local_id="410771", patient=b"{}")
    ending, heard, paths = await asked(local=local, restricted=[ASHA.digits])
    assert ending == Ending(OutcomeLabel.REFUSED, Cause.POLICY)
    assert (heard.entries, paths) == ([], ["/residents/410771"])


async def test_a_restricted_item_leaves_nothing_but_a_count() -> None:
    """Not a byte of it is handed on, and the answer is partial."""
    ending, heard, _ = await asked(restricted_items=["t1"])
    normalised = shown(ending, heard)
    assert normalised.ending == Ending(OutcomeLabel.PARTIAL, Cause.UNREADABLE_ENTRIES)
    assert (normalised.unreadable, len(normalised.resources)) == (1, len(MOSAIC_ITEMS))
    assert not any(b"Care Act assessment" in entry.raw for entry in heard.entries)


async def test_a_known_id_saves_the_search_and_not_the_proof() -> None:
    """The person's own record is read and judged each time."""
    local = LocalIdentity(local_id="410771", patient=b"{}")
    ending, _, paths = await asked(local=local)
    assert ending.label is OutcomeLabel.COMPLETE
    assert paths[0] == "/residents/410771"
    assert "/residents" not in paths
    ending, heard, _ = await asked(local=LocalIdentity(local_id="410772", patient=b"{}"))
    assert ending == Ending(OutcomeLabel.IDENTITY_MISMATCH, Cause.WRONG_PATIENT)
    assert heard.entries == []


async def test_an_id_that_is_gone_is_looked_up_anew_once() -> None:
    """The council merged two records of one resident: the search finds the one that is left."""
    ending, heard, paths = await asked(local=LocalIdentity(local_id="9", patient=b"{}"))
    assert ending.label is OutcomeLabel.COMPLETE
    assert paths[:3] == ["/residents/9", "/residents", "/residents/410771"]
    assert [local.local_id for local in heard.learned] == ["410771"]


async def test_only_permitted_sections_are_asked_for() -> None:
    """What is not permitted is not read; the person's own record always is."""
    app = PLUGIN.simulator(people(MOSAIC_ITEMS), {})
    async with served(app) as origin, road_to(origin, PLUGIN.manifest) as send:
        question = ask(categories=frozenset({Category.ALERTS}))
        ending, heard = await held_conversation(bound(MOSAIC).fetch(question), send)
    assert ending == Ending(OutcomeLabel.COMPLETE)
    assert [call.path for call in app[JOURNAL]][2:] == ["/residents/410771/warning-notes"]
    assert len(heard.entries) == 2


async def test_a_category_that_is_supplied_and_not_mapped_leaves_the_answer_partial() -> None:
    """Otherwise an empty list of documents would read as none."""
    async with (
        served(PLUGIN.simulator(people(MOSAIC_ITEMS), {})) as origin,
        road_to(origin, PLUGIN.manifest) as send,
    ):
        question = ask(categories=OF_MOSAIC | {Category.DOCUMENTS})
        ending, _ = await held_conversation(bound(MOSAIC).fetch(question), send)
    assert ending == Ending(OutcomeLabel.PARTIAL, Cause.NOT_OFFERED)


@pytest.mark.parametrize(
    ("change", "verdict"),
    [
        ({}, Verdict.MATCH),
        ({"nhsNumber": "9990000018"}, Verdict.MATCH),
        ({"nhsNumber": 9990000018}, Verdict.MATCH),
        ({"nhsNumber": "999 000 0026"}, Verdict.OTHER),
        ({"nhsNumber": "none known"}, Verdict.OTHER),
        ({"nhsNumber": None}, Verdict.UNPROVED),
        ({"nhsNumber": ""}, Verdict.UNPROVED),
        ({"lastName": "Raoh"}, Verdict.OTHER),
        ({"lastName": None}, Verdict.OTHER),
        ({"dateOfBirth": "1951-09-04"}, Verdict.OTHER),
        ({"dateOfBirth": "09/04/1951"}, Verdict.OTHER),
        ({"dateOfBirth": None}, Verdict.OTHER),
        ({"dateOfBirth": ["1951-04-09"]}, Verdict.OTHER),
    ],
)
def test_a_candidate_is_judged_by_number_family_and_birth_date(
    change: dict[str, Any], verdict: Verdict
) -> None:
    """Each must agree as it stands; nothing is close enough."""
    assert verdict_of({**RESIDENT, **change}, MATCH, identity(ASHA)) is verdict


def test_a_person_of_no_name_matches_no_record_of_no_name() -> None:
    """Two blanks do not agree with each other."""
    assert verdict_of({**RESIDENT, "lastName": ""}, MATCH, identity(ASHA, family="")) is Verdict.OTHER


def test_a_search_takes_the_postcode_of_the_home_that_is_lived_in_now() -> None:
    """An old home and an office are not searched by; without a postcode the search goes without."""
    resource = (
        b'{"address":[{"use":"home","postalCode":"ZZ99 1AA","period":{"end":"2020-01-01"}},'
        b'{"use":"work","postalCode":"ZZ99 2AA"},{"use":"home","postalCode":"ZZ99 3WZ"}]}'
    )
    search = replace(bound(MOSAIC)._mapping.search, asks=(("postcode", "postcode"), ("last_name", "family")))
    assert searched(identity(ASHA, resource=resource), search) == (
        ("postcode", "ZZ99 3WZ"),
        ("last_name", "Rao"),
    )
    assert searched(identity(ASHA, resource=b"[]"), search) == (("last_name", "Rao"),)


async def test_an_item_about_another_resident_is_set_aside() -> None:
    """A list that holds somebody else's case note shows the rest, and sets that one aside."""
    notes = [{"caseNoteId": "1", "mosaicId": "410771"}, {"caseNoteId": "2", "mosaicId": "410772"}]
    ending, heard = mosaic_answers({"case-notes": [{"caseNotes": notes}]})
    normalised = shown(ending, heard)
    assert (normalised.quarantined, len(normalised.resources)) == (1, 2)
    assert normalised.ending == Ending(OutcomeLabel.PARTIAL, Cause.WRONG_PATIENT)


async def test_another_persons_record_is_never_ben_s() -> None:
    """Ben's question finds Ben alone."""
    ending, heard, _ = await asked(BEN)
    assert ending.label is OutcomeLabel.COMPLETE
    assert b"9990000018" not in b"".join(entry.raw for entry in heard.entries)


async def test_a_list_of_candidates_that_is_not_whole_proves_nobody() -> None:
    """The page that is missing may hold the second match: nothing is read."""
    ending, heard, paths = await asked(twice=[ASHA.digits], page_size=1, pages_max=1)
    assert ending == Ending(OutcomeLabel.INVALID, Cause.PAGE_LIMIT)
    assert (heard.entries, paths) == ([], ["/residents"])


@pytest.mark.parametrize("manner", ["mosaic", "stu3"])
async def test_a_system_may_break_off_for_one_person_alone(manner: str) -> None:
    """Ben is found while Asha's question is cut: one person's trouble is not everybody's."""
    mapping, supplied = (MOSAIC, OF_MOSAIC) if manner == "mosaic" else (STU3, OF_STU3)
    plugin = plugin_of(mapping)
    app = plugin.simulator(people(()), {"manner": manner, "down_for": [ASHA.digits]})
    async with served(app) as origin:
        for number, label in ((BEN, OutcomeLabel.COMPLETE), (ASHA, OutcomeLabel.UNREACHABLE)):
            async with road_to(origin, plugin.manifest, number) as send:
                ending, _ = await held_conversation(bound(mapping).fetch(ask(number, supplied)), send)
            assert ending.label is label
