"""The `watersmeet` command as a process of its own, stopped as an operator stops it."""

from __future__ import annotations

import asyncio
import os
import pty
import signal
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

from click.testing import CliRunner

from broker.cli import run

_ENDS_WITHIN_S = 60


def watersmeet(
    *arguments: str, stdin: str = "", environment: Mapping[str, str] | None = None
) -> subprocess.CompletedProcess[str]:
    """Run to the end."""
    return subprocess.run(
        [sys.executable, "-m", "broker", *arguments],
        input=stdin,
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
        env={**os.environ, **(environment or {})},
    )


def watersmeet_here(
    *arguments: str, stdin: str = "", environment: Mapping[str, str] | None = None
) -> subprocess.CompletedProcess[str]:
    """Run to the end as `watersmeet` does, guard and streams included, without a process of its own: a start
    costs a second. For tests that are not about the process, in the main thread, outside a running loop.
    """
    room, tempfile.tempdir = tempfile.tempdir, None  # TMPDIR is looked at once in a process's life
    try:
        with CliRunner().isolation(input=stdin, env=dict(environment or {})) as (out, err, _):
            code = run(arguments)
            said = [stream.getvalue().decode() for stream in (out, err)]
    finally:
        tempfile.tempdir = room
    return subprocess.CompletedProcess(arguments, code, *said)


async def at_the_desk(config: Path, *arguments: str, typed: str = "") -> tuple[int, str, str]:
    """Beside a broker that runs on this configuration: exit code, standard output and standard error."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "broker", *arguments, "--config", str(config)),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    out, err = await process.communicate(typed.encode())
    return process.returncode or 0, out.decode(), err.decode()


def at_a_terminal(*arguments: str, typed: Sequence[str]) -> tuple[int, str]:
    """Run to the end with each of `typed` as a line that somebody types: the code, and all that was seen."""
    ours, theirs = pty.openpty()
    os.write(ours, "".join(f"{line}\n" for line in typed).encode())
    with subprocess.Popen(
        [sys.executable, "-m", "broker", *arguments],
        stdin=theirs,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
    ) as process:
        os.close(theirs)
        try:
            printed, _ = process.communicate(timeout=_ENDS_WITHIN_S)
        finally:
            process.kill()
            os.close(ours)
    return process.returncode, printed.decode()


class Serving:
    """A command that serves. `read_until` waits for a line; `stop` sends SIGINT and gives the exit code."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self._process = process

    def read_until(self, part: str) -> str:
        """Everything printed up to the line with `part`. Fails when the command ends first."""
        assert self._process.stdout is not None
        lines: list[str] = []
        for line in self._process.stdout:
            lines.append(line)
            if part in line:
                return "".join(lines)
        raise AssertionError("".join(lines))

    def look_again(self) -> None:
        """As `kill -HUP` does."""
        self._process.send_signal(signal.SIGHUP)

    def stop(self) -> int:
        """As Ctrl-C does."""
        self._process.send_signal(signal.SIGINT)
        return self._process.wait(_ENDS_WITHIN_S)


@contextmanager
def serving(
    *arguments: str,
    environment: Mapping[str, str] | None = None,
    cwd: Path,
    within_s: float = _ENDS_WITHIN_S,
) -> Iterator[Serving]:
    """The command, running; killed at the end when the test did not stop it."""
    process = subprocess.Popen(
        [sys.executable, "-m", "broker", *arguments],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        cwd=cwd,
        env={**os.environ, **(environment or {})},
    )
    # A command that neither prints nor ends must not hold the suite.
    guard = threading.Timer(within_s, process.kill)
    guard.start()
    try:
        yield Serving(process)
    finally:
        guard.cancel()
        guard.join()
        process.kill()
        process.wait()
        if process.stdout is not None:
            process.stdout.close()
