from __future__ import annotations

import csv
import datetime as dt
import io
from dataclasses import replace
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from broker.domain.category import Category
from broker.domain.decision import Effect
from broker.domain.policy import Purpose
from broker.domain.requester import RelationshipGround
from broker.pipeline.decision import decide
from broker.policy.matrix import Matrix, matrix_of
from broker.policy.matrix_guide import guide_markdown
from broker.policy.matrix_html import guide_html, matrix_html
from broker.policy.matrix_text import as_csv, as_markdown
from broker.policy.matrix_words import private
from broker.policy.points import UNKNOWN, role_classes
from broker.policy.situation import facts_of, partners_of
from tests.support.policies import POLICIES, shipped_policies, usual_situation

WORDS = sorted({*shipped_policies().national_roles, *shipped_policies().local_roles})
ORGANISATIONS = sorted({*shipped_policies().party_of_organisation, UNKNOWN})
DAYS = [dt.date(2023, 5, 15), dt.date(2026, 1, 1), dt.date(2026, 3, 31), dt.date(2026, 11, 2)]


def _shipped() -> Matrix:
    return matrix_of(shipped_policies(), usual_situation(), partners_of(shipped_policies()))


@settings(max_examples=60, deadline=None)
@given(
    st.sampled_from(Purpose),
    st.sampled_from(RelationshipGround),
    st.sampled_from(ORGANISATIONS),
    st.sampled_from(DAYS),
)
def test_every_cell_is_what_the_decision_says(
    purpose: Purpose, ground: RelationshipGround, organisation: str, day: dt.date
) -> None:
    """For any purpose, relationship, organisation and day, each cell of each row is a decision's own."""
    policies, partners = shipped_policies(), partners_of(shipped_policies())
    usual = replace(
        usual_situation(), purpose=str(purpose), relationship=ground, organisation=organisation, day=day
    )
    words = {group.group_id: word for word, group in policies.local_roles.items()}
    parties = {party.party_id: party for party in policies.parties}
    for row in matrix_of(policies, usual, partners).rows:
        ods = min(parties[row.party_id].organisations)
        asked = replace(usual, roles=(words[row.group_id],), practice=ods)
        decision = decide(facts_of(asked, partners), policies).decision_for(row.party_id)
        assert decision is not None
        assert {cell.category for cell in row.cells if cell.seen} == decision.categories


@settings(max_examples=100, deadline=None)
@given(
    st.sampled_from([*WORDS, UNKNOWN]), st.sampled_from(RelationshipGround), st.sampled_from(ORGANISATIONS)
)
def test_one_word_speaks_for_its_role_group(word: str, ground: RelationshipGround, organisation: str) -> None:
    """Whatever is asked, a role word is decided as the word that stands for its group in a comparison."""
    policies = shipped_policies()
    group = policies.national_roles.get(word) or policies.local_roles.get(word)
    stands = role_classes((policies,))[(group.group_id if group else UNKNOWN,)]
    usual = replace(usual_situation(), relationship=ground, organisation=organisation)
    facts = [facts_of(replace(usual, roles=(one,)), partners_of(policies)) for one in (word, stands)]
    assert decide(facts[0], policies) == decide(facts[1], policies)


def test_a_cell_names_the_line_that_decided_it() -> None:
    """What a receptionist does not see leads to the receptionists' line, and what she sees to the party's."""
    matrix = _shipped()
    row = next(row for row in matrix.rows if (row.group_id, row.party_id) == ("receptionist", "addenbury"))
    cells = {cell.category: cell for cell in row.cells}
    for category, line in (
        (Category.RESULTS, "- id: receptionist"),
        (Category.APPOINTMENTS, "- partner: addenbury"),
    ):
        file, number = cells[category].rule.place.rsplit(":", 1)
        assert (POLICIES / file).read_text().splitlines()[int(number) - 1].strip() == line
    assert (cells[Category.RESULTS].seen, cells[Category.APPOINTMENTS].seen) == (False, True)


def test_who_may_look_is_decided_too() -> None:
    """Research opens nothing, a self-claimed relationship alerts, and the care board may not look."""
    matrix = _shipped()
    research = next(one for one in matrix.purposes if one.word == "HRESCH")
    claimed = next(one for one in matrix.relationships if one.word == "self-claimed")
    board = next(one for one in matrix.organisations if one.word == "integrated-care-board")
    assert research.groups == board.groups == ()
    assert claimed.alerts
    assert "receptionist" not in claimed.groups
    assert board.rule.rule == "may-not-view"


