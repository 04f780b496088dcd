"""Every point of some blocks, judged twice: what differs, which theorem breaks, and what each point opens."""

from __future__ import annotations

from array import array
from collections.abc import Iterable
from dataclasses import dataclass, field, replace

from broker.domain.policy import PolicySet
from broker.pipeline.decision import decide
from tests.prove.comparing import differences
from tests.prove.dimensions.registered import SETS
from tests.prove.engines import ENGINES, in_state
from tests.prove.oracle import Words, judge_all, read_words
from tests.prove.outcomes import CLOSED, Opened, Table, opened_by
from tests.prove.product import facts_of
from tests.prove.revisions import Revision
from tests.prove.space import Block, asked
from tests.prove.theorems import OF_ONE
from tests.prove.theorems.statement import Judged

SHOWN_MAX = 40


@dataclass(slots=True)
class Found:
    """What was found in some points. `outcomes` are numbers of `every`, a column for each partner."""

    points: int = 0
    mismatches: int = 0
    shown: list[str] = field(default_factory=list)
    breaches: dict[str, list[str]] = field(default_factory=dict)
    outcomes: tuple[array[int], ...] = ()
    every: list[Opened] = field(default_factory=list)

    def tell(self, text: str) -> None:
        """Keep the first few in words."""
        if len(self.shown) < SHOWN_MAX:
            self.shown.append(text)

    def breach(self, sentence: str, where: str) -> None:
        """Count a theorem as broken, and keep the first few places."""
        places = self.breaches.setdefault(sentence, [])
        if len(places) < SHOWN_MAX:
            places.append(where)


@dataclass(frozen=True)
class Walk:
    """The revisions to walk on, each read once by the product and once by the oracle."""

    revisions: dict[str, Revision]
    words: dict[str, Words]
    policies: dict[tuple[str, str], PolicySet]

    @classmethod
    def of(cls, revisions: dict[str, Revision]) -> Walk:
        """Let the oracle read them too, and break a copy for each state of the engine."""
        return cls(
            revisions,
            {name: read_words(one.folder) for name, one in revisions.items()},
            {
                (name, engine): in_state(one.policies, engine)
                for name, one in revisions.items()
                for engine in ENGINES
            },
        )

    def through(self, block: Block, numbers: Iterable[int]) -> Found:
        """Judge the requests of these numbers."""
        found, table = Found(outcomes=tuple(array("I") for _ in SETS[block.partners])), Table()
        for number in numbers:
            self._one(block, number, found, table)
        found.every = table.every
        return found

    def _one(self, block: Block, number: int, found: Found, table: Table) -> None:
        values = block.values_at(number)
        request = asked(values, block.partners)
        revision = self.revisions[block.revision]
        judgement = decide(facts_of(request), self.policies[block.revision, values["engine"]])
        opened = tuple(map(opened_by, judgement.decisions))
        for column, one in zip(found.outcomes, opened, strict=True):
            column.append(0 if one is CLOSED else table.number_of(one))
        judged = Judged(values, request, revision, judgement, opened)
        for theorem in OF_ONE:
            if theorem.breach(judged):
                found.breach(theorem.sentence, told(block, values))
        told_of = request if request.engine == "ok" else replace(request, partners=())  # each as the whole
        whole = judge_all(told_of, self.words[block.revision])
        differing = tuple(differences(judgement, whole))
        found.points += len(request.partners)
        found.mismatches += len(differing)
        for what, ours, theirs in differing:
            found.tell(f"{told(block, values)}: {what}: product {ours}; oracle {theirs}")


def told(block: Block, values: dict[str, str]) -> str:
    """Where a point stands, in the words of what varies in its block."""
    return f"{block.name}: " + ", ".join(values[name] for name in block.varied)
