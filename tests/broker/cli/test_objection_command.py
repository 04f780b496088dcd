from __future__ import annotations

from pathlib import Path

import click
import pytest
from click.testing import CliRunner

from broker.adapters.clock import SystemClock
from broker.adapters.release_store import SqliteReleaseStore
from broker.cli.objection import command
from broker.cli.partner_names import check_partners
from broker.cli.store_room import Place
from broker.domain.identity import NhsNumber
from broker.domain.objection_life import Actor
from broker.objections import Register
from tests.support.desk import BY, CHECKED, SECOND, Desk, make_desk
from tests.support.objection_files import csv_file, numbers
from tests.support.settings_folders import write_folder

RECORD = ("record", *BY, "--channel", "phone", "--identity-check", "none", "--consequences-explained")

CHECK = ("--identity-check", "documents", "--identifier", "birth-date")


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    """A store with Ada's requests in it."""
    return make_desk(tmp_path)


def test_an_objection_is_recorded_from_standard_input(desk: Desk) -> None:
    """Every option reaches the register, under each number that was typed."""
    written = desk.json(
        command,
        *RECORD,
        "--partner",
        "acute",
        "--direction",
        "source",
        "--category",
        "results",
        "--item",
        "https://lab.example/id",
        "17",
        "--period-start",
        "2016-01-01",
        typed="999 000 0018\n9990000026\n",
    )
    assert written["scope"] == {
        "partners": ["acute"],
        "direction": "source",
        "staff": [],
        "categories": ["results"],
        "items": [["https://lab.example/id", "17"]],
        "period_start": "2016-01-01",
        "period_end": None,
    }
    assert (written["state"], written["verified"]) == ("received", False)
    for number in ("9990000018\n", "9990000026\n"):
        (found,) = desk.json(command, "list", "--one-person", *BY, typed=number)
        assert found["objection"] == written["objection"]
    assert desk.json(command, "list", "--one-person", *BY, typed="9990000034\n") == []


def test_the_whole_life_is_led_from_the_desk(desk: Desk) -> None:
    """Review, check of identity, decision, withdrawal; each step is shown in the history."""
    name = desk.json(command, *RECORD, typed="9990000018")["objection"]
    desk.json(command, "review", name, *BY, "--start")
    assert desk.json(command, "review", name, *BY, *CHECK)["verified"] is True
    decided = desk.json(command, "review", name, *BY, "--outcome", "upheld")
    assert (decided["state"], decided["open_for"]) == ("upheld", None)
    assert desk.json(command, "withdraw", name, *BY, *CHECKED)["state"] == "withdrawn"
    history = desk.json(command, "list", "--history", name, *BY)
    assert [step["step"] for step in history] == [1, 2, 3, 4, 5]
    assert {step["by"]["name"] for step in history} == {"Imaginary Ash"}


def test_an_illegal_step_is_refused_in_words(desk: Desk) -> None:
    """On standard error, with exit code 1."""
    name = desk.json(command, *RECORD, typed="9990000018")["objection"]
    result = desk.run(command, "review", name, *BY, "--outcome", "upheld")
    assert (result.exit_code, result.stdout) == (1, "")
    assert "begin a review before you decide" in result.stderr
    assert desk.run(command, "withdraw", "ob-none", *BY, *CHECKED).exit_code == 1
    assert desk.run(command, "review", name, *BY).exit_code == 2


@pytest.mark.parametrize("typed", ["", "9990000019\n", "9990000018\nnot a number\n", "<script>\n"])
def test_a_number_that_is_none_is_not_echoed(desk: Desk, typed: str) -> None:
    """Exit code 2, and nothing of what was typed."""
    result = desk.run(command, *RECORD, typed=typed)
    assert result.exit_code == 2
    assert not any(line in result.output for line in typed.splitlines())
    assert desk.json(command, "list") == []


def test_the_table_names_nobody(desk: Desk) -> None:
    """What binds, since when and whether it is provisional; numbers only on request."""
    desk.json(command, *RECORD, typed="9990000018")
    table = desk.run(command, "list").stdout
    assert "whole record" in table
    assert "PROVISIONAL" in table
    assert "9990000018" not in desk.run(command, "list", "--json").stdout
    (shown,) = desk.json(command, "list", "--show-numbers", *BY)
    assert shown["nhs_numbers"] == ["9990000018"]


def test_releases_before_acknowledgement_are_listed(desk: Desk) -> None:
    """The store's release was made at noon: after this receipt, before this record."""
    early = ("--received-at", "2026-11-22T11:00:00+0000")
    name = desk.json(command, *RECORD, *early, typed="9990000018")["objection"]
    (found,) = desk.json(command, "list", "--disclosed-before-acknowledgement", name)
    assert (found["organisation"], found["partners"]) == ("D81001", "practices, acute")
    late = desk.json(command, *RECORD, typed="9990000026")["objection"]
    assert desk.json(command, "list", "--disclosed-before-acknowledgement", late) == []


