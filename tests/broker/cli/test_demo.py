from __future__ import annotations

import asyncio
import json
import re
import shlex
import socket
import subprocess
from pathlib import Path

from broker.cli.table import WIDTH
from broker.demonstration.client import ask_for_record
from broker.demonstration.people import story_named
from tests.support.commands import serving, watersmeet, watersmeet_here


def test_once_prints_the_main_record_and_ends(tmp_path: Path) -> None:
    """Who answered stands above the items; no line is too wide; no colour in a pipe; nothing is kept."""
    done = watersmeet("demo", "--once", environment={"TMPDIR": str(tmp_path)})
    assert done.returncode == 0, done.stderr
    assert done.stdout.index("WHO ANSWERED") < done.stdout.index("ALLERGIES")
    assert "contradiction c1" in done.stdout
    assert "(same as others of g1)" in done.stdout
    assert "absence" in done.stdout
    assert max(map(len, done.stdout.splitlines())) <= WIDTH
    assert "\x1b" not in done.stdout
    assert done.stderr == ""
    assert list(tmp_path.iterdir()) == []


def test_a_story_that_is_a_refusal_ends_well_and_says_it() -> None:
    """The refusal is what the story shows."""
    done = watersmeet_here("demo", "--once", "--person", "whole-objection")
    assert done.returncode == 0
    assert "The broker answered 403" in done.stderr
    assert "WHO ANSWERED" not in done.stdout


def test_json_is_the_bundle_as_it_came_and_nothing_else() -> None:
    """A script reads standard output without cutting anything away."""
    done = watersmeet_here("demo", "--once", "--json")
    assert json.loads(done.stdout)["resourceType"] == "Bundle"


def test_the_same_word_names_a_story_in_both_commands() -> None:
    """Whoever has learned `--story` from `record` is understood."""
    done = watersmeet_here("demo", "--once", "--story", "whole-objection")
    assert (done.returncode, "The broker answered 403" in done.stderr) == (0, True)


def test_an_unknown_person_is_a_usage_error() -> None:
    """Exit code 2, with the stories that there are."""
    done = watersmeet_here("demo", "--person", "nobody")
    assert done.returncode == 2
    assert "two-hospitals" in done.stderr


def test_a_port_that_is_taken_is_one_sentence() -> None:
    """Exit code 1 and no traceback."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        done = watersmeet_here("demo", "--port", str(taken.getsockname()[1]))
    assert done.returncode == 1
    assert "is taken. Name another with --port" in done.stderr
    assert "Traceback" not in done.stderr


def test_it_serves_until_stopped_and_other_commands_find_it(tmp_path: Path) -> None:
    """`record` and `token` talk to it while it runs; it ends with 0 on Ctrl-C and leaves nothing."""
    environment = {"TMPDIR": str(tmp_path), "WATERSMEET_DEMO_RUN": str(tmp_path / "run")}
    with serving("demo", environment=environment, cwd=tmp_path) as demo:
        printed = demo.read_until("The API is at")
        assert re.search(r"http://127\.0\.0\.1:[0-9]+/fhir", printed)
        told = demo.read_until("Stories:")
        asked = ("record", "--as", "general-practitioner", "--story", "two-hospitals")
        seen = watersmeet(*asked, environment=environment)
        token = watersmeet_here("token", "--as", "doctor", environment=environment)
        assert (seen.returncode, token.returncode) == (0, 0), seen.stderr + token.stderr
        assert "Desmond Okafor" in seen.stdout
        assert seen.stderr == ""
        of_partners = [shlex.split(line)[1:] for line in told.splitlines() if " partner " in line]
        ended = [watersmeet_here(*words, environment=environment) for words in of_partners]
        assert [one.returncode for one in ended] == [0, 0], [one.stdout for one in ended]
        # Only the demo's own run stands there: `record` started none.
        assert len(list(tmp_path.glob("watersmeet-run-*"))) == 1
        assert demo.stop() == 0
    assert list(tmp_path.iterdir()) == []


def test_what_it_prints_can_be_pasted_into_another_terminal(tmp_path: Path) -> None:
    """A shell that does not know the command finds it, and the token that is printed opens a record."""
    elsewhere = {
        "PATH": "/usr/bin:/bin",
        "TMPDIR": str(tmp_path),
        "WATERSMEET_DEMO_RUN": str(tmp_path / "run"),
    }
    with serving("demo", environment=elsewhere, cwd=tmp_path) as demo:
        printed = demo.read_until("Stories:")
        lines = printed.partition("In another terminal:")[2].partition("  curl")[0]
        # `curl` need not be on every machine: its token is minted as printed and used from here.
        (minted,) = re.findall(r"\$\((watersmeet token [^)]*)\)", printed)
        pasted = subprocess.run(
            ["/bin/sh", "-e", "-c", f"{lines}\n{minted}"],
            env=elsewhere,
            capture_output=True,
            text=True,
            check=False,
        )
        assert pasted.returncode == 0, pasted.stderr
        assert "each follows from the one before" in pasted.stdout
        (url,) = re.findall(r"The API is at (\S+)", printed)
        number = story_named("diabetes").asked_number
        answered = asyncio.run(ask_for_record(url, pasted.stdout.split()[-1], number))
        assert answered.is_record
        assert demo.stop() == 0
