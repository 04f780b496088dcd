from __future__ import annotations

import copy
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.support.file_mistakes import SAMPLES
from tests.support.schema_validation import ROOT, as_an_editor_reads, complaints, schema_name
from tests.support.strict_readers import refusal

FILES = (
    *(f"policies/{path.parent.name}/policy.yaml" for path in sorted(ROOT.glob("policies/*/policy.yaml"))),
    "policies/usual-case.yaml",
    "config/keys.yaml",
    "config/index.yaml",
    "config/mappings/mosaic-social-care.yaml",
    "connectors/mhd/manifest.yaml",
    *SAMPLES,
)
# What a reader may refuse of a changed value that no schema can know, as its complaint begins or goes on:
# what another file or another place says, and a text that is written without quotes.
BEYOND_SHAPE = re.compile(
    r"already|second time|is not a word that `(partner|also|to|roles|only_roles|organisations|phase|sources)`"
    r"|is not a word that `practices`"
    r"|not a partner of the agreement|can give as a reason|must be a date, YYYY-MM-DD|is listed twice"
    r"|is not a table|differs from the file's name|names no role group|two sections|file is not there"
    r"|is of category|not repeat as often|another list|is registered twice|lists words only"
    r"|is no setting here|`manner` must be|R4 does not have here"
    r"|is not a system of|check digit does not hold|stands here too"
    r"|says nothing of|more than half|is a registered partner|is not after"
)
# Of one file; a longer one is changed at places spread over the whole of it.
CHANGES_MAX = (40, pytest.param(300, marks=pytest.mark.long))
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
WRONG = (7, "no such word !", True, None, [], {})


def text_of(file: str) -> str:
    """A file of the repository, or a sample."""
    return SAMPLES[file] if file in SAMPLES else (ROOT / file).read_text(encoding="utf-8")


def places(tree: Any, way: tuple[str | int, ...] = ()) -> Iterator[tuple[str | int, ...]]:
    """The way to every member: of a list only its first element, and its last."""
    if isinstance(tree, dict):
        for name, inner in tree.items():
            yield (*way, name)
            yield from places(inner, (*way, name))
    elif isinstance(tree, list):
        for index in sorted({0, len(tree) - 1} & set(range(len(tree)))):
            yield from places(tree[index], (*way, index))


def changes(tree: Any) -> Iterator[Any]:
    """The file with each member left out, misspelt, and of each wrong kind: one change at a time."""
    for *way, name in places(tree):
        for wrong in ("left out", "misspelt", *WRONG):
            changed = copy.deepcopy(tree)
            holder = changed
            for step in way:
                holder = holder[step]
            value = holder.pop(name)
            if wrong == "misspelt":
                holder[f"{name}x"] = value
            elif wrong != "left out":
                holder[name] = wrong
            yield changed


def as_yaml(tree: Any, name: str) -> str:
    """JSON is YAML; the days of policies stand without quotes, as people write them."""
    text = json.dumps(tree)
    return re.sub(rf'(?<!"died": )"({_DAY.pattern})"', r"\1", text) if name.startswith("policy-") else text


@pytest.mark.parametrize("changes_max", CHANGES_MAX)
@pytest.mark.parametrize("file", FILES)
def test_reader_and_schema_say_the_same_of_every_changed_member(
    file: str, changes_max: int, tmp_path: Path
) -> None:
    """Neither takes what the other refuses, but for what no schema can know."""
    path, disagreements = Path(file), []
    every = list(changes(as_an_editor_reads(text_of(file))))
    for tree in every[:: len(every) // changes_max + 1]:
        text = as_yaml(tree, schema_name(path))
        refused = refusal(schema_name(path), text, tmp_path, called=path.name)
        underlined = complaints(schema_name(path), text)
        if underlined and refused is None:
            disagreements.append(f"underlined and taken: {underlined}")
        if refused and not underlined and not BEYOND_SHAPE.search(refused):
            disagreements.append(f"refused and not underlined: {refused}")
    assert disagreements == []
