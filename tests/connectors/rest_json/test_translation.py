"""What becomes of single values: kept, respelt with the original beside, flagged, carried or listed."""

from __future__ import annotations

from typing import Any

import pytest

from broker.domain.category import Category, category_of
from broker.domain.json_bytes import lossless_tree, parse_strict
from broker.pipeline.normalisation.reading import read_resource
from broker.ports.connector import Entry
from connectors.r4 import AS_GIVEN, LISTED_REASON, ORIGINAL
from connectors.rest_json.items import entry_of, is_restricted
from connectors.rest_json.mapping import Restricted
from connectors.rest_json.paths import parse_path
from connectors.rest_json.translation import CARRIED
from connectors.rest_json.values import NOT_IN_TABLE
from tests.connectors.rest_json.council import MOSAIC, STU3, bound

SERVICE = {
    "serviceId": 71,
    "mosaicId": 410771,
    "serviceType": "Home care",
    "status": "Active",
    "startDate": "2026-02-01",
}
TASK = {
    "resourceType": "Task",
    "id": "t1",
    "status": "completed",
    "intent": "order",
    "for": {"reference": "Patient/410771"},
    "code": {"coding": [{"system": "https://council.example/kind", "code": "CA", "display": "Care Act"}]},
}


def raw_of(section_name: str, record: Any, mapping: Any = MOSAIC) -> bytes:
    """The bytes that stand for a record of one section."""
    read = bound(mapping)._mapping
    section = next(one for one in read.sections if one.name == section_name)
    return entry_of(record, section, read.system, "410771").raw


def service(**changes: Any) -> dict[str, Any]:
    """A service as R4, with some of its members changed at the council."""
    tree: dict[str, Any] = parse_strict(raw_of("services", {**SERVICE, **changes}))
    return tree


def carried(tree: dict[str, Any]) -> dict[str, str]:
    """What is carried by name."""
    pairs = [one["extension"] for one in tree.get("extension", []) if one["url"] == CARRIED]
    return {name["valueString"]: value["valueString"] for name, value in pairs}


def test_a_number_keeps_its_characters() -> None:
    """`14.50` hours a week stay `14.50`, with the unit that the mapping gives."""
    record = lossless_tree(b'{"serviceId":71,"mosaicId":"410771","status":"Active","hours":14.50}')
    assert b'"quantityQuantity":{"value":14.50,"unit":"hours a week"' in raw_of("services", record)


def test_a_quantity_that_is_no_number_stands_beside_its_gap() -> None:
    """Nobody guesses what `about 14` is."""
    quantity = service(hours="about 14")["quantityQuantity"]
    assert quantity["_value"]["extension"] == [{"url": AS_GIVEN, "valueString": "about 14"}]
    assert "value" not in quantity


def test_a_word_of_a_table_becomes_its_code_and_stays_as_text() -> None:
    """A concept has both; a code has the word beside it."""
    tree = service(status="Suspended")
    assert tree["code"]["text"] == "Home care"
    assert [coding["code"] for coding in tree["code"]["coding"]] == ["HC"]
    assert tree["status"] == "on-hold"
    assert tree["_status"]["extension"][0]["valueString"] == "Suspended"


def test_a_word_that_a_table_lacks_is_flagged_and_never_guessed() -> None:
    """Not by its case, nor by being near to another."""
    for word in ("home care", "Home-care", "Shared Lives"):
        code = service(serviceType=word)["code"]
        assert code == {"extension": [{"url": NOT_IN_TABLE, "valueString": word}], "text": word}


def test_an_item_whose_required_code_is_not_known_is_listed_whole() -> None:
    """R4 has no service request without a status: the original stands, and its category with it."""
    raw = raw_of("services", {**SERVICE, "status": "Paused"})
    tree = parse_strict(raw)
    assert tree["resourceType"] == "Basic"
    told = {one["url"]: one.get("valueString", one.get("valueCode")) for one in tree["extension"]}
    assert told[LISTED_REASON] == "required-code"
    assert parse_strict(told[ORIGINAL].encode()) == {**SERVICE, "status": "Paused"}
    codes = [coding["code"] for coding in tree["code"]["coding"]]
    assert category_of("Basic", codes) is Category.REFERRALS


def test_what_no_field_takes_is_carried_with_its_name() -> None:
    """Through lists and objects; an explicit null, an empty text and an empty list say nothing."""
    tree = service(rota=[{"day": "Monday"}, {"day": "Friday", "calls": 2}], note=None, tags=[], key="")
    assert carried(tree) == {
        "rota[1].day": "Monday",
        "rota[2].day": "Friday",
        "rota[2].calls": "2",
    }


def test_a_value_of_another_shape_is_carried_and_not_forced() -> None:
    """An object where a date should be is no date."""
    tree = service(startDate={"from": "2026-02-01"})
    assert "occurrencePeriod" not in tree
    assert carried(tree) == {"startDate.from": "2026-02-01"}


