"""`watersmeet objection import` and `reconcile`, as somebody types them."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import tracemalloc
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from click.testing import Result

from broker.cli.objection import command
from broker.objections.csv_rows import csv_readings
from broker.objections.source_file import Form, SourceFile
from tests.support.desk import BY, CHECKED, SECOND, Desk, make_desk
from tests.support.objection_files import csv_file, numbers
from tests.support.stores import NOON

SOURCE = ("--source", "practice-system")
ADAS, BENS = "9990000018", "9990000026"


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    """A store that somebody has asked of before."""
    return make_desk(tmp_path)


def take(desk: Desk, path: Path, *options: str) -> Result:
    """One import."""
    return desk.run(command, "import", str(path), *SOURCE, *BY, *options)


def count(desk: Desk, path: Path, *options: str) -> Result:
    """One reconciliation."""
    return desk.run(command, "reconcile", str(path), *SOURCE, *options)


def lines(result: Result) -> list[Any]:
    """What a script reads: one JSON value on each line."""
    return [json.loads(line) for line in result.stdout.splitlines()]


def table(result: Result) -> dict[str, int]:
    """The counts at the end of a report."""
    headings, counts = result.stdout.splitlines()[-2:]
    return dict(zip(headings.split(), map(int, counts.split()), strict=True))


def test_an_import_counts_every_row_of_its_file(desk: Desk) -> None:
    """Rows that need somebody are told by number and reason, the counts add up, and a refusal fails."""
    rows = [("1", ADAS, "", "", "documents"), ("2", BENS), ("3", "9990000019"), ("4", BENS, "withdrawn")]
    result = take(desk, csv_file(desk.folder, rows))
    assert result.exit_code == 1
    assert "Refused rows: 2." in result.stderr
    assert "4 of 4 rows are done." in result.stderr
    assert [line.split(".")[0] for line in result.stdout.splitlines()[:-2]] == [
        "row 3: provisional",
        "row 4: refused",
        "row 5: refused",
    ]
    assert table(result) == {
        "rows": 4,
        "recorded": 1,
        "already-recorded": 0,
        "provisional": 1,
        "withdrawn": 0,
        "not-an-objection": 0,
        "refused": 2,
    }
    assert "PROVISIONAL" in desk.run(command, "list").stdout


def test_what_is_for_review_today_is_listed_alone(desk: Desk) -> None:
    """Until it is verified or withdrawn."""
    rows = [("1", ADAS, "", "", "documents"), ("2", BENS), ("3", "9990000034")]
    take(desk, csv_file(desk.folder, rows))
    listed = desk.json(command, "list", "--provisional")
    assert [one["verified"] for one in listed] == [False, False]
    desk.json(command, "withdraw", listed[0]["objection"], *BY, *CHECKED)
    desk.json(command, "review", listed[1]["objection"], *BY, *CHECKED[2:])
    assert desk.json(command, "list", "--provisional") == []
    assert len(desk.json(command, "list")) == 3


def test_a_script_reads_every_row_and_then_the_counts(desk: Desk) -> None:
    """A report without its last line is not whole."""
    path = csv_file(desk.folder, [("1", ADAS, "", "", "documents")])
    result = take(desk, path, "--json")
    assert result.exit_code == 0
    row, counts = lines(result)
    assert row == {"row": 2, "outcome": "recorded", "reasons": []}
    assert counts["rows"] == counts["recorded"] == 1
    found, counts = lines(count(desk, path, "--json"))
    assert found == {"row": 2, "standing": "in-force", "reason": ""}
    assert {name for name, count in counts.items() if count == 0} == {
        *("provisional", "withdrawn", "not-an-objection", "missing", "surplus"),
    }
    assert (counts["rows"], counts["in-force"]) == (1, 1)


def test_a_missing_row_is_a_failure_and_one_too_many_is_told(desk: Desk) -> None:
    """By row number, and by the objection's own name; a surplus alone is no failure."""
    old = csv_file(desk.folder, [("1", ADAS), ("2", BENS)])
    take(desk, old)
    new = csv_file(desk.folder, [("1", ADAS), ("3", BENS)], name="new.csv")
    result = count(desk, new)
    assert result.exit_code == 1
    assert "row 3: missing. It is not in the register" in result.stdout
    assert table(result) == {
        "rows": 2,
        "in-force": 0,
        "provisional": 1,
        "withdrawn": 0,
        "not-an-objection": 0,
        "missing": 1,
        "surplus": 1,
    }
    surplus = next(line.split(":")[0] for line in result.stdout.splitlines() if "surplus. It binds" in line)
    assert surplus in desk.run(command, "list").stdout
    assert count(desk, csv_file(desk.folder, [("1", ADAS)], name="one.csv")).exit_code == 0


