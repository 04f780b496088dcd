from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from broker.domain.reconstruction import Reconstruction
from broker.files import FileFault
from broker.policy.cases import failures_of, load_cases
from tests.support.policies import copy_policies, shipped_policies

CASE = """cases:
  - name: the case
    given: {given}
    expect: {expect}
"""


def _one_case(tmp_path: Path, expect: str, given: str = "{}") -> tuple[str, ...]:
    folder = copy_policies(tmp_path)
    for path in folder.glob("*/cases.yaml"):
        path.write_text("cases: []\n")
    (folder / "roles" / "cases.yaml").write_text(CASE.format(given=given, expect=expect))
    unproved = replace(shipped_policies(), reconstruction=Reconstruction())
    (case,) = load_cases(folder, unproved)
    return failures_of(case, shipped_policies())


@pytest.mark.parametrize(
    ("expect", "failure"),
    [
        ("{effect: deny}", "`effect` is expected to be `deny` and is `permit`."),
        (
            "{effect: permit, because: roles/nurse}",
            "`because` is expected to be `roles/nurse` and is `roles/doctor`.",
        ),
        ("{effect: permit, told: objection}", "`told` is expected to be `objection` and is `neutral`."),
        ("{effect: permit, alert: true}", "`alert` is expected to be true and is false."),
        ("{effect: permit, placeless: true}", "`placeless` is expected to be true and is false."),
        (
            "{effect: permit, partners: {addenbury: {effect: deny}}}",
            "addenbury: `effect` is expected to be `deny` and is `permit`.",
        ),
        (
            "{effect: permit, partners: {addenbury: {shows: [unclassified]}}}",
            "addenbury: `shows` unclassified, which is held back.",
        ),
        (
            "{effect: permit, partners: {addenbury: {hides: [results]}}}",
            "addenbury: `hides` results, which is shown.",
        ),
        (
            "{effect: permit, partners: {castle-hill-practice: {only: [results]}}}",
            "castle-hill-practice: `only` is results, and shown is nothing.",
        ),
        (
            "{effect: permit, partners: {addenbury: {naming: veiled}}}",
            "addenbury: `naming` is expected to be `veiled` and is `plain`.",
        ),
        (
            "{effect: permit, partners: {addenbury: {in_scope: false}}}",
            "addenbury: `in_scope` is expected to be false and is true.",
        ),
        (
            "{effect: permit, partners: {addenbury: {holds_back_part: true}}}",
            "addenbury: `holds_back_part` is expected to be true and is false.",
        ),
    ],
)
def test_a_case_that_does_not_hold_says_what_was_expected_and_what_is(
    expect: str, failure: str, tmp_path: Path
) -> None:
    """Each thing that a case can expect is really compared."""
    assert _one_case(tmp_path, expect) == (failure,)


@pytest.mark.parametrize(
    ("given", "expect", "complaint"),
    [
        ("{}", "{effect: allow}", r":4:14: `allow` is not a word that `effect` knows"),
        ("{}", "{effect: deny, because: objections/upeld}", r":4:28: .*Did you mean `objections/upheld`"),
        ("{}", "{effect: deny, partners: {adenbury: {}}}", r":4:39: .*Did you mean `addenbury`"),
        ("{role: [doctor]}", "{effect: deny}", r":3:13: `role` is not a setting here.*`roles`"),
        ("{not_live: [adenbury]}", "{effect: deny}", r":3:24: .*Did you mean `addenbury`"),
        ("{objections: [{state: recieved}]}", "{effect: deny}", r":3:27: .*Did you mean `received`"),
    ],
)
def test_a_mistake_in_a_case_is_named_with_its_place(
    given: str, expect: str, complaint: str, tmp_path: Path
) -> None:
    """Cases are read as strictly as policies."""
    with pytest.raises(FileFault, match=complaint):
        _one_case(tmp_path, expect, given)


def test_a_usual_case_that_leaves_something_out_is_refused(tmp_path: Path) -> None:
    """Every case stands on it, so it says everything."""
    folder = copy_policies(tmp_path)
    path = folder / "usual-case.yaml"
    path.write_text(path.read_text().replace("  purpose: TREAT\n", ""))
    with pytest.raises(FileFault, match=r"usual-case\.yaml:5:3: `purpose` is missing\."):
        load_cases(folder, shipped_policies())


def test_a_party_that_may_be_asked_again_has_a_case_that_says_so(tmp_path: Path) -> None:
    """The word alone in its entry is refused, and the party is named."""
    folder = copy_policies(tmp_path)
    path = folder / "sharing-agreement" / "cases.yaml"
    text = path.read_text()
    assert "ousebank: {reconstructs: true}" in text
    path.write_text(text.replace("ousebank: {reconstructs: true}", "ousebank: {effect: deny}"))
    with pytest.raises(FileFault) as caught:
        load_cases(folder, shipped_policies())
    assert "No case lets `ousebank` be reconstructed." in str(caught.value)
