"""Somebody outside this repository: a fresh environment with Watersmeet installed, and an empty folder."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import sysconfig
import venv
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from tests.support.real_data import PROJECT
from tests.tutorials.page import Added, Command, File, TutorialPage, is_as_promised

# Nothing is fetched: what a package needs is in the environment already, its build backend too. pip reads
# the second one the other way round: 0 is "no isolation".
_OFFLINE = {"PIP_NO_INDEX": "1", "PIP_NO_BUILD_ISOLATION": "0", "PIP_DISABLE_PIP_VERSION_CHECK": "1"}
_PORT = "8765"
_ENDS_WITHIN_S = 180  # a comparison of policies takes 20 s alone, and a busy machine is slower


@dataclass(slots=True)
class Newcomer:
    """`folder` is where they work, `environment` where they install. `port` stands for the page's own."""

    folder: Path
    environment: Path
    port: str
    broken: list[str] = field(default_factory=list)
    _running: list[subprocess.Popen[str]] = field(default_factory=list)

    def run(self, line: str, **more: str) -> subprocess.CompletedProcess[str]:
        """One command line, with what it prints on either stream."""
        return subprocess.run(
            ["bash", "-c", line.replace(_PORT, self.port)],
            cwd=self.folder,
            env=self._variables(more),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
            timeout=_ENDS_WITHIN_S,
        )

    def installed(self, name: str) -> Path:
        """The folder of an installed package."""
        return _libraries(self.environment) / name

    def follow(self, page: TutorialPage) -> None:
        """Do what the page says, from top to bottom; `broken` lists every promise that it did not keep."""
        for step in page.steps:
            if isinstance(step, File):
                self._write(step)
            elif isinstance(step, Added):
                self._add(step)
            elif step.goes_on:
                self._start(step)
            else:
                self._try(step)

    def start(self, line: str, until: str) -> str:
        """A command that goes on; what it printed up to the line with `until`, or to its end."""
        process = subprocess.Popen(
            ["bash", "-c", f"exec {line.replace(_PORT, self.port)}"],
            cwd=self.folder,
            env=self._variables({}),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        self._running.append(process)
        assert process.stdout is not None
        printed = ""
        for heard in process.stdout:
            printed += heard
            if until in heard:
                break
        return printed

    @contextmanager
    def going_on(self, line: str, until: str) -> Iterator[None]:
        """A command that goes on for as long as the block."""
        printed = self.start(line, until)
        process = self._running.pop()
        try:
            assert until in printed, printed
            yield
        finally:
            _end(process)

    def stop(self) -> None:
        """End everything that goes on."""
        while self._running:
            _end(self._running.pop())

    def _write(self, file: File) -> None:
        path = self.folder / file.path
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(file.text.replace(_PORT, self.port), encoding="utf-8")

    def _add(self, added: Added) -> None:
        path = self.folder / added.path
        lines = path.read_text(encoding="utf-8").splitlines(keepends=True)
        stripped = [line.strip() for line in lines]
        place = len(lines) if added.below is None else stripped.index(added.below) + 1
        path.write_text("".join([*lines[:place], added.text, *lines[place:]]), encoding="utf-8")

    def _start(self, step: Command) -> None:
        promised = step.printed[-1].replace(_PORT, self.port)
        printed = self.start(step.line, promised)
        if not is_as_promised(printed, [line.replace(_PORT, self.port) for line in step.printed]):
            self.broken.append(f"$ {step.line}\n{printed}")

    def _try(self, step: Command) -> None:
        done = self.run(step.line)
        promised = [line.replace(_PORT, self.port) for line in step.printed]
        if done.returncode != step.exit_code or not is_as_promised(done.stdout, promised):
            self.broken.append(f"$ {step.line}\n{done.stdout}(ended with {done.returncode})")

    def _variables(self, more: Mapping[str, str]) -> dict[str, str]:
        return {
            **os.environ,
            **_OFFLINE,
            "PATH": f"{self.environment / 'bin'}{os.pathsep}{os.environ['PATH']}",
            "PYTHONUNBUFFERED": "1",
            "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1",  # ours are not a newcomer's
            **more,
        }


def _end(process: subprocess.Popen[str]) -> None:
    process.terminate()
    process.communicate(timeout=_ENDS_WITHIN_S)


@contextmanager
def newcomer(folder: Path) -> Iterator[Newcomer]:
    """An environment that has Watersmeet from its wheel, and no way to this repository's own code."""
    environment, work = folder / "environment", folder / "work"
    work.mkdir()
    venv.EnvBuilder(with_pip=False, symlinks=True).create(environment)
    # The line adds the libraries alone: a path file inside that folder, such as this repository's own
    # editable installation, is not read from here.
    path_file = _libraries(environment) / "libraries.pth"
    path_file.write_text(sysconfig.get_path("purelib") + "\n", encoding="utf-8")
    made = Newcomer(work, environment, free_port())
    _install_watersmeet(made, folder / "wheels")
    try:
        yield made
    finally:
        made.stop()


def _libraries(environment: Path) -> Path:
    major, minor = sys.version_info[:2]
    return environment / "lib" / f"python{major}.{minor}" / "site-packages"


def _install_watersmeet(made: Newcomer, wheels: Path) -> None:
    for line in (
        f"python -m pip wheel --quiet --no-deps --wheel-dir '{wheels}' '{PROJECT}'",
        f"python -m pip install --quiet --no-deps --no-compile --ignore-installed '{wheels}'/*.whl",
    ):
        done = made.run(line)
        assert done.returncode == 0, done.stdout


def free_port() -> str:
    """A port that nobody listens on at this moment."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        return str(taken.getsockname()[1])