def test_a_file_that_cannot_be_read_to_its_end_records_nothing(desk: Desk) -> None:
    """Not even the rows before the fault; and it is said in a sentence."""
    path = csv_file(desk.folder, [("1", ADAS), ("2", '"9990000026')])
    for result in (take(desk, path), count(desk, path)):
        assert result.exit_code == 1
        assert result.stdout == ""
        assert "rows.csv: Near line 3 a quoted cell does not end" in result.stderr
    assert desk.json(command, "list") == []


def test_what_a_file_is_must_be_known(desk: Desk) -> None:
    """By its name or by --format; it is never guessed from its first bytes."""
    path = csv_file(desk.folder, [("1", ADAS)], name="rows.txt")
    assert "Name it .csv" in take(desk, path).stderr
    assert take(desk, path, "--format", "csv").exit_code == 0
    consents = desk.folder / "rows.ndjson"
    consents.write_text('{"resourceType": "Consent"}\n')
    assert "row 1: refused" in take(desk, consents).stdout
    assert "row 1: missing" in count(desk, consents).stdout


def test_no_report_names_anybody(desk: Desk) -> None:
    """Neither number, nor the source's id of a row, nor any word of the file; nor does the list."""
    secrets = ("9990000018", "9990000026", "9990000019", "patient-4711", "resluts-of", "Zebedee")
    rows = [
        ("patient-4711", ADAS, "", "Zebedee", "Zebedee", "resluts-of"),
        ("patient-4711", BENS, "", "", ""),
        ("patient-4711", "9990000019", "Zebedee"),
        ("patient-4711", BENS, "withdrawn", "Zebedee"),
        ("", "Zebedee"),
    ]
    path = csv_file(desk.folder, rows)
    for options in ((), ("--json",)):
        for result in (take(desk, path, *options), count(desk, path, *options)):
            assert result.exit_code == 1
            assert not any(secret in result.output for secret in secrets)
    listed = desk.run(command, "list", "--json").output
    assert '"source": "practice-system"' in listed
    assert not any(secret in listed for secret in secrets)


def test_a_killed_import_loses_no_row(desk: Desk) -> None:
    """Each row that its report gave is on file; a second run does the others, and then all are in force."""
    rows = [(str(place), number, "", "", "documents") for place, number in enumerate(numbers(600))]
    path = csv_file(desk.folder, rows)
    arguments = ["objection", "import", str(path), *SOURCE, *BY, *SECOND, *desk.place, "--json"]
    with subprocess.Popen(
        [sys.executable, "-m", "broker", *arguments],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        env={**os.environ, "PYTHONUNBUFFERED": "1"},
    ) as process:
        assert process.stdout is not None
        reported = [process.stdout.readline() for _ in range(100)]
        process.send_signal(signal.SIGKILL)
        reported += process.stdout.readlines()
    told = sum(line.endswith(b'"outcome":"recorded","reasons":[]}\n') for line in reported)
    assert 100 <= told < 600
    kept = len(desk.json(command, "list"))
    assert told <= kept < 600
    second = table(take(desk, path, *SECOND))
    assert (second["already-recorded"], second["recorded"], second["rows"]) == (kept, 600 - kept, 600)
    result = count(desk, path)
    assert (result.exit_code, table(result)["in-force"]) == (0, 600)


def test_a_large_file_is_read_in_bounded_memory(tmp_path: Path) -> None:
    """What is held for 6 000 rows is their hashes: a few hundred bytes for each, whatever is in them."""
    path = tmp_path / "large.csv"
    number = numbers(1)[0]
    with path.open("w") as file:
        file.write("row_id,nhs_number,on_behalf_of\n")
        file.writelines(f"{place},{number},{'x' * 2_000}\n" for place in range(6_000))
    tracemalloc.start()
    try:
        surveyed = SourceFile.survey(path, Form.CSV, partners=(), now=NOON)
        assert surveyed.rows == sum(1 for _ in _drained(path)) == 6_000
        _, peak_bytes = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak_bytes < 3_000_000 < path.stat().st_size


def _drained(path: Path) -> Iterator[object]:
    return csv_readings(path, partners=(), now=NOON)


def test_many_rows_need_a_second_person(desk: Desk) -> None:
    """What is not recorded is told row by row and fails; with a second person all of it is, in both names."""
    path = csv_file(desk.folder, [(str(place), number) for place, number in enumerate(numbers(40))])
    alone = take(desk, path)
    assert alone.exit_code == 1
    assert table(alone) | {"provisional": 30, "refused": 10} == table(alone)
    assert "Name a second person" in alone.stdout
    both = take(desk, path, *SECOND)
    assert both.exit_code == 0
    assert table(both) | {"already-recorded": 30, "provisional": 10} == table(both)
    assert take(desk, path, "--many-by-role", "x", "--many-by-name", "Imaginary Ash").exit_code == 1
    found = desk.json(command, "list")
    assert [one["intake"]["seconded"] for one in found].count(
        {"role": "team leader", "name": "Imaginary Birch"}
    ) == 10
