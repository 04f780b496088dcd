"""Every case of every policy is a test of its own."""

from __future__ import annotations

import pytest

from broker.domain.policy import Topic
from broker.policy.cases import Case, failures_of, load_cases
from tests.support.policies import POLICIES, shipped_policies

CASES = load_cases(POLICIES, shipped_policies())


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.topic}: {case.name}")
def test_the_policies_do_what_the_case_says(case: Case) -> None:
    """The shipped policies decide the case's situation as the case expects."""
    assert failures_of(case, shipped_policies()) == ()


@pytest.mark.parametrize("topic", Topic)
def test_every_topic_says_what_it_permits_and_what_it_refuses(topic: Topic) -> None:
    """A topic whose cases all end the same way proves nothing."""
    assert {case.effect for case in CASES if case.topic is topic} == {"permit", "deny"}
