"""What is mutated: the decision whole, and of the release the steps between a judgement and its answer."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from tests.support.real_data import PROJECT

_DECISION = PROJECT / "broker" / "pipeline" / "decision"
_TESTS = PROJECT / "tests"

# The fast ones that speak of what is mutated; the space of decisions, thinned, is among them.
DECISION_TESTS = (
    "tests/prove/test_space.py",
    *sorted(
        path.relative_to(PROJECT).as_posix()
        for path in (_TESTS / "broker/pipeline").glob("test_decision*.py")
    ),
    "tests/broker/pipeline/test_governing.py",
    "tests/broker/pipeline/test_demographics_open.py",
    "tests/broker/pipeline/test_judging.py",
    "tests/broker/pipeline/test_judging_facts.py",
    "tests/broker/pipeline/test_judging_narrower.py",
    "tests/policies/test_cases.py",
    "tests/policies/test_vocabulary.py",
)
RELEASE_TESTS = (
    "tests/broker/pipeline/test_answering.py",
    "tests/broker/pipeline/test_moving_policies.py",
    "tests/broker/pipeline/test_who_is_told_what.py",
    "tests/broker/pipeline/test_person_shown.py",
    "tests/broker/adapters/release_store/test_store.py",
    "tests/broker/adapters/release_store/test_disk.py",
    "tests/prove/test_rooms.py",
)


@dataclass(frozen=True, slots=True)
class Place:
    """One file; `functions` are those that are mutated (all, where empty), `tests` must find every mutant."""

    path: Path
    functions: frozenset[str] = frozenset()
    tests: tuple[str, ...] = field(default=())

    @property
    def module(self) -> str:
        """Its dotted name."""
        parts = self.path.relative_to(PROJECT).with_suffix("").parts
        return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)

    @property
    def name(self) -> str:
        """As people and git write it."""
        return self.path.relative_to(PROJECT).as_posix()


def places() -> tuple[Place, ...]:
    """Every place, in the order of the files."""
    pipeline, store = PROJECT / "broker" / "pipeline", PROJECT / "broker" / "adapters" / "release_store"
    released = frozenset({"Answering._release", "Answering._policies_moved"})
    moved = frozenset({"SqliteReleaseStore.release", "SqliteReleaseStore._refuse_if_moved"})
    return (
        *(Place(path, tests=DECISION_TESTS) for path in sorted(_DECISION.glob("*.py"))),
        Place(pipeline / "judging.py", tests=(*DECISION_TESTS, *RELEASE_TESTS)),
        Place(pipeline / "answering.py", released, RELEASE_TESTS),
        Place(store / "store.py", moved, RELEASE_TESTS),
        Place(store / "register.py", frozenset({"version_under"}), RELEASE_TESTS),
    )
