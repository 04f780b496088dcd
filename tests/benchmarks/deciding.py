"""What one decision costs: compiled, in full, and how much cheaper the one is than the other.

Whole requests of one kind, by turns in one process, on the shipped policies and the twelve registrations of
the demonstration. The Facts are made anew each time, as the pipeline makes them. Of many turns the cheapest
counts, because whatever else the machine does only adds.
Run as `python -m tests.benchmarks.deciding`; prints the figures as JSON, in microseconds of processor time
but for the ratio.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable

from broker.domain.decision import Facts, Judgement
from broker.pipeline.decision import decide
from broker.pipeline.decision.compiled import CompiledDecision
from tests.support.policies import shipped_policies, usual_facts

_TURNS = 40
_COMPILED_EACH, _PLAIN_EACH = 2_000, 50


def figures() -> dict[str, float]:
    """By the names that the report gives them."""
    policies, usual = shipped_policies(), usual_facts()
    compiled = CompiledDecision(policies, usual.partners)

    def plain(facts: Facts) -> Judgement:
        return decide(facts, policies)

    assert compiled(usual) == plain(usual)
    turns = [
        (_taken_us(compiled, usual, _COMPILED_EACH), _taken_us(plain, usual, _PLAIN_EACH))
        for _ in range(_TURNS)
    ]
    compiled_us, plain_us = (min(taken) for taken in zip(*turns, strict=True))
    return {
        "decision_us_compiled": compiled_us,
        "decision_us_compiled_each_partner": compiled_us / len(usual.partners),
        "decision_us_plain": plain_us,
        "decision_us_plain_each_partner": plain_us / len(usual.partners),
        "decision_times_cheaper_compiled": plain_us / compiled_us,
    }


def _taken_us(decision: Callable[[Facts], Judgement], usual: Facts, times: int) -> float:
    """Processor time of one, the making of its Facts in it."""
    began_ns = time.process_time_ns()
    for _ in range(times):
        decision(
            Facts(
                requester=usual.requester,
                partners=usual.partners,
                objections=usual.objections,
                now=usual.now,
                restriction=usual.restriction,
                practice_ods=usual.practice_ods,
                deceased_on=usual.deceased_on,
                grant=usual.grant,
                numbers=usual.numbers,
            )
        )
    return (time.process_time_ns() - began_ns) / times / 1000


if __name__ == "__main__":
    sys.stdout.write(json.dumps(figures()) + "\n")
