"""The project keeps its own rules. Each rule is proved on a planted offence in test_rules.py."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterator

import pytest

from broker.domain.limits import BrokerLimits, PartnerLimits
from tests.house.rules import numbers, parts, repeats, silences, sizes, tests, words
from tests.house.tree import Offence, Tree
from tests.support.real_data import PROJECT

Rule = Callable[[Tree], Iterator[Offence]]
RULES: tuple[Rule, ...] = (
    sizes.long_functions,
    sizes.long_files,
    words.forbidden_words,
    words.empty_names,
    numbers.issued_numbers,
    silences.unexplained_suppressions,
    silences.unexplained_rules,
    silences.dropped_errors,
    tests.skipped_tests,
    tests.sleeping_tests,
    tests.untold_tests,
    tests.unasserting_tests,
    repeats.repeated_functions,
    repeats.repeated_sentences,
    parts.policies_without_cases,
    parts.unfinished_connectors,
    parts.broken_links,
    parts.unlocked_dependencies,
    parts.hazards_without_evidence,
)


def listed(offences: Iterator[Offence]) -> str:
    """One offence a line; empty when the rule is kept."""
    return "\n".join(str(offence) for offence in sorted(offences))


@pytest.fixture(scope="module")
def project() -> Tree:
    """What is, or would be, committed."""
    return Tree(PROJECT)


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.__name__)
def test_the_project_keeps_the_rule(rule: Rule, project: Tree) -> None:
    """Every offence is listed with file, line and remedy."""
    found = listed(rule(project))
    assert not found, f"\n{found}"


def test_nine_functions_in_ten_are_short(project: Tree) -> None:
    """Functions within 30 lines of code are at least nine in ten."""
    assert sizes.usual_share(project) >= sizes.USUAL_SHARE_MIN


def test_every_limit_is_described(project: Tree) -> None:
    """The settings page names every limit of a broker and of a partner."""
    names = [field.name for kind in (BrokerLimits, PartnerLimits) for field in dataclasses.fields(kind)]
    found = listed(parts.undocumented_settings(project, names))
    assert not found, f"\n{found}"


def test_every_catalogue_and_exception_still_exists(project: Tree) -> None:
    """An exception whose file is gone, or which is not needed any more, is taken out of its list."""
    for path, reason in sizes.CATALOGUES.items():
        assert reason
        assert len(project.text(path).splitlines()) > sizes.FILE_LINES_MAX, path
    assert set(project.paths) >= tests.SKIPS_ALLOWED_IN
    assert all(numbers.SOMETHING_ELSE.values())