def test_a_registration_may_narrow_the_table() -> None:
    """As registered, a suspended partner's row shows nothing, and names why; as permitted it still does."""
    policies = shipped_policies()
    partners = tuple(
        replace(one, status="suspended") if one.partner_id == "addenbury" else one
        for one in partners_of(policies)
    )
    for as_registered in (True, False):
        matrix = matrix_of(policies, usual_situation(), partners, as_registered=as_registered)
        row = next(row for row in matrix.rows if (row.group_id, row.party_id) == ("doctor", "addenbury"))
        assert any(cell.seen for cell in row.cells) is not as_registered
        assert (row.cells[0].rule.rule == "partner-not-live") is as_registered


def test_the_classes_that_are_kept_back_stand_in_the_table() -> None:
    """A row says which sensitivity classes the decision hides from this role group there."""
    matrix, policies = _shipped(), shipped_policies()
    judgement = decide(facts_of(usual_situation(), partners_of(policies)), policies)
    decision = judgement.decision_for("addenbury")
    assert decision is not None
    assert decision.effect is Effect.PERMIT
    row = next(row for row in matrix.rows if (row.group_id, row.party_id) == ("doctor", "addenbury"))
    assert set(row.hidden) == {str(name) for name in decision.hidden_classes.classes} != set()
    assert private(row.hidden[0]) in as_markdown(matrix)


def test_csv_has_every_cell_once() -> None:
    """A spreadsheet has one line for each role group, party and category, seen as in the table."""
    matrix = _shipped()
    lines = list(csv.DictReader(io.StringIO(as_csv(matrix))))
    told = {(one["role_group"], one["party"], one["category"]): one["cell"] == "seen" for one in lines}
    assert len(told) == len(lines) == len(matrix.rows) * len(Category)
    for row in matrix.rows:
        for cell in row.cells:
            assert told[row.group_id, row.party_id, str(cell.category)] is cell.seen


def test_the_page_stands_alone() -> None:
    """It loads nothing, runs nothing, shows every cell, and names revision, day in force and signature."""
    matrix = _shipped()
    page = matrix_html(matrix)
    seen = sum(cell.seen for row in matrix.rows for cell in row.cells)
    assert page.count('<td class="seen"') == seen
    assert not any(word in page for word in ("<script", "src=", "href=", "@import", "url("))
    for words in (matrix.revision, "in force from 1 January 2026", "Signature", "not seen"):
        assert words in page


def test_a_name_cannot_break_the_page() -> None:
    """What governance writes in a title is text in the page, never markup."""
    matrix = _shipped()
    row = replace(matrix.rows[0], party="<b>R & D</b>")
    page = matrix_html(replace(matrix, rows=(row, *matrix.rows[1:])))
    assert "<b>" not in page
    assert "&lt;b&gt;R &amp; D&lt;/b&gt;" in page


def test_the_guide_speaks_in_sentences() -> None:
    """The public reads what each kind of staff sees from whom, and who sees nothing; no code and no grid."""
    guide = guide_markdown(_shipped())
    assert "they may see who you are and appointments, from" in guide
    assert "Fenland Integrated Care Board: nobody there may open your record." in guide
    assert "- Research." in guide
    assert not any(code in guide for code in ("TREAT", "RX901", "R8000", "|"))
    assert "Fenland Integrated Care Board" in guide_html(_shipped())


def test_the_guide_says_when_an_objection_is_gone_around() -> None:
    """Each ground in governance's own words; nothing of it where the policy lists none."""
    policies = shipped_policies()
    guide = guide_markdown(_shipped())
    for rule in policies.emergency_access.grounds.values():
        assert f"- {rule.title}." in guide
    without = replace(policies, emergency_access=replace(policies.emergency_access, grounds={}))
    quiet = guide_markdown(matrix_of(without, usual_situation(), partners_of(policies)))
    assert "although you objected" in guide
    assert "although you objected" not in quiet


def test_the_same_policies_give_the_same_pages() -> None:
    """Read twice, every form is the same to the byte, and nothing tells where the files lay."""
    first, second = _shipped(), _shipped()
    for write in (as_csv, as_markdown, matrix_html, guide_markdown, guide_html):
        assert write(first) == write(second)
        assert str(Path(POLICIES).parent) not in write(first)
