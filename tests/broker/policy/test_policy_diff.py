from __future__ import annotations

import json
import os
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.support.commands import watersmeet
from tests.support.plain_policies import write_policies
from tests.support.settings_folders import write_folder

pytestmark = pytest.mark.long


@pytest.fixture
def config(tmp_path: Path) -> str:
    """Settings for one hospital, with policies in force beside them: small, so that a comparison is quick."""
    write_policies(tmp_path / "policies", {"addenbury": "RX901"})
    return str(write_folder(tmp_path / "config"))


def _changed(tmp_path: Path, old: str, new: str, *, topic: str = "roles", name: str = "changed") -> Path:
    folder = Path(shutil.copytree(tmp_path / "policies", tmp_path / name))
    path = folder / topic / "policy.yaml"
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new))
    return folder


def _wider(tmp_path: Path, name: str = "changed") -> Path:
    return _changed(
        tmp_path, "[demographics, appointments]", "[demographics, appointments, alerts]", name=name
    )


def test_what_opens_ends_with_one_until_it_is_acknowledged(config: str, tmp_path: Path) -> None:
    """The opening is named by role, category and partner with both revisions; --acknowledge ends with 0."""
    wider = str(_wider(tmp_path))
    found = watersmeet("policy", "diff", "--config", config, wider)
    assert found.returncode == 1
    assert "receptionist: alerts, from addenbury" in found.stdout
    assert "CLOSES" not in found.stdout
    assert "say so with --acknowledge" in found.stdout
    revisions = [
        json.loads(watersmeet("policy", "check", "--config", config, "--policies", where, "--json").stdout)
        for where in (str(tmp_path / "policies"), wider)
    ]
    assert found.stdout.startswith(
        f"From revision {revisions[0]['revision']} to revision {revisions[1]['revision']}."
    )
    acknowledged = watersmeet("policy", "diff", "--config", config, wider, "--acknowledge")
    assert acknowledged.returncode == 0
    assert "it is acknowledged" in acknowledged.stdout


def test_a_usual_case_of_somebody_protected_hides_no_opening(config: str, tmp_path: Path) -> None:
    """Whatever person the changed policies call usual, what opens is named."""
    folder = _wider(tmp_path)
    usual = folder / "usual-case.yaml"
    usual.write_text(usual.read_text().replace("restriction: none", "restriction: restricted"))
    found = watersmeet("policy", "diff", "--config", config, str(folder))
    assert found.returncode == 1
    assert "receptionist: alerts, from addenbury" in found.stdout


def test_a_usual_case_that_sees_nothing_is_refused(config: str, tmp_path: Path) -> None:
    """Around a request that both revisions refuse, much would stay unseen: the file is named."""
    folder = _wider(tmp_path)
    usual = folder / "usual-case.yaml"
    usual.write_text(usual.read_text().replace("purpose: TREAT", "purpose: HRESCH"))
    found = watersmeet("policy", "diff", "--config", config, str(folder), "--acknowledge")
    assert found.returncode == 1
    assert "usual-case.yaml:1:1: is refused by both revisions" in found.stderr


def test_what_only_closes_ends_with_nought(config: str, tmp_path: Path) -> None:
    """From the wider policies back, the same cell closes, and nothing opens."""
    found = watersmeet(
        "policy", "diff", "--config", config, str(_wider(tmp_path)), str(tmp_path / "policies")
    )
    assert found.returncode == 0
    assert "receptionist: alerts, from addenbury" in found.stdout.partition("CLOSES")[2]
    assert "Signatures: one, unless" in found.stdout
    assert found.stdout.endswith("Nothing opens.\n")


def test_a_script_gets_each_change_and_the_space(config: str, tmp_path: Path) -> None:
    """With --json every change stands on its own, and the counts add up; twice is the same to the byte."""
    arguments = ("policy", "diff", "--config", config, str(_wider(tmp_path)), "--json")
    found, again = watersmeet(*arguments), watersmeet(*arguments)
    assert found.returncode == 1
    assert found.stdout == again.stdout
    told = json.loads(found.stdout)
    assert told["counts_as_opening"] is True
    single = [one for one in told["opened"] if " and " not in one["role"]]
    assert [(one["role"], one["partner_id"], one["what"]) for one in single] == [
        ("receptionist", "addenbury", "alerts")
    ]
    assert told["cells"] == told["cells_opened"] + told["cells_closed"] + told["cells_unchanged"]
    assert told["requests"] == sum(section["requests"] for section in told["compared"])
    assert told["opens"]
    assert not told["acknowledged"]


