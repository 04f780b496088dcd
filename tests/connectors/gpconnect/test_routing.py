"""A question goes to the one practice that the index names, or to nobody."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from broker.domain.category import Category
from broker.domain.identity import Restriction
from broker.domain.outcome import Cause, OutcomeLabel
from broker.ports.connector import Plugin, TransportFault
from connectors.gpconnect_documents import PLUGIN as DOCUMENTS_PLUGIN
from connectors.gpconnect_structured import PLUGIN
from connectors.simulation import Asked
from tests.connectors.gpconnect.spine import (
    DIRECT,
    DOCUMENTS,
    OTHER_PRACTICE,
    PRACTICE,
    PROXIED,
    ROOT,
    STRUCTURED,
    practice_ask,
    spoken,
)
from tests.support.patients import ASHA, BEN, OLD, patient

BOTH = pytest.mark.parametrize(
    ("plugin", "categories"),
    [(PLUGIN, STRUCTURED), (DOCUMENTS_PLUGIN, DOCUMENTS)],
    ids=["record", "documents"],
)
TWO_PRACTICES = {"practices": {ASHA.digits: PRACTICE, BEN.digits: OTHER_PRACTICE}}
NOBODY_CALLED: list[Asked] = []


@BOTH
@pytest.mark.parametrize("settings", [PROXIED, DIRECT], ids=["proxied", "direct"])
@pytest.mark.parametrize(
    ("changes", "cause"),
    [
        ({"practice_ods": None}, Cause.NOT_A_HOLDER),
        ({"restriction": Restriction.RESTRICTED}, Cause.POLICY),
        ({"restriction": Restriction.VERY_RESTRICTED}, Cause.POLICY),
    ],
)
async def test_nobody_is_asked_where_nobody_may_be(
    plugin: Plugin, categories: Any, settings: Any, changes: Any, cause: Cause
) -> None:
    """No practice, or a protected whereabouts: not a call is made, to the directory neither."""
    ask = practice_ask(categories, **changes)
    ending, heard, journal = await spoken(plugin, ask, settings=settings)
    assert (ending.label, ending.cause) == (OutcomeLabel.NOT_ASKED, cause)
    assert (heard.pages, journal) == ([], NOBODY_CALLED)


@BOTH
async def test_only_the_practice_that_the_index_names_is_called(plugin: Plugin, categories: Any) -> None:
    """Of two practices behind one proxy, the other one is not called and not looked up."""
    ending, _, journal = await spoken(plugin, practice_ask(categories), **TWO_PRACTICES)
    practices = [call.path for call in journal if not call.path.startswith("/sds/")]
    assert ending.label is OutcomeLabel.COMPLETE
    assert practices
    assert all(path.startswith(f"/https://{PRACTICE.lower()}.practice.example/") for path in practices)


@BOTH
async def test_a_person_registered_elsewhere_is_not_available_there(plugin: Plugin, categories: Any) -> None:
    """The practice does not know them any more; no second practice is tried."""
    ask = practice_ask(categories, practice_ods=OTHER_PRACTICE)
    ending, heard, journal = await spoken(plugin, ask, **TWO_PRACTICES)
    assert (ending.label, heard.pages) == (OutcomeLabel.NOT_AVAILABLE, [])
    assert not any(PRACTICE.lower() in call.path for call in journal)


@BOTH
async def test_a_direct_endpoint_is_asked_for_its_own_patients_alone(plugin: Plugin, categories: Any) -> None:
    """A person of another practice is not asked for there."""
    ask = practice_ask(categories, practice_ods=OTHER_PRACTICE)
    ending, _, journal = await spoken(plugin, ask, settings=DIRECT)
    assert (ending.label, ending.cause) == (OutcomeLabel.NOT_ASKED, Cause.NOT_A_HOLDER)
    assert journal == NOBODY_CALLED


@BOTH
async def test_the_practices_dissent_ends_the_question(plugin: Plugin, categories: Any) -> None:
    """What was sent at once is refused as one, and no further call follows."""
    ending, heard, journal = await spoken(plugin, practice_ask(categories), dissent=[ASHA.digits])
    assert (ending.label, ending.cause) == (OutcomeLabel.REFUSED, Cause.DISSENT_AT_SOURCE)
    assert heard.pages == []
    sent_at_once = 2 if plugin is PLUGIN else 1
    assert len([call for call in journal if not call.path.startswith("/sds/")]) == sent_at_once


async def test_the_dissent_of_whoever_is_asked_in_one_call_ends_the_question() -> None:
    """One refusal, and no further call."""
    ask = practice_ask({Category.ALLERGIES, Category.VACCINATIONS})
    ending, _, journal = await spoken(PLUGIN, ask, dissent=[ASHA.digits])
    assert (ending.label, ending.cause) == (OutcomeLabel.REFUSED, Cause.DISSENT_AT_SOURCE)
    assert len([call for call in journal if not call.path.startswith("/sds/")]) == 1


@BOTH
async def test_a_sensitive_person_is_not_available(plugin: Plugin, categories: Any) -> None:
    """The practice says no more than that, and nor is more made of it."""
    ending, heard, _ = await spoken(plugin, practice_ask(categories), sensitive=[ASHA.digits])
    assert (ending.label, ending.cause, heard.pages) == (OutcomeLabel.NOT_AVAILABLE, Cause.NONE, [])


@BOTH
@pytest.mark.parametrize(
    ("died", "label"), [("2026-02-01", OutcomeLabel.COMPLETE), ("2026-01-31", OutcomeLabel.NOT_AVAILABLE)]
)
async def test_after_a_death_a_practice_answers_for_so_many_days(
    plugin: Plugin, categories: Any, died: str, label: OutcomeLabel
) -> None:
    """Then the record is not available, and no reason is given or made up."""
    people = {ASHA.digits: ({**patient(ASHA.digits, "a1"), "deceasedDateTime": died},)}
    ending, _, _ = await spoken(plugin, practice_ask(categories), people=people, deceased_days=28)
    assert (ending.label, ending.cause) == (label, Cause.NONE)


@BOTH
async def test_a_break_off_for_one_person_is_theirs_alone(plugin: Plugin, categories: Any) -> None:
    """Ben's question breaks, and Asha's is answered."""
    ending, _, _ = await spoken(plugin, practice_ask(categories), down_for=[BEN.digits])
    assert ending.label is OutcomeLabel.COMPLETE
    with pytest.raises(TransportFault):
        await spoken(plugin, practice_ask(categories, BEN), down_for=[BEN.digits])


@pytest.mark.parametrize(
    ("categories", "types"),
    [
        ({Category.DEMOGRAPHICS}, ()),
        ({Category.DOCUMENTS, Category.APPOINTMENTS}, ()),
        (STRUCTURED, ("Patient",)),
        ({Category.ALLERGIES}, ("Observation",)),
    ],
)
async def test_what_no_area_holds_is_not_asked_for(categories: Any, types: tuple[str, ...]) -> None:
    """A structured record is asked for by area, and never without one."""
    ask = practice_ask(categories, resource_types=frozenset(types))
    ending, _, journal = await spoken(PLUGIN, ask)
    assert (ending.label, ending.cause) == (OutcomeLabel.NOT_ASKED, Cause.NOT_OFFERED)
    assert journal == NOBODY_CALLED


async def test_documents_are_asked_for_where_they_are_wanted_alone() -> None:
    """Neither without their category nor for another type."""
    for ask in (
        practice_ask(STRUCTURED),
        practice_ask(DOCUMENTS, resource_types=frozenset({"Observation"})),
    ):
        ending, _, journal = await spoken(DOCUMENTS_PLUGIN, ask)
        assert (ending.label, journal) == (OutcomeLabel.NOT_ASKED, NOBODY_CALLED)


async def test_the_root_of_the_practice_stands_whole_in_the_path() -> None:
    """Its two slashes with it, as the proxy reads it."""
    _, _, journal = await spoken(PLUGIN, practice_ask())
    assert journal[-1] == Asked("POST", f"/{ROOT}/Patient/$gpc.getstructuredrecord")


@BOTH
async def test_a_superseded_number_is_not_asked_under(plugin: Plugin, categories: Any) -> None:
    """A practice is asked under the number that the index holds current, whichever was given."""
    ask = practice_ask(categories)
    superseded = replace(ask, patient=replace(ask.patient, numbers=frozenset({ASHA, OLD})))
    ending, heard, _ = await spoken(plugin, superseded)
    sent = b"".join(one.body or str(one.query).encode() for one in heard.requests)
    assert ending.label is OutcomeLabel.COMPLETE
    assert ASHA.digits.encode() in sent
    assert OLD.digits.encode() not in sent
