from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from broker.files import FileFault
from broker.policy.loading import load_policies
from tests.support.policies import NETWORK, copy_policies, shipped_policies
from tests.support.policy_mistakes import MISTAKES, Mistake


@pytest.mark.parametrize("mistake", MISTAKES.values(), ids=MISTAKES.keys())
def test_a_mistake_is_named_with_its_place_and_its_remedy(mistake: Mistake, tmp_path: Path) -> None:
    """The complaint has file, line, column, what is wrong, and what to write instead."""
    folder = copy_policies(tmp_path)
    path = folder / mistake.topic / "policy.yaml"
    text = path.read_text()
    assert mistake.old in text
    changed_at = text.index(mistake.old)
    text = text.replace(mistake.old, mistake.new, 1)
    path.write_text(text)
    with pytest.raises(FileFault) as caught:
        load_policies(folder, NETWORK)
    found = text.find(mistake.at, changed_at)
    before = text[: found if found >= 0 else text.index(mistake.at)]
    line, column = before.count("\n") + 1, len(before) - before.rfind("\n")
    assert str(caught.value) == f"{path}:{line}:{column}: {mistake.says}"


def test_a_policy_without_cases_is_refused(tmp_path: Path) -> None:
    """A missing `cases.yaml` stops the load."""
    folder = copy_policies(tmp_path)
    (folder / "roles" / "cases.yaml").unlink()
    with pytest.raises(FileFault, match=r"roles/cases\.yaml:1:1: is missing\. A policy without cases"):
        load_policies(folder, NETWORK)


def test_a_policy_with_no_case_at_all_is_refused(tmp_path: Path) -> None:
    """An empty list of cases is no better than none."""
    folder = copy_policies(tmp_path)
    (folder / "roles" / "cases.yaml").write_text("cases: []\n")
    with pytest.raises(FileFault, match=r"roles/cases\.yaml:1:1: `cases` lists none\."):
        load_policies(folder, NETWORK)


def test_a_topic_that_is_missing_is_named(tmp_path: Path) -> None:
    """Without the objections policy nothing loads."""
    folder = copy_policies(tmp_path)
    shutil.rmtree(folder / "objections")
    with pytest.raises(FileFault, match=r"objections/policy\.yaml:1:1: is missing\."):
        load_policies(folder, NETWORK)


def test_a_topic_that_nobody_knows_is_named(tmp_path: Path) -> None:
    """A folder that would never be read is refused, with the nearest topic."""
    folder = copy_policies(tmp_path)
    (folder / "objection").mkdir()
    with pytest.raises(FileFault, match=r"Did you mean `objections`\?"):
        load_policies(folder, NETWORK)


def test_a_folder_that_is_not_there_is_named(tmp_path: Path) -> None:
    """The complaint says which folder."""
    with pytest.raises(FileFault, match="is not a folder"):
        load_policies(tmp_path / "nowhere", NETWORK)


def test_the_revision_is_a_digest_of_the_content(tmp_path: Path) -> None:
    """The same files elsewhere have the same revision; one changed word has another."""
    folder = copy_policies(tmp_path)
    assert load_policies(folder, NETWORK).revision == shipped_policies().revision
    path = folder / "roles" / "policy.yaml"
    path.write_text(path.read_text().replace("Receptionists", "Reception"))
    assert load_policies(folder, NETWORK).revision != shipped_policies().revision


def test_a_supplier_opens_to_each_role_group_what_it_lists() -> None:
    """Receptionists, social workers and doctors see different parts of one trust's records."""
    seen = shipped_policies().party_of_partner["ousebank"].seen
    assert seen["receptionist"] < seen["social-worker"] < seen["doctor"]
    assert "privacy-officer" not in seen
