"""Of whom no time may tell: by how they may be told of, and by what policy says of a source."""

from __future__ import annotations

import dataclasses

import pytest

from broker.domain.decision import Naming
from broker.domain.sensitivity import SensitivityClass
from broker.pipeline.kept_closely import kept_closely
from tests.support.policies import shipped_policies
from tests.support.records import decision, judgement

_OTHER = "addenbury"


@pytest.mark.parametrize("locationless", [False, True])
@pytest.mark.parametrize("naming", Naming)
def test_whoever_may_not_be_told_of_plainly_is_kept_closely(naming: Naming, *, locationless: bool) -> None:
    """Veiled, folded, or of a person whose whereabouts nobody may tell."""
    one = decision(_OTHER, naming=naming, locationless=locationless)
    kept = kept_closely(judgement(one, decision("papermill")), shipped_policies())
    assert kept == ({_OTHER} if locationless or naming is not Naming.PLAIN else set())


def test_a_further_registration_of_a_source_is_kept_closely_too() -> None:
    """Policy names one registration, or the party: its letters come from there as well."""
    policies = shipped_policies()
    party = dataclasses.replace(policies.party_of_partner["harbour-clinic"], also=frozenset({"letters"}))
    parties = {**policies.party_of_partner, "harbour-clinic": party, "letters": party}
    changed = dataclasses.replace(policies, party_of_partner=parties)
    assert kept_closely(judgement(decision("letters"), decision("papermill")), changed) == {"letters"}


def test_the_source_of_a_class_is_kept_closely_however_it_is_named() -> None:
    """Also where the disclosure policy lets it be told of plainly."""
    policies = shipped_policies()
    classes = dict(policies.sensitive.classes)
    rule = classes[SensitivityClass.SEXUAL_HEALTH]
    assert kept_closely(judgement(decision("harbour-clinic")), policies) == {"harbour-clinic"}
    classes[SensitivityClass.SEXUAL_HEALTH] = dataclasses.replace(rule, sources=frozenset({_OTHER}))
    sensitive = dataclasses.replace(policies.sensitive, classes=classes)
    changed = dataclasses.replace(policies, sensitive=sensitive)
    assert kept_closely(judgement(decision("harbour-clinic"), decision(_OTHER)), changed) == {_OTHER}
