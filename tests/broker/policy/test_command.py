from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from broker.cli import run
from tests.support.policies import POLICIES, copy_policies, shipped_policies

CONFIG = str(POLICIES.parent / "config")
OUTPUT = pytest.CaptureFixture[str]


def _explained(capsys: OUTPUT, *flags: str) -> dict[str, Any]:
    assert run(["policy", "explain", "--config", CONFIG, "--json", *flags]) == 0
    explanation: dict[str, Any] = json.loads(capsys.readouterr().out)
    return explanation


def test_check_names_the_revision(capsys: OUTPUT) -> None:
    """The shipped policies can be read with the shipped registrations."""
    assert run(["policy", "check", "--config", CONFIG]) == 0
    assert shipped_policies().revision in capsys.readouterr().out


def test_check_complains_with_place_and_remedy(capsys: OUTPUT, tmp_path: Path) -> None:
    """A misspelt word ends with exit code 1 and one line on the error stream."""
    folder = copy_policies(tmp_path)
    path = folder / "objections" / "policy.yaml"
    text = path.read_text()
    path.write_text(text.replace("state: upheld", "state: uphled"))
    line = text[: text.index("state: upheld")].count("\n") + 1
    assert run(["policy", "check", "--config", CONFIG, "--policies", str(folder)]) == 1
    captured = capsys.readouterr()
    assert captured.out == ""
    assert (
        f"{path}:{line}:5: `uphled` is not a word that `state` knows. Did you mean `upheld`?" in captured.err
    )


def test_check_gives_a_script_the_fault_in_parts(capsys: OUTPUT, tmp_path: Path) -> None:
    """With --json the fault is data."""
    folder = copy_policies(tmp_path)
    (folder / "objections" / "policy.yaml").write_text("id: objections\n")
    assert run(["policy", "check", "--config", CONFIG, "--policies", str(folder), "--json"]) == 1
    fault = json.loads(capsys.readouterr().out)["fault"]
    assert (fault["line"], fault["column"]) == (1, 1)
    assert fault["problem"] == "`version` is missing."


def test_test_lists_the_cases_that_do_not_hold(capsys: OUTPUT, tmp_path: Path) -> None:
    """A change that undoes a decision is shown with the case that stated it."""
    folder = copy_policies(tmp_path)
    path = folder / "roles" / "policy.yaml"
    path.write_text(path.read_text().replace("[demographics, appointments]", "[demographics, results]"))
    assert run(["policy", "test", "--config", CONFIG, "--policies", str(folder)]) == 1
    out = capsys.readouterr().out
    assert "a receptionist sees who the person is" in out
    assert "`only` is appointments, demographics, and shown is demographics, results." in out


def test_test_says_that_every_case_holds(capsys: OUTPUT) -> None:
    """The shipped policies keep all their cases."""
    assert run(["policy", "test", "--config", CONFIG, "--json"]) == 0
    result = json.loads(capsys.readouterr().out)
    assert result["failed"] == 0
    assert all(case["failures"] == [] for case in result["cases"])


def test_explain_names_the_rule_and_its_line(capsys: OUTPUT) -> None:
    """A reason leads to the line that a governance lead can edit."""
    explanation = _explained(capsys, "--objection", "under-review", "--partner", "addenbury")
    first = explanation["because"][0]
    assert (first["topic"], first["rule"], first["effect"]) == ("objections", "under-review", "deny")
    path, line = first["place"].rsplit(":", 1)
    assert Path(path).read_text().splitlines()[int(line) - 1].strip() == "- state: under-review"
    assert [partner["partner_id"] for partner in explanation["partners"]] == ["addenbury"]


def test_explain_answers_for_one_category(capsys: OUTPUT) -> None:
    """An objection to one hospital's documents leaves another's."""
    flags = ("--objection", "upheld", "--objection-partner", "addenbury", "--objection-direction", "source")
    explanation = _explained(capsys, *flags, "--objection-category", "documents", "--category", "documents")
    assert explanation["category"]["addenbury"] is False
    assert explanation["category"]["papermill"] is True


def test_explain_takes_a_carve_out(capsys: OUTPUT) -> None:
    """What a decision not to uphold opens can be tried before it is made."""
    carved = (
        *("--objection", "not-upheld", "--carve-out-ground", "safeguarding"),
        *("--carve-out-role", "social-worker", "--carve-out-category", "alerts"),
        *("--carve-out-partner", "ousebank", "--review-on", "2026-12-01"),
    )
    worker = ("--role", "social-worker", "--organisation", "99C01", "--relationship", "referral")
    explanation = _explained(capsys, *carved, *worker, "--partner", "ousebank")
    assert explanation["partners"][0]["categories"] == ["alerts"]
    assert _explained(capsys, *carved)["effect"] == "deny"


def test_explain_takes_a_grant_and_leads_to_the_line_of_its_ground(capsys: OUTPUT) -> None:
    """What emergency access opens, and why a grant would be refused, can be asked beforehand."""
    held = ("--objection", "upheld", "--purpose", "ETREAT", "--partner", "addenbury")
    fits = _explained(capsys, *held, "--grant", "risk-to-life", "--grant-partner", "addenbury")
    assert "allergies" in fits["partners"][0]["categories"]
    named = next(one for one in fits["because"] if one["rule"] == "risk-to-life")
    path, line = named["place"].rsplit(":", 1)
    assert Path(path).read_text().splitlines()[int(line) - 1].strip() == "- ground: risk-to-life"
    late = _explained(capsys, *held, "--grant", "risk-to-life", "--grant-minutes-ago", "30")
    assert (late["effect"], late["because"][0]["rule"]) == ("deny", "grant-not-in-time")
    alone = _explained(capsys, *held, "--grant", "person-asks-now", "--grant-witness", "none")
    assert alone["because"][0]["rule"] == "witness-missing"


def test_explain_reads_as_sentences(capsys: OUTPUT) -> None:
    """People see what the caller is told and whom the caller may contact."""
    assert run(["policy", "explain", "--config", CONFIG, "--restriction", "restricted"]) == 0
    out = capsys.readouterr().out
    assert out.startswith("DENY")
    assert "deny    disclosure/restricted-person: The person's whereabouts are protected." in out
    assert "The caller is told (restricted): This record is protected" in out


@pytest.mark.parametrize(
    ("flags", "complaint"),
    [
        (("--partner", "adenbury"), "Did you mean `addenbury`?"),
        (("--category", "resluts"), "Did you mean `results`?"),
        (("--not-live", "nobody"), "`nobody` is not a registered partner."),
        (("--grant-text", "why"), "Add --grant GROUND."),
    ],
)
def test_explain_refuses_a_word_that_it_does_not_know(
    flags: tuple[str, str], complaint: str, capsys: OUTPUT
) -> None:
    """A misspelt flag is a mistake of use, exit code 2."""
    assert run(["policy", "explain", "--config", CONFIG, *flags]) == 2
    assert complaint in capsys.readouterr().err


def test_explain_asks_about_a_role_that_nobody_lists_and_names_the_nearest(capsys: OUTPUT) -> None:
    """It may be asked about, and is refused as it would be; whoever misspelt it sees the right word."""
    assert run(["policy", "explain", "--config", CONFIG, "--role", "pharmasist"]) == 0
    told = capsys.readouterr()
    assert "roles/unknown-role" in told.out
    assert told.err == "No role group lists `pharmasist`. Did you mean `pharmacist`?\n"
