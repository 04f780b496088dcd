"""The processes of a benchmark: started, spoken to and ended by their own handles."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def process(module: str, *arguments: str) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """Run one of our modules; yields it with its first line. Closing its input ends it."""
    command = [sys.executable, "-m", module, *arguments]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as running:
        assert running.stdout is not None
        assert running.stdin is not None
        try:
            yield running, running.stdout.readline().strip()
        finally:
            running.stdin.close()
            running.wait(timeout=30)


def printed(module: str, *arguments: str) -> float:
    """The one figure that a module prints."""
    command = [sys.executable, "-m", module, *arguments]
    return float(subprocess.run(command, check=True, capture_output=True, text=True).stdout)


def figures_printed(module: str) -> dict[str, float]:
    """The figures that a module prints as one JSON object."""
    command = [sys.executable, "-m", module]
    found: dict[str, float] = json.loads(
        subprocess.run(command, check=True, capture_output=True, text=True).stdout
    )
    return found


def processor_us(pid: int) -> float:
    """Processor time of every thread of a process so far, in microseconds (Linux schedstat)."""
    tasks = Path(f"/proc/{pid}/task").iterdir()
    return sum(int((task / "schedstat").read_text().split()[0]) for task in tasks) / 1000
