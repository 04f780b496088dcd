"""Whatever an objection is, the Consent that it is shown as binds at least as much where it is imported."""

from __future__ import annotations

import dataclasses
import json
import tempfile
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from broker.domain.category import Category
from broker.domain.decision import Decision, Facts, PartnerFacts, Withhold
from broker.domain.objection import Direction, Objection, ObjectionSnapshot, ObjectionState, Scope
from broker.domain.objection_life import ObjectionEvent
from broker.domain.registration import PartnerStatus
from broker.objections.consent_rows import consent_lines
from broker.objections.reading import Reading
from broker.pipeline.decision import decide
from broker.pipeline.presentation.consent import consent_of
from broker.pipeline.presentation.consent_provision import Known
from tests.support.consents import CODES, complaints, known_in, opening, step
from tests.support.pipeline_alone import DOCTOR
from tests.support.stores import ADA, BEN, NOON

_NAMES = st.sampled_from(["alder", "beech", "RX901", "RX902", "RX903", "elsewhere"])
_DAYS = st.none() | st.sampled_from(["2019-01-01", "2020-01-01", "2020-02-30", "0001-01-01", "9999-12-31"])
_ITEMS = st.tuples(st.sampled_from(["urn:lab", "", "urn lab"]), st.sampled_from(["R-1", "R-2", " "]))
_SCOPES = st.builds(
    Scope,
    partners=st.frozensets(_NAMES, max_size=2),
    direction=st.sampled_from(Direction),
    staff=st.frozensets(st.sampled_from(["user-1", "user-2", " "]), max_size=2),
    categories=st.frozensets(st.sampled_from(Category), max_size=3),
    items=st.frozensets(_ITEMS, max_size=2),
    period_start=_DAYS,
    period_end=_DAYS,
)
_STEPS = st.builds(
    step,
    _SCOPES,
    state=st.sampled_from(ObjectionState),
    numbers=st.sampled_from([(ADA,), (BEN,), (ADA, BEN)]),
    carveout=st.sampled_from([None, opening(), opening(review_on=None)]),
    verified=st.booleans(),
)
_REGISTERED = frozenset(CODES).union(*CODES.values())


@pytest.fixture(scope="module")
def known(tmp_path_factory: pytest.TempPathFactory) -> Known:
    """One set of policies for every example."""
    return known_in(tmp_path_factory.mktemp("known"))


def imported(event: ObjectionEvent, known: Known) -> Reading:
    """The Consent, judged by both judges, and read as a file of Consents is."""
    consent = consent_of(event, known)
    assert complaints(consent) == []
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "rows.ndjson"
        path.write_text(json.dumps(consent))
        (reading,) = consent_lines(path, partners=_REGISTERED, now=NOON)
    return reading


def decisions(known: Known, objection: Objection, organisation: str, user: str) -> tuple[Decision, ...]:
    """How a doctor's request is judged where this is the only objection."""
    partners = tuple(
        PartnerFacts(
            partner_id=name,
            ods_codes=codes,
            kind="acute",
            status=PartnerStatus.LIVE,
            supplies=frozenset(Category),
        )
        for name, codes in CODES.items()
    )
    requester = dataclasses.replace(DOCTOR, organisation_ods=organisation, user_id=user)
    snapshot = ObjectionSnapshot(version=1, objections=(objection,))
    facts = Facts(requester=requester, partners=partners, objections=snapshot, now=NOON)
    return decide(facts, known.policies).decisions


def covers(wider: Withhold, part: Withhold, category: Category) -> bool:
    """Whether everything of `category` that `part` holds back is held back by `wider` too."""
    return (
        (not wider.categories or category in wider.categories)
        and (not wider.items or (bool(part.items) and part.items <= wider.items))
        and (wider.period_start or "") <= (part.period_start or "")
        and (wider.period_end or "9999-99-99") >= (part.period_end or "9999-99-99")
    )


def opens_no_more(after: Decision, before: Decision) -> bool:
    """True when what is open after was open before, and the parts held back then are held back still."""
    return after.categories <= before.categories and all(
        any(covers(wider, part, category) for wider in after.withholds)
        for part in before.withholds
        for category in after.categories
        if category in part.categories
    )


@settings(max_examples=300, deadline=None)
@given(event=_STEPS)
def test_an_objection_that_went_out_and_came_in_again_binds_at_least_as_much(
    known: Known, event: ObjectionEvent
) -> None:
    """The person, and whoever asks from wherever; what was not verified is checked again."""
    reading = imported(event, known)
    assert reading.numbers == event.numbers
    assert reading.withdrawn is (event.objection.state is ObjectionState.WITHDRAWN)
    if reading.withdrawn:
        return
    again = dataclasses.replace(
        event.objection, state=ObjectionState.RECEIVED, scope=reading.scope, carveout=None
    )
    assert (reading.identity_check is not None) is not event.objection.verified
    for organisation in ("RX901", "RX902", "RX903"):
        for user in ("user-1", "user-3"):
            before = decisions(known, event.objection, organisation, user)
            after = decisions(known, again, organisation, user)
            assert all(opens_no_more(new, old) for new, old in zip(after, before, strict=True))


@given(scope=_SCOPES.map(lambda one: dataclasses.replace(one, staff=frozenset(), items=frozenset())))
def test_one_side_of_known_partners_comes_in_again_as_narrow_as_it_was(known: Known, scope: Scope) -> None:
    """It does not grow to the whole record where both sides have the words."""
    reading = imported(step(scope), known)
    narrow = scope.partners <= _REGISTERED and scope.direction is not Direction.BOTH
    if not (narrow and Category.UNCLASSIFIED not in scope.categories):
        return
    assert reading.scope.categories == scope.categories
    assert bool(reading.scope.partners) is bool(scope.partners)