def test_a_date_that_cannot_be_read_stands_beside_its_gap() -> None:
    """`spring 2026` is shown as it is."""
    period = service(startDate="spring 2026")["occurrencePeriod"]
    assert period == {"_start": {"extension": [{"url": AS_GIVEN, "valueString": "spring 2026"}]}}


def test_a_character_that_no_fhir_text_may_hold_is_spelt_out() -> None:
    """A bell in a provider's name comes as its JSON escape, and the item stays valid."""
    tree = service(providerName="Meadow\x07Care")
    assert tree["performer"][0]["_display"]["extension"][0]["valueString"] == '"Meadow\\u0007Care"'


def test_ids_are_the_same_each_time_and_say_nothing() -> None:
    """The council's own id is an identifier under its own system."""
    tree = service()
    assert tree["id"] == service(providerName="Another")["id"]
    assert tree["id"] != service(serviceId=72)["id"]
    assert tree["identifier"] == [
        {"system": "https://mosaic.county-council.example/id/services", "value": "71"}
    ]


def test_a_task_of_the_councils_falls_under_social_care_whatever_its_own_code() -> None:
    """Our code goes first, and the council's own stays behind it."""
    raw = raw_of("tasks", TASK, STU3)
    entry = read_resource("council", Entry(raw=raw), {})
    assert entry is not None
    assert entry.category is Category.SOCIAL_CARE
    codings = parse_strict(raw)["code"]["coding"]
    assert [coding["code"] for coding in codings] == ["social-care", "CA"]


@pytest.mark.parametrize("named", ["Patient/410772", "410772", "", None])
def test_an_item_that_names_another_person_refers_to_another(named: str | None) -> None:
    """So does one that names nobody where it should."""
    record = {**TASK, "for": {"reference": named}}
    other = parse_strict(raw_of("tasks", record, STU3))["for"]
    assert other != parse_strict(raw_of("tasks", TASK, STU3))["for"]


def test_a_record_of_no_kind_that_the_mapping_knows_is_listed() -> None:
    """An unexpected resource among the tasks is not lost."""
    tree = parse_strict(raw_of("tasks", {"resourceType": "Slot", "id": "s1"}, STU3))
    assert tree["resourceType"] == "Basic"
    assert tree["extension"][0]["valueCode"] == "unknown-kind"


def test_members_of_one_group_stay_together() -> None:
    """Each coding keeps its own code and words, though one of them has no code."""
    coding = [{"system": "https://a.example", "code": "1"}, {"display": "Only words"}, {"code": "3"}]
    tree = parse_strict(raw_of("tasks", {**TASK, "code": {"coding": coding, "text": "T"}}, STU3))
    assert tree["code"]["coding"][1:] == coding
    assert tree["code"]["text"] == "T"


@pytest.mark.parametrize(
    ("flag", "held_back"),
    [("N", False), ("Y", True), ("n", True), ("", True), (False, True), (["N"], True), (None, False)],
)
def test_only_a_word_that_is_listed_as_open_opens_an_item(flag: Any, held_back: bool) -> None:
    """A word that nobody foresaw restricts; what is said of no restriction at all is the mapping's to say."""
    read = bound(MOSAIC)._mapping
    section = next(one for one in read.sections if one.name == "services")
    entry = entry_of({**SERVICE, "restricted": flag}, section, read.system, "410771")
    assert entry.readable is not held_back
    assert bool(entry.raw) is not held_back


@pytest.mark.parametrize(
    ("security", "held_back"),
    [
        ([{"code": "N"}], False),
        ([{"code": "N"}, {"code": "R"}], True),
        ([{"code": "V"}], True),
        ([{"display": "restricted"}], True),
        ([7], True),
        ({"code": "N"}, True),
        (7, True),
        ([], False),
        (None, False),
    ],
)
def test_one_label_that_is_not_open_restricts_the_item(security: Any, held_back: bool) -> None:
    """Confidentiality labels are a list: the strictest counts, and one that cannot be read is strict."""
    raw = raw_of("tasks", {**TASK, "meta": {"security": security}}, STU3)
    assert bool(raw) is not held_back


@pytest.mark.parametrize(
    ("meta", "held_back"),
    [([{"security": [{"code": "V"}]}], True), ("V", True), (7, True), (None, False), ({}, False)],
)
def test_what_stands_in_the_place_of_a_label_is_no_absence(meta: Any, held_back: bool) -> None:
    """A label under another shape cannot be read; only where nothing stands does the mapping decide."""
    assert bool(raw_of("tasks", {**TASK, "meta": meta}, STU3)) is not held_back


@pytest.mark.parametrize(("flags", "held_back"), [([{"sealed": "Y"}], True), ("Y", True), (None, False)])
def test_a_flag_below_something_of_another_shape_restricts(flags: Any, held_back: bool) -> None:
    """The mapping says that no flag is open; this is a flag that nobody can read."""
    restricted = Restricted(path=parse_path("flags.sealed"), open=frozenset({"N"}), absent_is_open=True)
    assert is_restricted({"flags": flags}, restricted) is held_back
