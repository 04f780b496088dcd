from __future__ import annotations

from pathlib import Path

import pytest
from ruamel.yaml.constructor import DuplicateKeyError

from tests.support.file_mistakes import FILE_MISTAKES, SAMPLES, FileMistake
from tests.support.policy_mistakes import MISTAKES, Mistake
from tests.support.schema_validation import ROOT, SCHEMAS, complaints, schema_name
from tests.support.strict_readers import refusal

SHIPPED = sorted(
    path.relative_to(ROOT)
    for pattern in (
        "policies/*/*.yaml",
        "policies/*.yaml",
        "config/**/*.yaml",
        "connectors/*/manifest.yaml",
        "connectors/*/quality.yaml",
    )
    for path in ROOT.glob(pattern)
)
# What only another file, or another place of the same one, can tell: the reader's alone to refuse.
NOT_OF_SHAPE = {
    "a group twice",
    "a ground not to uphold that stands there twice",
    "an emergency stated twice",
    "a word for two groups",
    "a role group that does not exist",
    "a partner that is not registered",
    "a party that is a partner",
    "an organisation that is not the partner's",
    "an organisation that signed twice",
    "a registration of two parties",
    "a partner that signed twice",
    "a phase that does not exist",
    "a network with a hospital",
    "a network twice",
    "a suspension that ends before it begins",
    "an end before the beginning",
    "a code with a slip of the pen",
    "a label of a system that is not listed",
    "a label that is ordinary and of a class",
    "a source that is no partner",
    "a key twice",
}


@pytest.mark.parametrize("path", SHIPPED, ids=str)
def test_everything_that_ships_is_as_its_schema_says(path: Path) -> None:
    """An editor underlines nothing in the project's own files."""
    assert complaints(schema_name(path), (ROOT / path).read_text(encoding="utf-8")) == []


@pytest.mark.parametrize("path", [path for path in SHIPPED if path.parts[0] != "connectors"], ids=str)
def test_every_policy_and_setting_that_ships_names_its_schema(path: Path) -> None:
    """In its first line, from where it stands, so that an editor needs no setting of its own."""
    first = (ROOT / path).read_text(encoding="utf-8").splitlines()[0]
    named = first.removeprefix("# yaml-language-server: $schema=")
    assert (ROOT / path.parent / named).resolve() == SCHEMAS / f"{schema_name(path)}.json"


@pytest.mark.parametrize("mistake", MISTAKES.values(), ids=MISTAKES.keys())
def test_a_mistake_in_a_policy_is_underlined_where_its_shape_shows_it(
    mistake: Mistake, request: pytest.FixtureRequest
) -> None:
    """Every mistake of the policies' own list that is no matter of another place."""
    text = (ROOT / "policies" / mistake.topic / "policy.yaml").read_text(encoding="utf-8")
    broken = text.replace(mistake.old, mistake.new, 1)
    name = request.node.callspec.id
    if name == "a key twice":  # the editor's own reading refuses it, before any schema
        with pytest.raises(DuplicateKeyError):
            complaints(f"policy-{mistake.topic}", broken)
        return
    assert bool(complaints(f"policy-{mistake.topic}", broken)) == (name not in NOT_OF_SHAPE)


def text_of(file: str) -> str:
    """A file of the repository, or a sample."""
    return SAMPLES[file] if file in SAMPLES else (ROOT / file).read_text(encoding="utf-8")


@pytest.mark.parametrize("mistake", FILE_MISTAKES.values(), ids=FILE_MISTAKES.keys())
def test_a_mistake_in_a_file_is_refused_by_the_reader_and_by_the_schema(
    mistake: FileMistake, tmp_path: Path
) -> None:
    """What the start would stop on is underlined while it is written."""
    path, text = Path(mistake.file), text_of(mistake.file)
    assert mistake.old in text
    broken = text.replace(mistake.old, mistake.new, 1)
    name = schema_name(path)
    assert refusal(name, text, tmp_path, called=path.name) is None
    assert refusal(name, broken, tmp_path, called=path.name) is not None
    assert complaints(name, broken) != []
