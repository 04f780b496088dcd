"""`watersmeet policy check` on policy files as people really break them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from broker.cli import run
from tests.support.broken_files import BROKEN, Broken
from tests.support.policies import POLICIES, copy_policies

CONFIG = str(POLICIES.parent / "config")
FILES_SHOWN_MIN = 40


def _break(broken: Broken, folder: Path) -> tuple[Path, list[int]]:
    """The file that the complaint is about, and every line on which `at` stands in it."""
    path = folder / broken.topic / broken.file
    text = path.read_text()
    assert broken.old in text
    path.write_text(text.replace(broken.old, broken.new, 1))
    about = folder / broken.topic / (broken.in_file or broken.file)
    if "/" in broken.in_file:
        about = folder / broken.in_file
    lines = about.read_text().splitlines()
    return about, [number for number, line in enumerate(lines, start=1) if broken.at in line]


@pytest.mark.parametrize("broken", BROKEN.values(), ids=BROKEN.keys())
def test_a_broken_file_is_named_with_its_line_and_what_to_do(
    broken: Broken, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The file, the line that is at fault, what is wrong, and a remedy: never a traceback."""
    folder = copy_policies(tmp_path)
    about, lines = _break(broken, folder)
    assert run(["policy", "check", "--config", CONFIG, "--policies", str(folder), "--json"]) == 1
    fault = json.loads(capsys.readouterr().out)["fault"]
    assert fault["file"] == str(about)
    assert fault["line"] in lines
    assert fault["remedy"].endswith((".", "?"))
    assert broken.says in f"{fault['problem']} {fault['remedy']}"


def test_at_least_forty_broken_files_are_shown() -> None:
    """As many as governance was promised."""
    assert len(BROKEN) >= FILES_SHOWN_MIN


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"- a list\n",
        b"\xff\xfe",
        b"\xef\xbb\xbfid: roles\n",
        b"[" * 5_000,
        b"a: b\x00\n",
        b"x" * 300_000,
    ],
    ids=["empty", "list", "utf-16", "mark", "deep", "nul", "huge"],
)
def test_a_file_that_is_no_policy_at_all_is_named(
    content: bytes, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Whatever stands in it, the answer is one complaint."""
    folder = copy_policies(tmp_path)
    path = folder / "roles" / "policy.yaml"
    path.write_bytes(content)
    assert run(["policy", "check", "--config", CONFIG, "--policies", str(folder)]) == 1
    said = capsys.readouterr().err
    assert str(path) in said
    assert "Traceback" not in said