def test_without_keys_nothing_is_done(desk: Desk) -> None:
    """The complaint has the ring's file and line and a remedy, and exit code 1."""
    (key,) = desk.keys_path.parent.glob("seal-*.key")
    key.chmod(0o644)
    result = desk.run(command, *RECORD, typed="9990000018")
    assert result.exit_code == 1
    assert "keys.yaml:" in result.stderr
    assert "chmod 600" in result.stderr


def test_a_store_that_is_not_there_is_not_made(desk: Desk) -> None:
    """An objection in a store that nobody reads would look like protection."""
    elsewhere = desk.folder / "elsewhere.db"
    arguments = [*RECORD, "--store", str(elsewhere), "--keys", str(desk.keys_path)]
    result = CliRunner().invoke(command, arguments, input="9990000018")
    assert result.exit_code == 1
    assert not elsewhere.exists()


def test_a_day_that_is_none_is_a_usage_error(desk: Desk) -> None:
    """Exit code 2, and nothing on file."""
    result = desk.run(command, *RECORD, "--period-start", "yesterday", typed="9990000018")
    assert result.exit_code == 2
    assert "--period-start" in result.stderr
    assert desk.json(command, "list") == []


@pytest.mark.parametrize("typed", ["addenburry", "rx901"])
def test_a_misspelt_partner_is_a_usage_error(typed: str) -> None:
    """An objection to an unknown organisation would close the whole record instead."""
    place = Place(Path("store"), Path("keys"), None, frozenset({"addenbury", "RX901"}))
    with pytest.raises(click.UsageError, match=f"`{typed}` is not a registered partner"):
        check_partners([typed], place)
    check_partners(["addenbury", "RX901"], place)


def test_a_misspelt_partner_is_held_to_the_registrations_of_the_configuration(tmp_path: Path) -> None:
    """Exit code 2 with the nearest id, before the register is opened."""
    arguments = [*RECORD, "--config", str(write_folder(tmp_path)), "--partner", "addenburry"]
    result = CliRunner().invoke(command, arguments, input="9990000018")
    assert result.exit_code == 2
    assert "Did you mean `addenbury`?" in result.stderr


def test_without_policies_nothing_is_opened(desk: Desk) -> None:
    """Which grounds there are is theirs to say: the complaint names the file."""
    name = desk.json(command, *RECORD, typed="9990000018")["objection"]
    desk.json(command, "review", name, *BY, "--start")
    arguments = ("--outcome", "not-upheld", "--ground", "safeguarding", "--config", str(desk.folder))
    result = desk.run(command, "review", name, *BY, *arguments)
    assert (result.exit_code, "broker.yaml" in result.stderr) == (1, True)


@pytest.mark.parametrize("option", ["--by-role", "--by-name"])
def test_a_step_of_nobodys_is_a_usage_error(desk: Desk, option: str) -> None:
    """A blank is no name and no role: exit code 2, and nothing on file."""
    result = desk.run(command, *RECORD, option, " ", typed="9990000018")
    assert result.exit_code == 2
    assert option in result.stderr
    assert desk.json(command, "list") == []


PARENT = ("--standing", "parent", "--authority", "birth-certificate", "--form-for-another")
BY_POST = ("--channel", "post", *CHECK)
A_PARENT = "speaker: Imaginary Elder\nauthority-reference: certificate 17\n"


def of_a_child(desk: Desk, *, born: str = "2015-03-09") -> str:
    """A parent's objection, received by post."""
    typed = f"9990000018\nborn: {born}\n{A_PARENT}"
    arguments = ("record", *BY, *BY_POST, *PARENT, "--consequences-explained")
    return str(desk.json(command, *arguments, typed=typed)["objection"])


def test_an_objection_on_behalf_of_another_is_recorded_with_who_and_by_what_right(desk: Desk) -> None:
    """What names somebody is typed, not an argument; the list says the standing and names nobody."""
    name = of_a_child(desk)
    (listed,) = desk.json(command, "list")
    assert listed["objection"] == name
    found = {word: listed["intake"][word] for word in ("standing", "authority", "identifiers")}
    assert found == {
        "standing": "parent",
        "authority": "birth-certificate",
        "identifiers": ["birth-date", "nhs-number"],
    }
    shown = desk.run(command, "list").output + desk.run(command, "list", "--json").output
    assert not any(text in shown for text in ("Elder", "certificate 17", "2015-03"))


def test_an_objection_on_behalf_of_another_by_phone_is_refused_with_the_remedy(desk: Desk) -> None:
    """Nothing is on file."""
    arguments = ("record", *BY, *CHECKED, *PARENT, "--consequences-explained")
    result = desk.run(command, *arguments, typed=f"9990000018\n{A_PARENT}")
    assert (result.exit_code, "Send them the form" in result.stderr) == (1, True)
    assert desk.json(command, "list") == []


