"""Judged again: what was permitted may only shrink on the way."""

from __future__ import annotations

from dataclasses import replace

from broker.pipeline.decision import decide
from broker.pipeline.judging import stricter
from tests.prove.outcomes import opened_by, opens_no_more
from tests.prove.product import facts_of
from tests.prove.theorems.statement import Judged, Theorem


def _grows_at_the_index(judged: Judged) -> bool:
    """Of the judgement before the patient index has answered and the one after it, in either order."""
    asked = judged.asked
    if asked.restriction is None or judged.values["engine"] != "ready" or not any(judged.opened):
        return False
    before = replace(asked, restriction=None, practice=None, died=None)
    earlier = decide(facts_of(before), judged.revision.policies)
    for first, second in ((earlier, judged.judgement), (judged.judgement, earlier)):
        narrowed = [opened_by(decision) for decision in stricter(first, second).decisions]
        for one, of_first, of_second in zip(narrowed, first.decisions, second.decisions, strict=True):
            if not (opens_no_more(one, opened_by(of_first)) and opens_no_more(one, opened_by(of_second))):
                return True
    return False


THEOREMS = (
    Theorem(
        "Of two judgements the stricter opens nothing that either of them does not.", _grows_at_the_index
    ),
)
