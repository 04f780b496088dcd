from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.fidelity import __main__ as command
from tests.fidelity.explained import Agreement, Difference
from tests.fidelity.measuring import Row
from tests.fidelity.reporting import Report, lines, write
from tests.fidelity.validating import Validation


def report(**changed: int) -> Report:
    """The report of one sound record, or of one that is less."""
    figures = {"given": 200, "translated": 200, "facts": 9, "found": 9, "planted": 3, "caught": 3} | changed
    validation = Validation(shown=200, passed=200)
    return Report([Row("a", "supplier", **figures)], {}, {"x": Agreement(files=1)}, {"y": validation})


def test_a_sound_run_ends_with_its_line(tmp_path: Path) -> None:
    """The last line has every figure, nothing is said to have failed, and the JSON says the same."""
    *_, last = lines(report())
    assert last == "fidelity: in 200; translated 200; listed 0; lost 0; facts 9 of 9; planted caught 3 of 3"
    assert list(report().failures()) == []
    write(report(), tmp_path / "build" / "fidelity.json")
    assert json.loads((tmp_path / "build" / "fidelity.json").read_text())["found"] == 9


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"translated": 198}, "99.00 % translated"),
        ({"lost": 1}, "1 items lost"),
        ({"found": 8}, "1 facts not found"),
        ({"added": 1}, "1 values or items"),
        ({"caught": 2}, "1 planted faults"),
        ({"given": 0}, "no record"),
    ],
)
def test_each_aim_that_is_missed_is_named(changed: dict[str, int], said: str) -> None:
    """A figure short of its aim fails the run in words."""
    assert [failure for failure in report(**changed).failures() if said in failure]


def test_differences_and_refusals_fail_the_run() -> None:
    """A difference without a reason, and a resource that a judge of structure refuses, are failures."""
    whole = report()
    whole.agreements["x"].unexplained.append(Difference("f", "p", "other value"))
    whole.validations["y"].passed = 199
    assert len(list(whole.failures())) == 2


def test_without_the_material_the_run_fails_and_says_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """A folder without the material is named with the variable that names it, and the status is 1."""
    monkeypatch.setenv("WATERSMEET_REAL_DATA", str(tmp_path / "nowhere"))
    monkeypatch.setattr(command, "real_data_folder", lambda: tmp_path / "nowhere")
    assert command.main() == 1
    assert "WATERSMEET_REAL_DATA" in capsys.readouterr().out
