"""Who is refused whole, whoever the person is and whatever they said."""

from __future__ import annotations

from datetime import timedelta

from broker.domain.decision import Effect, Told
from tests.prove.dimensions.overrides import UNFIT
from tests.prove.engines import meets_its_error
from tests.prove.theorems.statement import Judged, Theorem

_DIRECT_CARE = frozenset({"TREAT", "ETREAT", "COORDN", "CAREMGT"})
_PLACELESS = frozenset(
    {"allergies", "medicines", "problems", "procedures", "results", "observations", "vaccinations", "alerts"}
)


def _opens(judged: Judged) -> bool:
    return judged.judgement.effect is Effect.PERMIT or any(one.categories for one in judged.opened)


def _open_in_error(judged: Judged) -> bool:
    return meets_its_error(judged.values["engine"], judged.asked) and _opens(judged)


def _open_without_standing(judged: Judged) -> bool:
    asked = judged.asked
    signed = {
        code
        for party in judged.revision.words["sharing-agreement"]["parties"]
        for code in party["organisations"]
    }
    standing = (
        asked.purpose in _DIRECT_CARE
        and asked.relationship != "none"
        and asked.roles
        and asked.organisation in signed
    )
    return not standing and _opens(judged)


def _open_by_an_unfit_grant(judged: Judged) -> bool:
    asked, grant = judged.asked, judged.asked.grant
    if grant is None or not _opens(judged):
        return False
    access = judged.revision.words["emergency-access"]
    stated = [one for one in access["grounds"] if one["ground"] == grant.ground]
    defect = judged.values["override"].partition(", ")[2]
    witness = grant.witness.strip().lower()
    return (
        defect in UNFIT
        or not asked.session
        or not stated
        or asked.now - grant.granted_at >= timedelta(minutes=stated[0]["minutes_max"])
        or len(grant.text.strip()) < access["text_characters_min"]
        or (stated[0]["witnessed"] and witness in {"", asked.user})
    )


def _place_shown(judged: Judged) -> bool:
    if judged.asked.restriction in {None, "none"}:
        return False
    return any(
        one.categories and not (one.placeless and one.categories <= _PLACELESS) for one in judged.opened
    )


def _told_by_the_person(judged: Judged) -> bool:
    """What a caller hears who may not know: the one sentence of policy."""
    if judged.judgement.effect is Effect.PERMIT or judged.judgement.told is not Told.NEUTRAL:
        return False
    return judged.judgement.words != judged.revision.policies.disclosure.neutral_words


THEOREMS = (
    Theorem("An error that is met while deciding denies everything.", _open_in_error),
    Theorem(
        "Nothing is open outside direct care, or without a role, a relationship or a signature.",
        _open_without_standing,
    ),
    Theorem("A grant that does not fit the request refuses it whole.", _open_by_an_unfit_grant),
    Theorem("Of a protected person nothing is shown that says where they are.", _place_shown),
    Theorem("Whoever may not hear of it hears the same words whatever the person said.", _told_by_the_person),
)
