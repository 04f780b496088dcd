from __future__ import annotations

from broker.pipeline.decision.rules import DECISION, SENTENCES
from broker.policy.vocabulary import PAGE, reference_page
from tests.support.policies import POLICIES, shipped_policies


def test_the_reference_page_is_what_the_code_enforces() -> None:
    """The page is written from the code: `watersmeet policy vocabulary` writes it again."""
    assert (POLICIES.parent / PAGE).read_text() == reference_page()


def test_every_reason_can_be_found_in_a_file() -> None:
    """Each fixed rule of a topic has a line in that topic's policy."""
    fixed = {key for key in SENTENCES if key[0] != DECISION}
    assert {(str(topic), rule) for topic, rule in fixed} <= set(shipped_policies().places)
