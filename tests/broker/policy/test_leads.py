"""Which kinds of partner stand first: an optional part of the sharing agreement, and no permit."""

from __future__ import annotations

from pathlib import Path

import pytest

from broker.domain.category import Category
from broker.domain.leads import SHIPPED_LEADS
from broker.files import FileFault
from broker.policy.comparing import rules_changed
from broker.policy.loading import load_policies
from broker.policy.signatures_needed import shows_no_opening
from tests.support.policies import NETWORK, copy_policies, shipped_policies

AGREEMENT = Path("sharing-agreement") / "policy.yaml"


def with_leads(folder: Path, *lines: str) -> Path:
    """The shipped policies with `leads` at the end of the agreement."""
    path = folder / AGREEMENT
    path.write_text(path.read_text() + "\nleads:\n" + "".join(f"  {line}\n" for line in lines))
    return folder


def test_policies_that_do_not_speak_of_leads_have_those_that_ship() -> None:
    """The part is optional."""
    assert shipped_policies().leads == SHIPPED_LEADS


def test_a_policy_changes_what_it_names_and_opens_nothing(tmp_path: Path) -> None:
    """One category goes to another kind; no second signature is needed for an order."""
    folder = with_leads(copy_policies(tmp_path), "- categories: [medicines]", "  kinds: [acute, gp]")
    changed = load_policies(folder, NETWORK)
    assert changed.leads == {**SHIPPED_LEADS, Category.MEDICINES: ("acute", "gp")}
    rules = rules_changed(shipped_policies(), changed)
    assert rules == ("leads",)
    assert shows_no_opening(opens=False, rules=rules)
    assert not shows_no_opening(opens=False, rules=(*rules, "disclosure"))


@pytest.mark.parametrize(
    ("lines", "named"),
    [
        (("- categories: [medicine]", "  kinds: [gp]"), "medicines"),
        (("- categories: [medicines]", "  kinds: [hospital]"), "kinds"),
        (("- categories: [medicines]", "  kinds: []"), "kinds"),
        (
            ("- {categories: [medicines], kinds: [gp]}", "- {categories: [medicines], kinds: [acute]}"),
            "medicines",
        ),
    ],
    ids=["no category", "no kind of partner", "no kind at all", "a category twice"],
)
def test_a_wrong_word_is_named_with_its_line(tmp_path: Path, lines: tuple[str, ...], named: str) -> None:
    """It never falls back to what ships."""
    folder = with_leads(copy_policies(tmp_path), *lines)
    with pytest.raises(FileFault) as refused:
        load_policies(folder, NETWORK)
    assert named in str(refused.value)
    assert refused.value.line >= len((folder / AGREEMENT).read_text().splitlines()) - len(lines)
