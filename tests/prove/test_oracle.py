"""The oracle holds to every case of the policies, and shares nothing with what it judges."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.prove.oracle import Whole, judge_all, read_words
from tests.prove.oracle.closed import CLASSES
from tests.prove.oracle.reading import Section, read_yaml, texts
from tests.prove.oracle.reconstructing import may_be_asked_again
from tests.prove.oracle.told_cases import ToldCase, told_cases
from tests.prove.oracle.verdict import OfPartner

PROJECT = Path(__file__).parents[2]
POLICIES = PROJECT / "policies"
WORDS = read_words(POLICIES)
AGREEMENT = read_yaml(POLICIES / "sharing-agreement" / "policy.yaml")
TOLD = tuple(told_cases(POLICIES, WORDS))
ALONE = {"__future__", "ruamel.yaml"}


@pytest.mark.parametrize("told", TOLD, ids=lambda told: f"{told.topic}: {told.name}")
def test_every_case_of_the_policies_holds_by_the_oracle(told: ToldCase) -> None:
    """What a case of the policies expects is what the words say."""
    whole = judge_all(told.case, WORDS)
    assert list(_differences(whole, told.expect)) == []
    assert list(_of_reconstruction(told)) == []


def test_every_topic_with_words_has_cases_that_the_oracle_read() -> None:
    """No topic's cases are passed over."""
    assert {told.topic for told in TOLD} == {path.parent.name for path in POLICIES.glob("*/policy.yaml")}


def test_the_oracle_imports_nothing_of_the_product() -> None:
    """Only the standard library, a reader of YAML and the oracle's own files are imported."""
    imported = {
        name
        for path in sorted((PROJECT / "tests/prove/oracle").glob("*.py"))
        for name in _imports(ast.parse(path.read_text(encoding="utf-8")))
    }
    own = {name for name in imported if name.startswith("tests.prove.oracle.")}
    standard = {"ast", "collections.abc", "dataclasses", "datetime", "pathlib", "re", "typing"}
    assert imported - own - standard - ALONE == set()
    assert own


def _imports(module: ast.Module) -> Iterator[str]:
    for node in ast.walk(module):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        if isinstance(node, ast.ImportFrom):
            yield "." * node.level + (node.module or "")


def _differences(whole: Whole, expect: Section) -> Iterator[str]:
    said = {"effect": whole.effect, "told": whole.told, "alert": str(whole.alert).lower()}
    placeless = {one.placeless for one in whole.partners.values()}
    said["placeless"] = str(placeless == {True}).lower()
    yield from (f"{key}: {said[key]}" for key in said.keys() & expect.keys() if said[key] != expect[key])
    because = {"/".join(reason) for reason in (whole.because, *whole.permits)}
    if "because" in expect and expect["because"] not in because:
        yield f"because: {whole.because}"
    for name, wanted in expect.get("partners", {}).items():
        yield from (f"{name} {told}" for told in _of_partner(whole.partners[name], wanted))


def _of_reconstruction(told: ToldCase) -> Iterator[str]:
    """What a case expects of who may be asked again for what was disclosed."""
    for name, wanted in told.expect.get("partners", {}).items():
        found = str(may_be_asked_again(told.case, name, WORDS, AGREEMENT)).lower()
        if wanted.get("reconstructs", found) != found:
            yield f"{name} reconstructs: {found}"


def _of_partner(one: OfPartner, wanted: Section) -> Iterator[str]:
    said = {"effect": one.effect, "because": "/".join(one.because), "naming": one.naming}
    said |= {
        "in_scope": str(one.in_scope).lower(),
        "holds_back_part": str(bool(one.parts)).lower(),
        "shows_differences": str(one.effect == "permit" and WORDS.shows_differences).lower(),
    }
    yield from (f"{key}: {said[key]}" for key in said.keys() & wanted.keys() if said[key] != wanted[key])
    opened = CLASSES - one.hidden
    holds = {
        "shows": texts(wanted.get("shows")) <= one.open,
        "hides": one.open.isdisjoint(texts(wanted.get("hides"))),
        "only": "only" not in wanted or texts(wanted["only"]) == one.open,
        "opens_classes": texts(wanted.get("opens_classes")) <= opened,
        "hides_classes": opened.isdisjoint(texts(wanted.get("hides_classes"))),
    }
    yield from (key for key, held in holds.items() if not held)
    known = said.keys() | holds.keys() | {"reconstructs"}
    yield from (f"unknown word {key}" for key in wanted.keys() - known)
