from __future__ import annotations

from dataclasses import replace

import pytest

from broker.domain.objection import ObjectionState
from broker.domain.objection_life import Channel, IdentityCheck, Intake
from broker.domain.objection_speaker import PROOFS, Authority, IdentifierKind, Proof, Speaker, Standing
from broker.objections import life, speaking
from broker.objections.illegal import IllegalStep
from broker.objections.life import Check
from broker.objections.rulings import Ruling
from tests.support.speakers import (
    ASSESSOR,
    BORN,
    GUARDIAN,
    HANDLER,
    LATER,
    intake_of,
    parent,
    received_by,
    taken_back_by,
)
from tests.support.stores import TAKEN_BACK, TWO_IDENTIFIERS

NUMBER_ALONE = frozenset({IdentifierKind.NHS_NUMBER})


def test_an_identity_is_checked_by_two_identifiers() -> None:
    """One alone is no check; unchecked it binds provisionally, and a second identifier verifies it."""
    with pytest.raises(IllegalStep, match="two identifiers"):
        received_by(intake_of(identifiers=NUMBER_ALONE))
    event = received_by(intake_of(identity_check=IdentityCheck.NONE, identifiers=NUMBER_ALONE))
    assert not event.objection.verified
    with pytest.raises(IllegalStep, match="two identifiers"):
        life.verify(
            event,
            Check(identity_check=IdentityCheck.QUESTIONS, identifiers=NUMBER_ALONE),
            by=HANDLER,
            at=LATER,
        )


@pytest.mark.parametrize("channel", [Channel.FORM, Channel.PHONE, Channel.POST])
def test_on_behalf_of_another_is_by_post_on_the_form_for_it(channel: Channel) -> None:
    """By form or phone, or in any other letter, it is refused with the remedy."""
    with pytest.raises(IllegalStep, match="Send them the form"):
        received_by(intake_of(parent(), channel=channel, form_for_another=channel is not Channel.POST))
    assert received_by(intake_of(parent())).objection.verified


@pytest.mark.parametrize("standing", [standing for standing in Standing if standing is not Standing.SELF])
def test_a_proxy_shows_by_what_right(standing: Standing) -> None:
    """By a proof that fits their standing, with its reference and their name; each lack is refused."""
    for proof in Proof:
        speaker = Speaker(standing=standing, name="X", authority=Authority(proof=proof, reference="17"))
        if proof in PROOFS[standing]:
            assert received_by(intake_of(speaker)).intake.standing is standing
        else:
            with pytest.raises(IllegalStep, match=f"right to speak as {standing}"):
                received_by(intake_of(speaker))
    proof = min(PROOFS[standing])
    for lacking in (
        Speaker(standing=standing, name="X"),
        Speaker(standing=standing, name=" ", authority=Authority(proof=proof, reference="17")),
        Speaker(standing=standing, name="X", authority=Authority(proof=proof, reference=" ")),
    ):
        with pytest.raises(IllegalStep):
            received_by(intake_of(lacking))


def test_who_speaks_for_themselves_shows_no_authority() -> None:
    """It would be somebody else's."""
    authority = Authority(proof=Proof.COURT_ORDER, reference="17")
    with pytest.raises(IllegalStep, match="needs no authority"):
        received_by(intake_of(Speaker(authority=authority)))


@pytest.mark.parametrize("born", ["2008-11-22", "2008-10", "1951-04-09"])
def test_a_parent_does_not_speak_for_an_adult(born: str) -> None:
    """From the eighteenth birthday on, which a month without its day leaves open to its end."""
    with pytest.raises(IllegalStep, match="does not speak for an adult"):
        received_by(intake_of(parent(), born=born))
    for child in ("2008-11-23", "2008-11"):
        assert received_by(intake_of(parent(), born=child)).intake.born == child


@pytest.mark.parametrize("born", ["2015", "2015-13", "2015-02-29", "09/03/2015", "2015-3-9", "2015-03-09T00"])
def test_a_birth_date_that_is_none_is_refused(born: str) -> None:
    """No review would ever fall due by it."""
    with pytest.raises(IllegalStep, match="YYYY-MM-DD"):
        received_by(intake_of(born=born))


def test_a_withdrawal_needs_a_checked_identity() -> None:
    """It opens: neither an unchecked one, nor one identifier, nor a file's word at the desk will do."""
    event = received_by(intake_of())
    for withdrawal, words in (
        (replace(TAKEN_BACK, identity_check=IdentityCheck.NONE), "check the identity"),
        (replace(TAKEN_BACK, identifiers=NUMBER_ALONE), "two identifiers"),
        (replace(TAKEN_BACK, channel=Channel.IMPORT), "imported again"),
    ):
        with pytest.raises(IllegalStep, match=words):
            life.withdraw(event, withdrawal, by=HANDLER, at=LATER)
    withdrawn = life.withdraw(event, TAKEN_BACK, by=HANDLER, at=LATER)
    assert withdrawn.objection.state is ObjectionState.WITHDRAWN
    assert (withdrawn.withdrawal, withdrawn.by) == (TAKEN_BACK, HANDLER)


