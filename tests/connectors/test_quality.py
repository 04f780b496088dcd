"""Every connector says how it stands with each rule that it owes, and nothing else."""

from __future__ import annotations

from pathlib import Path

import pytest

from broker.files import Section, read_file
from broker.ports.manifest_shapes import RULES

CONNECTORS = Path(__file__).parents[2] / "connectors"
FILES = sorted(CONNECTORS.glob("*/quality.yaml"))


def rules_of(path: Path) -> Section:
    """The rules of one quality file."""
    top = read_file(path)
    rules = top.section("rules")
    top.finish()
    return rules


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.parent.name)
def test_each_rule_is_done_or_exempt_with_its_reason(path: Path) -> None:
    """The closed list, each once; `todo` would be honest, and is not shipped."""
    rules = rules_of(path)
    assert set(rules.names()) == set(RULES)
    for name, value in rules.plain().items():
        if value != "done":
            assert set(value) == {"status", "reason"}, name
            assert value["status"] == "exempt", name
            assert len(value["reason"].split()) > 3, name


def test_every_connector_has_a_quality_file() -> None:
    """A folder without one is not a connector that ships."""
    assert {path.parent.name for path in CONNECTORS.glob("*/connector.py")} == {
        path.parent.name for path in FILES
    }
