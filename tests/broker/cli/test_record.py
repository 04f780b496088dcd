from __future__ import annotations

import json
import os
import pty
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.commands import watersmeet, watersmeet_here

# Ten zeros pass the check digit, stand outside the 999 range and belong to nobody.
NOBODYS = "0" * 10


@pytest.fixture
def alone(tmp_path: Path) -> dict[str, str]:
    """An environment in which no demonstration runs."""
    return {"WATERSMEET_DEMO_RUN": str(tmp_path / "none"), "TMPDIR": str(tmp_path)}


def test_a_role_sees_what_its_policy_lets_it_see(alone: dict[str, str]) -> None:
    """A receptionist sees appointments and no medicines."""
    done = watersmeet_here("record", "--as", "receptionist", "--story", "diabetes", environment=alone)
    assert done.returncode == 0, done.stderr
    assert "APPOINTMENTS" in done.stdout
    assert "MEDICINES" not in done.stdout


def test_a_number_is_read_from_standard_input(alone: dict[str, str]) -> None:
    """With spaces as people write it; the Bundle for a script."""
    done = watersmeet("record", "--as", "doctor", "--json", stdin="999 000 0026\n", environment=alone)
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["type"] == "searchset"


def test_a_summary_goes_where_the_user_says(alone: dict[str, str], tmp_path: Path) -> None:
    """A page on standard output, and in no file of ours."""
    done = watersmeet_here("record", "--as", "doctor", "--story", "diabetes", "--summary", environment=alone)
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("<!DOCTYPE html>")
    assert "Mrs Margaret Thurlow" in done.stdout
    assert not [one for one in tmp_path.rglob("*") if one.is_file() and b"Thurlow" in one.read_bytes()]


def test_a_refused_summary_leaves_standard_output_to_nobody(alone: dict[str, str]) -> None:
    """An empty file is no page that could be taken for a person without a record."""
    done = watersmeet_here(
        "record", "--as", "doctor", "--story", "restricted", "--summary", environment=alone
    )
    assert (done.returncode, done.stdout) == (1, "")
    assert "not evidence that there is no record" in done.stderr


def test_a_summary_is_no_page_for_a_terminal_and_no_view() -> None:
    """Both are usage errors that say what to do, before anybody is asked."""
    ours, theirs = pty.openpty()
    command = [sys.executable, "-m", "broker", "record", "--as", "doctor", "--story", "diabetes", "--summary"]
    done = subprocess.run(command, stdout=theirs, stderr=subprocess.PIPE, text=True, check=False, timeout=60)
    os.close(ours)
    os.close(theirs)
    assert done.returncode == 2
    assert "> summary.html" in done.stderr
    both = watersmeet_here("record", "--as", "doctor", "--story", "diabetes", "--summary", "--view", "people")
    assert both.returncode == 2
    assert "several answers" in both.stderr


@pytest.mark.parametrize("typed", ["9990000019", "", "not a number", "9990000018 9990000026"])
def test_what_is_not_a_number_is_a_usage_error_that_echoes_nothing(typed: str) -> None:
    """Exit code 2, without what was typed."""
    done = watersmeet_here("record", "--as", "doctor", stdin=f"{typed}\n")
    assert done.returncode == 2
    assert not typed or typed not in done.stderr


def test_when_no_number_comes_the_complaint_says_so() -> None:
    """An empty standard input is not called an invalid number."""
    done = watersmeet_here("record", "--as", "doctor")
    assert done.returncode == 2
    assert "none came" in done.stderr


def test_a_number_that_could_be_a_persons_is_refused_before_anything_starts() -> None:
    """Only the range that nobody has; the number is not repeated."""
    done = watersmeet_here("record", "--as", "doctor", stdin=f"{NOBODYS}\n")
    assert done.returncode == 2
    assert "999 range" in done.stderr
    assert NOBODYS not in done.stderr


def test_a_refusal_is_on_standard_error_and_ends_with_one(alone: dict[str, str]) -> None:
    """Nothing on standard output could be taken for an empty record."""
    done = watersmeet_here("record", "--as", "doctor", "--story", "restricted", environment=alone)
    assert (done.returncode, done.stdout) == (1, "")
    assert "not evidence that there is no record" in done.stderr


def test_an_unknown_role_is_a_usage_error_that_lists_them() -> None:
    """Exit code 2."""
    done = watersmeet_here("record", "--as", "docter", "--story", "diabetes")
    assert done.returncode == 2
    assert "doctor" in done.stderr


def test_a_record_comes_partner_by_partner_and_then_as_a_whole(alone: dict[str, str]) -> None:
    """The same page as the record's at the end, below a line for each partner as it came."""
    asked = ("record", "--as", "doctor", "--story", "diabetes")
    live, whole = (watersmeet_here(*asked, *more, environment=alone) for more in (("--live",), ()))
    assert (live.returncode, whole.returncode) == (0, 0), live.stderr + whole.stderr
    came, _, page = live.stdout.partition("\n\n")
    assert came.startswith("Asked: ")
    assert "Harbour" not in came
    assert "answered in full" in came
    assert "WHO ANSWERED" in page
    assert page.splitlines()[0] == whole.stdout.splitlines()[0]
    assert sorted(page.partition("ALLERGIES")[2].split()) == sorted(
        whole.stdout.partition("ALLERGIES")[2].split()
    )


def test_a_refused_stream_is_refused_as_a_record_is(alone: dict[str, str]) -> None:
    """Nothing on standard output, and why on standard error."""
    done = watersmeet_here("record", "--as", "doctor", "--story", "restricted", "--live", environment=alone)
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr
