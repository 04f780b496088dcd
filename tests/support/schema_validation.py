"""Files as an editor sees them, held against the schemas that ship."""

from __future__ import annotations

import datetime as dt
import json
from fnmatch import fnmatch
from pathlib import Path
from typing import Any

from jsonschema import Draft202012Validator
from ruamel.yaml import YAML

ROOT = Path(__file__).resolve().parents[2]
SCHEMAS = ROOT / "docs" / "reference" / "schemas"
# Which schema a file is held against, by the path as it stands in the repository or in a folder of settings.
KINDS = (
    ("*policies/*/cases.yaml", "policy-cases"),
    ("*policies/usual-case.yaml", "policy-usual-case"),
    ("*policies/revision.yaml", "policy-revision"),
    ("*config/broker.yaml", "broker"),
    ("*config/index.yaml", "index"),
    ("*config/trust.yaml", "trust"),
    ("*config/keys.yaml", "keys"),
    ("*config/partners/*.yaml", "partner"),
    ("*config/mappings/*.yaml", "rest_json-mapping"),
    ("*test-people/*.yaml", "test-people"),
    ("*connectors/*/manifest.yaml", "manifest"),
    ("*connectors/*/quality.yaml", "quality"),
)


def schema_name(path: Path) -> str:
    """The schema of a file, by where it stands."""
    if fnmatch(str(path), "*policies/*/policy.yaml"):
        return f"policy-{path.parent.name}"
    return next(name for pattern, name in KINDS if fnmatch(str(path), pattern))


def schema(name: str) -> dict[str, Any]:
    """One schema as it ships."""
    loaded: dict[str, Any] = json.loads((SCHEMAS / f"{name}.json").read_text(encoding="utf-8"))
    return loaded


def as_an_editor_reads(text: str) -> Any:
    """YAML as JSON has it: a day is the text of it."""
    return _plain(YAML(typ="safe").load(text))


def complaints(name: str, text: str) -> list[str]:
    """Where a schema refuses a text, as JSON paths; empty when it does not."""
    validator = Draft202012Validator(schema(name))
    return [error.json_path for error in validator.iter_errors(as_an_editor_reads(text))]


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return {str(name): _plain(inner) for name, inner in value.items()}
    if isinstance(value, list):
        return [_plain(inner) for inner in value]
    return value.isoformat() if isinstance(value, dt.date) else value
