"""A reference to a file or an environment variable to the text that it holds, or to why it holds none."""

from __future__ import annotations

import os
from pathlib import Path

_OTHERS_MAY_READ = 0o077


class KeyFault(Exception):
    """Why one reference gives no key: our words and a remedy, nothing of the key."""

    def __init__(self, problem: str, remedy: str) -> None:
        """Both are whole sentences about the reference."""
        self.problem, self.remedy = problem, remedy
        super().__init__(problem)


def read_reference(file: Path | None, variable: str | None) -> str:
    """The text behind whichever of the two is given, without the space around it. Raises KeyFault."""
    return (_file_text(file) if file is not None else _variable_text(variable)).strip()


def _file_text(path: Path) -> str:
    try:
        if path.stat().st_mode & _OTHERS_MAY_READ:
            raise KeyFault("its file can be read by others.", f"Run `chmod 600 {path}`, then rotate the key.")
        return path.read_text(encoding="ascii")
    except OSError as error:
        raise KeyFault(
            f"its file {path} cannot be read ({error.strerror}).", "Put it back, or correct `file`."
        ) from None
    except UnicodeDecodeError:
        raise KeyFault("its file is not plain ASCII text.", "Put the right file back.") from None


def _variable_text(name: str | None) -> str:
    text = os.environ.get(name or "")
    if text is None:
        raise KeyFault(f"the environment variable {name} is not set.", "Set it, or correct `variable`.")
    return text