def test_a_broken_revision_is_named_with_its_line(config: str, tmp_path: Path) -> None:
    """A misspelt word in either folder ends the comparison with file, line and remedy."""
    broken = _changed(tmp_path, "sees: [demographics, appointments]", "sees: [demographics, apointments]")
    found = watersmeet("policy", "diff", "--config", config, str(broken))
    assert found.returncode == 1
    assert f"{broken}/roles/policy.yaml:" in found.stderr
    assert "Did you mean `appointments`?" in found.stderr
    told = watersmeet("policy", "diff", "--config", config, str(broken), str(tmp_path / "policies"), "--json")
    assert told.returncode == 1
    assert json.loads(told.stdout)["fault"]["line"] > 1


def _commit(folder: Path, message: str) -> None:
    who = ("-c", "user.name=Governance", "-c", "user.email=governance@watersmeet.example")
    subprocess.run(["git", "-C", folder, "add", "."], check=True, capture_output=True)
    subprocess.run(
        ["git", "-C", folder, *who, "commit", "--quiet", "-m", message], check=True, capture_output=True
    )


def test_a_folder_is_compared_with_itself_as_git_has_it(config: str, tmp_path: Path) -> None:
    """With --from the policies of that revision are read; one that was broken then is named as of then."""
    folder = tmp_path / "policies"
    subprocess.run(["git", "-C", tmp_path, "init", "--quiet"], check=True, capture_output=True)
    roles = folder / "roles" / "policy.yaml"
    whole = roles.read_text()
    roles.write_text(whole.replace("sees: [demographics, appointments]", "sees: [demographics, apointments]"))
    _commit(tmp_path, "broken")
    roles.write_text(whole)
    _commit(tmp_path, "whole")
    roles.write_text(whole.replace("[demographics, appointments]", "[demographics, appointments, alerts]"))
    found = watersmeet("policy", "diff", "--config", config, "--from", "HEAD")
    assert found.returncode == 1
    assert "receptionist: alerts, from addenbury" in found.stdout
    broken = watersmeet("policy", "diff", "--config", config, "--from", "HEAD~1", str(folder))
    assert broken.returncode == 1
    assert f"HEAD~1:{folder}/roles/policy.yaml:" in broken.stderr


def test_a_revision_that_is_not_there_is_a_mistake_of_use(config: str, tmp_path: Path) -> None:
    """No repository, no such revision and no git each end with 2 and a sentence that says what to do."""
    ask = ("policy", "diff", "--config", config, "--from")
    outside = watersmeet(*ask, "HEAD", environment={"GIT_CEILING_DIRECTORIES": str(tmp_path.parent)})
    assert outside.returncode == 2
    assert "is in no git repository. Give two folders instead of --from." in outside.stderr
    subprocess.run(["git", "-C", tmp_path, "init", "--quiet"], check=True, capture_output=True)
    _commit(tmp_path, "first")
    for revision in ("never", "--output=x"):
        absent = watersmeet(*ask, revision)
        assert absent.returncode == 2
        assert f"git knows no revision `{revision}` here." in absent.stderr
    without = watersmeet(*ask, "HEAD", environment={"PATH": os.devnull})
    assert without.returncode == 2
    assert "it is not installed." in without.stderr


@pytest.mark.parametrize("arguments", [(), ("a", "b", "c"), ("--from", "HEAD", "a", "b")])
def test_a_wrong_number_of_folders_is_a_mistake_of_use(arguments: tuple[str, ...], config: str) -> None:
    """Two revisions are compared, never none, one with nothing, or three."""
    found = watersmeet("policy", "diff", "--config", config, *arguments)
    assert found.returncode == 2
    assert "folder" in found.stderr
