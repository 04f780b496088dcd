from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import click
import pytest
from click.testing import CliRunner

from broker import __version__
from broker.cli import COMMANDS, command, run
from broker.domain.errors import ServiceDown
from broker.files import FileFault

HEAVY = ("aiohttp", "ruamel", "cryptography", "jwt", "msgspec", "orjson", "uvloop", "broker.app")


def test_help_names_every_command_and_imports_nothing_heavy() -> None:
    """Help answers at once because no command's module is imported for it."""
    code = (
        "import sys\nfrom broker.cli import run\ncode = run(['--help'])\n"
        f"heavy = [name for name in {HEAVY} if name in sys.modules]\n"
        "assert not heavy, heavy\nsys.exit(code)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert all(name in done.stdout for name in COMMANDS)


@pytest.mark.parametrize("name", sorted(COMMANDS))
def test_every_command_exists_and_explains_itself(name: str) -> None:
    """Its module exposes `command`, and its help has words and ends with 0."""
    done = CliRunner().invoke(command, [name, "--help"])
    assert done.exit_code == 0
    assert "Usage:" in done.output


def _leaves(name: str) -> list[list[str]]:
    """The words of each command at or below a name."""
    found = command.get_command(click.Context(command), name)
    return [[name, below] for below in found.commands] if isinstance(found, click.Group) else [[name]]


@pytest.mark.parametrize("words", [words for name in COMMANDS for words in _leaves(name)], ids=" ".join)
def test_an_example_can_be_copied_as_it_stands(words: list[str]) -> None:
    """Each on a line of its own, never filled into the text around it."""
    said = CliRunner().invoke(command, [*words, "--help"]).output
    assert "\\b" not in said
    lines = said.splitlines()
    after = [
        lines[place + 1] for place, line in enumerate(lines) if line.strip() in {"Example:", "Examples:"}
    ]
    assert all(line.startswith("    watersmeet ") for line in after)


def test_the_version_is_the_packages() -> None:
    """`--version` prints it and ends with 0."""
    done = CliRunner().invoke(command, ["--version"])
    assert (done.exit_code, done.output.strip()) == (0, f"watersmeet, version {__version__}")


def test_a_mistyped_command_is_a_usage_error_that_names_the_nearest(
    capsys: pytest.CaptureFixture[str],
) -> None:
    """Exit code 2, and the word that was meant, on standard error."""
    assert run(["recrod"]) == 2
    said = capsys.readouterr()
    assert "Did you mean 'record'?" in said.err
    assert said.out == ""


def test_a_mistyped_option_is_a_usage_error_that_names_the_nearest(
    capsys: pytest.CaptureFixture[str],
) -> None:
    """Exit code 2, and the option that was meant."""
    assert run(["demo", "--persn"]) == 2
    said = capsys.readouterr().err
    assert "Did you mean" in said
    assert "'--person'" in said


@pytest.mark.parametrize(
    ("fault", "sentence"),
    [
        (ServiceDown("audit", contact=("Desk, 01632 960001",)), "audit service is not available"),
        (
            FileFault(Path("policy.yaml"), 3, 5, "is wrong.", "Mend it."),
            "policy.yaml:3:5: is wrong. Mend it.",
        ),
        (RuntimeError("9990000018 Margaret"), "unexpected fault (RuntimeError)"),
    ],
)
def test_a_fault_is_one_sentence_and_never_a_traceback(
    fault: Exception, sentence: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Our own faults speak for themselves; of any other only the class is said, never its words."""

    @click.command("demo")
    def fails() -> None:
        raise fault

    monkeypatch.setattr("broker.cli.demo.command", fails)
    assert run(["demo"]) == 1
    said = capsys.readouterr()
    assert sentence in said.err
    assert "Traceback" not in said.err
    assert "9990000018" not in said.err
    assert said.out == ""


def test_completion_offers_commands_for_a_shell() -> None:
    """The names that begin as typed, with their summaries."""
    done = CliRunner().invoke(
        command,
        [],
        prog_name="watersmeet",
        env={"_WATERSMEET_COMPLETE": "bash_complete", "COMP_WORDS": "watersmeet re", "COMP_CWORD": "1"},
    )
    assert "record" in done.output
    assert "demo" not in done.output


@pytest.mark.parametrize(
    "name",
    [name for name in COMMANDS if isinstance(command.get_command(click.Context(command), name), click.Group)],
)
def test_a_group_lists_its_commands_with_whole_sentences(name: str) -> None:
    """None is cut short with dots."""
    said = CliRunner().invoke(command, [name, "--help"]).output
    assert "..." not in said.partition("Commands:")[2]