def test_a_childs_own_word_ends_a_parents_objection_once_somebody_found_the_child_competent() -> None:
    """And not before: who did is kept."""
    event = received_by(intake_of(parent(), born=BORN))
    with pytest.raises(IllegalStep, match="found them competent"):
        life.withdraw(event, taken_back_by(), by=HANDLER, at=LATER)
    withdrawn = life.withdraw(event, taken_back_by(competence=ASSESSOR), by=HANDLER, at=LATER)
    assert withdrawn.withdrawal is not None
    assert withdrawn.withdrawal.competence == ASSESSOR


def test_a_parent_does_not_take_back_a_childs_own_objection() -> None:
    """Whoever takes the call, the Guardian included."""
    event = received_by(intake_of(born=BORN, competence=ASSESSOR))
    for by in (HANDLER, GUARDIAN):
        with pytest.raises(IllegalStep, match="withdrawn by the person alone"):
            life.withdraw(event, taken_back_by(parent()), by=by, at=LATER)


def test_one_parent_does_not_take_back_what_the_other_said() -> None:
    """They are told apart by name; the same one, however written, may."""
    event = received_by(intake_of(parent("Imaginary  Elder")))
    with pytest.raises(IllegalStep, match="Note a dispute"):
        life.withdraw(event, taken_back_by(parent("Imaginary Alder")), by=HANDLER, at=LATER)
    same = life.withdraw(event, taken_back_by(parent("imaginary elder")), by=HANDLER, at=LATER)
    assert same.objection.state is ObjectionState.WITHDRAWN


@pytest.mark.parametrize("words", ["parent", "her mother"])
def test_an_imported_proxy_of_whom_nothing_was_seen_withdraws_nothing(words: str) -> None:
    """Whoever comes may be another; their authority is asked for when the objection is verified."""
    imported = Intake(
        channel=Channel.IMPORT,
        received_at=intake_of().received_at,
        identity_check=IdentityCheck.NONE,
        consequences_explained=False,
        on_behalf_of=words,
    )
    event = received_by(imported)
    with pytest.raises(IllegalStep, match="Note a dispute"):
        life.withdraw(event, taken_back_by(parent()), by=HANDLER, at=LATER)
    check = Check(identity_check=IdentityCheck.DOCUMENTS, identifiers=TWO_IDENTIFIERS)
    with pytest.raises(IllegalStep, match="by what authority"):
        life.verify(event, check, by=HANDLER, at=LATER)
    verified = life.verify(event, replace(check, speaker=parent()), by=HANDLER, at=LATER)
    assert (verified.objection.verified, verified.intake.speaker) == (True, parent())


def test_a_dispute_closes_what_was_open_and_only_the_guardian_ends_it() -> None:
    """However the role is written; neither another's decision nor the objector's own change of mind does."""
    event = received_by(intake_of(parent("Imaginary Elder"), born=BORN))
    disputed = life.dispute(event, parent("Imaginary Alder"), by=HANDLER, at=LATER)
    assert disputed.objection.state is ObjectionState.UNDER_REVIEW
    uphold = Ruling(state=ObjectionState.UPHELD, by=HANDLER)
    for work in (
        lambda: life.decide(disputed, uphold, at=LATER),
        lambda: life.withdraw(disputed, taken_back_by(parent("Imaginary Elder")), by=HANDLER, at=LATER),
        lambda: life.withdraw_by_source(disputed, by=HANDLER, at=LATER),
    ):
        with pytest.raises(IllegalStep, match=speaking.DISPUTED):
            work()
    with pytest.raises(IllegalStep, match="disputed already"):
        life.dispute(disputed, parent("Imaginary Oak"), by=HANDLER, at=LATER)
    by = replace(GUARDIAN, role="caldicott-guardian")
    decided = life.decide(disputed, replace(uphold, by=by), at=LATER)
    assert (decided.disputed, decided.objection.state) == (None, ObjectionState.UPHELD)


def test_no_repr_names_who_spoke() -> None:
    """Nor their authority's reference, nor when the child was born."""
    shown = repr(received_by(intake_of(parent(), born=BORN, safe_contact="by text to 01632 960 777")))
    assert not any(text in shown for text in ("Elder", "certificate 17", BORN, "01632"))
