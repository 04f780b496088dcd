"""The paths and conditions of a mapping file."""

from __future__ import annotations

from broker.files import Section as Yaml
from connectors.rest_json.mapping import When
from connectors.rest_json.paths import Path, parse_path


def read_path(yaml: Yaml, name: str, *, lists: bool = False) -> Path:
    """The path at `name`; with `[]` only where `lists` allows it."""
    try:
        path = parse_path(yaml.text(name))
    except ValueError as problem:
        raise yaml.fault(f"`{name}` is not a path.", str(problem), at=name) from None
    if path.lists and not lists:
        raise yaml.fault(f"`{name}` must name one value.", "Take the `[]` out.", at=name)
    return path


def read_when(yaml: Yaml, name: str = "when") -> When:
    """Paths with the text that each must hold."""
    if name not in yaml:
        return ()
    section = yaml.section(name)
    conditions = []
    for path in section.names():
        try:
            conditions.append((parse_path(path), section.text(path)))
        except ValueError as problem:
            raise section.fault(f"`{path}` is not a path.", str(problem), at=path) from None
    section.finish()
    return tuple(conditions)
