"""What is compiled is judged as what is not: a kind of request that was met before too."""

from __future__ import annotations

from dataclasses import replace
from functools import lru_cache

from broker.pipeline.decision.compiled import CompiledDecision
from tests.prove.engines import in_state
from tests.prove.product import facts_of, partner_facts
from tests.prove.revisions import Revision
from tests.prove.theorems.statement import Judged, Theorem
from tests.prove.words import Registered


class _Identified:
    """A revision that is told from others by which object it is, so that it can be looked up."""

    def __init__(self, revision: Revision) -> None:
        self.revision = revision

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Identified) and self.revision is other.revision

    def __hash__(self) -> int:
        return id(self.revision)


@lru_cache(maxsize=64)
def _compiled(named: _Identified, engine: str, partners: tuple[Registered, ...]) -> CompiledDecision:
    """One for all requests of a revision on the same partners, so that most of them are met before."""
    policies = in_state(named.revision.policies, engine)
    return CompiledDecision(policies, tuple(map(partner_facts, partners)))


def _is_judged_otherwise(judged: Judged) -> bool:
    """The first time, or when it is asked again."""
    decision = _compiled(_Identified(judged.revision), judged.values["engine"], judged.asked.partners)
    facts = replace(facts_of(judged.asked), partners=decision.partners)
    return any(decision(facts) != judged.judgement for _ in range(2))


THEOREMS = (Theorem("A compiled decision is the plain one.", _is_judged_otherwise),)
