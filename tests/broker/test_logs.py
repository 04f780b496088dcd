"""No number, name, token or URL reaches a log line, whichever way it tries."""

from __future__ import annotations

import io
import json
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from functools import cache
from typing import Any

import pytest
import structlog

from broker import logs
from broker.domain.errors import InvalidNhsNumber
from broker.domain.identity import NhsNumber
from broker.domain.outcome import OutcomeLabel
from broker.logs.catalogue import EVENTS, FIELDS
from broker.logs.fields import ClassName, Count, Duration, OpaqueId, Places
from tests.support.log_leaks import MARKS
from tests.support.logs_in_memory import logs_in_memory
from tests.support.real_data import PROJECT


@cache
def _output(*arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-W", "always", "-m", "tests.support.log_leaks", *arguments]
    return subprocess.run(command, cwd=PROJECT, capture_output=True, text=True, check=False, timeout=60)


def test_nothing_marked_leaves_by_any_way() -> None:
    """Structlog, logging, warnings, a real aiohttp server, the loop, threads, finalisers, the last error."""
    ran = _output()
    written = ran.stdout + ran.stderr
    assert [mark for mark in MARKS if mark in written] == []
    assert ran.stderr == ""
    assert ran.returncode == 1


def test_the_same_process_without_the_gate_leaks_every_mark() -> None:
    """The control: each mark really goes those ways, so not finding it above says something."""
    ran = _output("open")
    written = ran.stdout + ran.stderr
    assert [mark for mark in MARKS if mark not in written] == []
    for way in ("aiohttp.access", "Exception ignored in", "never retrieved", "UserWarning", "Traceback"):
        assert way in written


def test_every_way_still_leaves_a_line() -> None:
    """Silence would hide faults: each way is heard of, as a line of the catalogue and nothing else."""
    lines = [json.loads(line) for line in _output().stdout.splitlines()]
    counted = Counter(line["event"] for line in lines)
    assert set(counted) <= set(EVENTS)
    assert {name for line in lines for name in line} <= {"at", "level", "event", *FIELDS}
    assert counted["connector-failed"] == 10
    assert counted["event-dropped"] == 3
    assert counted["unhandled-error"] >= 6
    libraries = Counter(line["logger"] for line in lines if line["event"] == "library")
    assert libraries["aiohttp"] >= 5
    assert libraries["py.warnings"] >= 2
    assert libraries["other"] >= 3
    faults = [line for line in lines if line["event"] == "request-failed"]
    assert [(line["error"], line["because"]) for line in faults] == [("MarkedError", "ValueError")] * 2


@pytest.fixture
def written() -> Iterator[io.BytesIO]:
    """Logs of this process in memory."""
    with logs_in_memory("info") as stream:
        yield stream


def _lines(stream: io.BytesIO) -> list[dict[str, Any]]:
    return [json.loads(line) for line in stream.getvalue().splitlines()]


def test_a_known_line_is_written_whole(written: io.BytesIO) -> None:
    """Event, level of the catalogue, time, fields; words of an enumeration as their value."""
    structlog.get_logger().debug(
        "connector-failed", partner="granta-hospital", outcome=OutcomeLabel.COMPLETE, elapsed_ms=41.5
    )
    [line] = _lines(written)
    assert line.pop("at").endswith("Z")
    assert line == {
        "level": "error",
        "event": "connector-failed",
        "partner": "granta-hospital",
        "outcome": "complete",
        "elapsed_ms": 41.5,
    }


def test_what_is_left_out_is_counted(written: io.BytesIO) -> None:
    """On the line, and for the metrics by kind."""
    before = dict(logs.dropped())
    structlog.get_logger().info("connector-failed", partner="granta", colour="red", count="many")
    structlog.get_logger().info("nobody-knows-this")
    first, second = _lines(written)
    assert first["dropped"] == 2
    assert second["event"] == "event-dropped"
    after = logs.dropped()
    grown = {name: after[name] - before.get(name, 0) for name in ("events", "fields", "values")}
    assert grown == {"events": 1, "fields": 1, "values": 1}


def test_an_error_shows_our_own_places_alone(written: io.BytesIO) -> None:
    """Frames of the test and of the standard library are not ours to print; ours are file and line."""
    try:
        NhsNumber.parse("9990000019")
    except InvalidNhsNumber:
        structlog.get_logger().exception("request-failed")
    [line] = _lines(written)
    assert line["error"] == "InvalidNhsNumber"
    assert [place.partition(":")[0] for place in line["frames"]] == ["broker/domain/identity.py"]


def test_the_level_is_the_events_own(written: io.BytesIO) -> None:
    """A line below the least level is not written, whichever method was called."""
    logs.configure(written, level="error")
    structlog.get_logger().critical("started")
    structlog.get_logger().debug("not-ready", service="audit")
    assert [line["event"] for line in _lines(written)] == ["not-ready"]


@pytest.mark.parametrize(
    ("kind", "good", "bad"),
    [
        (Count(), [0, 7, 999_999_999], [-1, 1_000_000_000, 9990000018, True, 1.0, "1", None]),
        (Duration(), [0, 0.5, 8.0], [-0.1, float("nan"), float("inf"), 9990000018.0, True, "1"]),
        (
            OpaqueId(),
            ["granta", "a-1.b", "3f0c9990000018ab", "9990000019"],
            [
                "",
                "a b",
                "a_b",
                "a/b",
                "x" * 65,
                "9990000018",
                "999-000-0018",
                "eyJh.e30.AA",
                "a.eyJh",
                "x.9990000018",
                "é",
                1,
                None,
            ],
        ),
        (
            ClassName(),
            ["ValueError", "a.b", "_Own2"],
            ["", "a b", "n9990000018", "eyJh.e30", "1a", "x" * 81, None],
        ),
        (Places(), [[], ["broker/files.py:1"]], ["broker/files.py:1", ["/etc/passwd:1"], ["broker/é.py:1"]]),
    ],
)
def test_each_kind_of_field_takes_its_own_and_nothing_else(
    kind: Any, good: list[Any], bad: list[Any]
) -> None:
    """Numbers that a person could have never fit, in any kind."""
    assert [value for value in good if not kind.accepts(value)] == []
    assert [value for value in bad if kind.accepts(value)] == []
