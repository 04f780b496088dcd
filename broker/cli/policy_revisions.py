"""A revision of git into a folder of policies as they were then, for as long as they are read."""

from __future__ import annotations

import io
import subprocess
import tarfile
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import click

from broker.files import FileFault

_GIT_S = 30


@contextmanager
def folder_at(folder: Path, revision: str) -> Iterator[Path]:
    """`folder` as git has it at `revision`. A fault in it names the revision, not the passing copy.

    Raises click.UsageError when there is no git, no repository, no such revision, or nothing there then.
    """
    if not folder.is_dir():
        raise click.UsageError(f"`{folder}` is not a folder, so git cannot say how it was.")
    commit = _commit(folder, revision)
    inside = _git(folder, "rev-parse", "--show-prefix", complaint=_no_repository(folder))
    tree = f"{commit}:{inside.decode().strip().rstrip('/')}"
    absent = f"`{folder}` is not in revision `{revision}`. Choose one in which it is."
    top = _git(folder, "rev-parse", "--show-toplevel", complaint=_no_repository(folder))
    archive = _git(Path(top.decode().strip()), "archive", "--format=tar", tree, complaint=absent)
    with tempfile.TemporaryDirectory(prefix="watersmeet-policies-") as copy:
        with tarfile.open(fileobj=io.BytesIO(archive)) as packed:
            packed.extractall(copy, filter="data")
        try:
            yield Path(copy)
        except FileFault as fault:
            at = Path(f"{revision}:{folder / fault.path.relative_to(copy)}")
            raise FileFault(at, fault.line, fault.column, fault.problem, fault.remedy) from None


def _commit(folder: Path, revision: str) -> str:
    _git(folder, "rev-parse", "--git-dir", complaint=_no_repository(folder))
    unknown = f"git knows no revision `{revision}` here. `git log --oneline -- {folder}` lists them."
    named = ("--verify", "--quiet", "--end-of-options", f"{revision}^{{commit}}")
    return _git(folder, "rev-parse", *named, complaint=unknown).decode().strip()


def _no_repository(folder: Path) -> str:
    return f"`{folder}` is in no git repository. Give two folders instead of --from."


def _git(folder: Path, *arguments: str, complaint: str) -> bytes:
    try:
        found = subprocess.run(  # noqa: S603 - no shell, and the revision cannot be read as an option
            ("git", "-C", str(folder), *arguments),  # noqa: S607 - the git that the operator has
            capture_output=True,
            check=False,
            timeout=_GIT_S,
        )
    except OSError:
        raise click.UsageError(
            "git cannot be started: it is not installed. Give two folders instead of --from."
        ) from None
    except subprocess.TimeoutExpired:
        raise click.UsageError(f"git did not answer within {_GIT_S} seconds. Give two folders.") from None
    if found.returncode != 0:
        raise click.UsageError(complaint)
    return found.stdout
