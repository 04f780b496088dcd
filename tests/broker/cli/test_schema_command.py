from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner
from jsonschema import Draft202012Validator

from broker.adapters.plugins import load_plugins
from broker.cli import command
from broker.cli.schema_files import schema_texts
from broker.domain.policy import Topic
from broker.policy.shapes import MEMBERS
from tests.support.schema_validation import SCHEMAS

FILES = sorted(SCHEMAS.glob("*.json"))


def ask(*words: str) -> tuple[int, str]:
    """Exit code and everything said."""
    done = CliRunner().invoke(command, ["schema", *words])
    return done.exit_code, done.output


def test_every_topic_of_the_policies_has_a_shape() -> None:
    """A new topic without one could be edited, and an editor would say nothing."""
    lacking = set(Topic) - set(MEMBERS)
    assert not lacking, (
        f"Add {', '.join(sorted(lacking))} to MEMBERS in broker/policy/shapes.py, beside its reader."
    )


def test_the_schemas_that_ship_are_those_that_the_code_writes() -> None:
    """Written anew with `watersmeet schema docs/reference/schemas`."""
    found = {path.name: path.read_text(encoding="utf-8") for path in FILES}
    assert found == dict(schema_texts(load_plugins(["watersmeet"])))


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_each_is_a_schema_that_refuses_unknown_members(path: Path) -> None:
    """Of the 2020-12 dialect, with a title, and closed at the top."""
    schema = json.loads(path.read_text(encoding="utf-8"))
    Draft202012Validator.check_schema(schema)
    assert schema["$schema"].endswith("2020-12/schema")
    assert schema["title"]
    assert schema["additionalProperties"] is False


def test_what_was_written_is_found_as_it_should_be(tmp_path: Path) -> None:
    """Written, then compared: nothing differs."""
    folder = tmp_path / "schemas"
    assert ask(str(folder)) == (0, f"{len(FILES)} schemas stand in {folder}.\n")
    assert ask(str(folder), "--check") == (0, f"{len(FILES)} schemas are as they should be in {folder}.\n")


def test_a_schema_that_was_edited_lost_or_added_by_hand_is_named(tmp_path: Path) -> None:
    """Each with what is wrong with it, and with the command that mends it; nothing is written."""
    ask(str(tmp_path))
    (tmp_path / "broker.json").write_text("{}\n")
    (tmp_path / "trust.json").unlink()
    (tmp_path / "mine.json").write_text("{}\n")
    code, said = ask(str(tmp_path), "--check")
    assert code == 1
    assert "trust.json is missing. broker.json differs. mine.json is none of these schemas." in said
    assert f"Run: watersmeet schema {tmp_path}" in said
    assert (tmp_path / "broker.json").read_text() == "{}\n"


def test_an_untrusted_package_adds_no_settings(tmp_path: Path) -> None:
    """Only the connectors of the packages that are named have their settings offered."""
    assert ask(str(tmp_path), "--connectors", "nobodys-connectors")[0] == 0
    partner = json.loads((tmp_path / "partner.json").read_text())
    assert "allOf" not in partner
    assert not (tmp_path / "rest_json-mapping.json").exists()