def test_a_word_that_is_not_asked_for_is_a_usage_error(desk: Desk) -> None:
    """A name that would be dropped without a word may have been meant."""
    result = desk.run(command, *RECORD, typed="9990000018\nspeaker: Imaginary Elder\n")
    assert (result.exit_code, "`speaker:`" in result.stderr, "Elder" in result.stderr) == (2, True, False)
    assert desk.json(command, "list") == []


def test_a_misspelt_line_of_standard_input_is_told_by_its_place(desk: Desk) -> None:
    """With the nearest word that is asked for, and nothing of what follows it."""
    typed = "9990000018\nspeeker: Imaginary Elder\n"
    result = desk.run(command, *RECORD, "--standing", "parent", typed=typed)
    assert result.exit_code == 2
    assert "Line 2 of standard input has an unknown word. Did you mean `speaker`?" in result.stderr
    assert "Elder" not in result.stderr


def test_a_dispute_is_due_and_waits_for_the_guardian(desk: Desk) -> None:
    """The queue names what, why and since when, and nobody."""
    name = of_a_child(desk)
    desk.json(command, "dispute", name, *BY, "--standing", "parent", typed="speaker: Imaginary Alder\n")
    due = desk.json(command, "list", "--due")
    assert [(one["objection"], one["what"]) for one in due] == [(name, "dispute")]
    assert "only the Caldicott Guardian" in desk.run(
        command, "review", name, *BY, "--outcome", "upheld"
    ).stderr.lower().replace("caldicott guardian", "Caldicott Guardian")
    guardian = ("--by-role", "Caldicott Guardian", "--by-name", "Imaginary Ash")
    assert desk.json(command, "review", name, *guardian, "--outcome", "upheld")["state"] == "upheld"
    assert desk.run(command, "list", "--due").stdout == "Nothing is due.\n"


def test_a_birthday_is_due_for_whoever_looks_ahead(desk: Desk) -> None:
    """With the reason in words."""
    of_a_child(desk)
    assert desk.json(command, "list", "--due", "--by", "2028-03-08") == []
    (found,) = desk.json(command, "list", "--due", "--by", "2028-03-09")
    assert (found["what"], found["due"]) == ("birthday", "2028-03-09")
    assert "the person is 13" in desk.run(command, "list", "--due", "--by", "2028-03-09").stdout
    assert desk.run(command, "list", "--by", "2028-03-09").exit_code == 2


def test_a_childs_own_word_at_the_desk_needs_somebody_who_found_them_competent(desk: Desk) -> None:
    """Their role and name are kept with the withdrawal."""
    name = of_a_child(desk)
    assert "found them competent" in desk.run(command, "withdraw", name, *BY, *CHECKED).stderr
    competent = ("--competence-by-role", "school nurse", "--competence-by-name", "Imaginary Hazel")
    withdrawn = desk.json(command, "withdraw", name, *BY, *CHECKED, *competent)
    assert withdrawn["withdrawal"]["competence"] == {"role": "school nurse", "name": "Imaginary Hazel"}
    assert withdrawn["withdrawal"]["standing"] == "self"


def test_one_person_does_not_record_very_many_alone(desk: Desk) -> None:
    """The one that is too many is refused in words, and recorded with a second person."""
    rows = [(str(place), number) for place, number in enumerate(numbers(30))]
    path = csv_file(desk.folder, rows)
    desk.run(command, "import", str(path), "--source", "practice-system", *BY)
    refused = desk.run(command, *RECORD, typed="9990000018")
    assert (refused.exit_code, "Name a second person" in refused.stderr) == (1, True)
    recorded = desk.json(command, *RECORD, *SECOND, typed="9990000018")
    assert recorded["intake"]["seconded"] == {"role": "team leader", "name": "Imaginary Birch"}
    assert len(desk.json(command, "list")) == 31


def test_a_number_that_is_no_longer_a_persons_is_linked_by_hand(desk: Desk) -> None:
    """It is due until then; the right number is typed, and whoever linked it is on file with why."""
    recorded = desk.json(command, *RECORD, *CHECK, typed="9990000018")
    name = recorded["objection"]
    refused = desk.run(command, "link", name, *BY, typed="9990000026")
    assert (refused.exit_code, "objection trace" in refused.stderr) == (1, True)

    async def invalidate(store: SqliteReleaseStore) -> None:
        by = Actor(role="privacy officer", name="Imaginary Ash")
        await Register(store, SystemClock()).note_invalidated(NhsNumber.parse("9990000018"), by=by)

    desk.with_store(invalidate)
    assert [one["what"] for one in desk.json(command, "list", "--due")] == ["invalidated-number"]
    linked = desk.json(command, "link", name, *BY, "--note", "found by the practice", typed="9990000026")
    assert (linked["by"]["name"], linked["note"]) == ("Imaginary Ash", "found by the practice")
    assert desk.json(command, "list", "--due") == []
    (found,) = desk.json(command, "list", "--one-person", *BY, typed="9990000026")
    assert found["objection"] == name
