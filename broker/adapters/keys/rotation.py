"""A ring file to the same file with a new active key, the old one retired and everything else kept."""

from __future__ import annotations

import io
import os
from pathlib import Path

from ruamel.yaml import YAML
from ruamel.yaml.comments import CommentedMap
from ruamel.yaml.scalarstring import DoubleQuotedScalarString

from broker.adapters.keys.development import new_key, write_private
from broker.adapters.keys.reading import read_key_ring
from broker.adapters.keys.ring import Purpose


def rotate_key(
    path: Path, purpose: Purpose, *, environment: str | None, governance: Path | None = None
) -> str:
    """Add a new active key of `purpose` to the ring at `path`; the old one stays, retired.

    A new proof key's opening half goes to `governance` (by default beside the ring). Comments in the file
    stay. Returns the new key's id. Raises FileFault when the ring is not right as it stands, OSError when
    a folder cannot be written.
    """
    read_key_ring(path, environment=environment)
    reader = YAML(typ="rt")
    reader.indent(mapping=2, sequence=4, offset=2)  # as the ring was made, so that people can go on in it
    tree = reader.load(path.read_text(encoding="utf-8"))
    for entry in tree["keys"]:
        if entry["purpose"] == purpose.value:
            entry["state"] = "retired"
    keeping = governance or path.parent
    keeping.mkdir(mode=0o700, parents=True, exist_ok=True)
    members = new_key(path.parent, purpose, governance=keeping)
    tree["keys"].append(_mapping(members))
    text = io.StringIO()
    reader.dump(tree, text)
    _replace(path, text.getvalue())
    return members[0][1]


def _mapping(members: list[tuple[str, str]]) -> CommentedMap:
    mapping = CommentedMap()
    for name, value in members:
        mapping[name] = DoubleQuotedScalarString(value.strip('"')) if name == "public" else value
    return mapping


def _replace(path: Path, text: str) -> None:
    """The whole new file or the whole old one, whatever happens between."""
    beside = path.with_name(f".{path.name}.{os.getpid()}")
    write_private(beside, text)
    beside.replace(path)
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
