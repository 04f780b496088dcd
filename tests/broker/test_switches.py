"""A partner goes live in steps: by category, by the organisation that asks, and never past its own status."""

from __future__ import annotations

from pathlib import Path

import pytest

from broker.domain.category import Category
from broker.files import FileFault
from broker.settings import Settings, load_settings
from tests.support.settings_folders import PARTNER, write_folder


def loaded(folder: Path, switches: str, status: str = "live") -> Settings:
    """The settings of a folder whose partner has these switches."""
    text = PARTNER.replace("status: live", f"status: {status}") + f"switches: {switches}\n"
    return load_settings(write_folder(folder, partner=text))


@pytest.mark.parametrize(
    ("switches", "live_for", "closed_for"),
    [
        ("{}", ["RX901", "D99001"], []),
        ("{consumers: {D99001: testing}}", ["RX901"], ["D99001"]),
        ("{consumers: {others: testing, D99001: live}}", ["D99001"], ["RX901"]),
        ("{consumers: {others: live, RX901: suspended}}", ["D99001"], ["RX901"]),
    ],
)
def test_a_partner_is_live_for_those_whom_its_switches_name(
    tmp_path: Path, switches: str, live_for: list[str], closed_for: list[str]
) -> None:
    """Whoever is named has that status; everybody else has that of `others`, and live where it is unsaid."""
    facts = loaded(tmp_path, switches).partners[0].facts
    assert all(facts.is_live_for(ods) for ods in live_for)
    assert not any(facts.is_live_for(ods) for ods in closed_for)


def test_a_switch_never_opens_what_the_status_closes(tmp_path: Path) -> None:
    """A partner in testing is live for nobody, whatever its switches say."""
    facts = loaded(tmp_path, "{consumers: {D99001: live}}", "testing").partners[0].facts
    assert not facts.is_live_for("D99001")


def test_a_category_that_is_not_live_is_still_one_that_it_supplies(tmp_path: Path) -> None:
    """So nothing in that category is called none recorded while it is closed."""
    partner = loaded(tmp_path, "{categories: {medicines: testing}}").partners[0]
    assert partner.facts.closed == {Category.MEDICINES}
    assert Category.MEDICINES in partner.supplies


@pytest.mark.parametrize(
    ("switches", "complaint"),
    [
        ("{categories: {medcines: testing}}", "`medcines` is no category."),
        ("{categories: {medicines: off}}", "`off` is not a word that `medicines` knows"),
        ("{consumers: {rx9: live}}", "`rx9` is no ODS code."),
        ("{consumer: {RX901: live}}", "Did you mean `consumers`?"),
    ],
)
def test_a_misspelt_switch_stops_the_start(tmp_path: Path, switches: str, complaint: str) -> None:
    """A word that is not known opens and closes nothing: it is refused with its place."""
    with pytest.raises(FileFault) as refused:
        loaded(tmp_path, switches)
    assert complaint in str(refused.value)
