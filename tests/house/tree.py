"""The project's files as the house rules see them, and the form in which a rule complains."""

from __future__ import annotations

import ast
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path


@dataclass(frozen=True, slots=True, order=True)
class Offence:
    """One place where a rule is broken; `problem` says what to do instead."""

    path: str
    line: int
    problem: str

    def __str__(self) -> str:
        """`path:line: problem`, as an editor jumps to it."""
        return f"{self.path}:{self.line}: {self.problem}"


class Tree:
    """A folder of files. Where it is a repository: what is, or would be, committed."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self._modules: dict[str, ast.Module | None] = {}

    @cached_property
    def paths(self) -> tuple[str, ...]:
        """Every file, relative to the root, in order."""
        found = self._tracked() if (self.root / ".git").exists() else self._all()
        return tuple(sorted(path for path in found if (self.root / path).is_file()))

    def _tracked(self) -> list[str]:
        command = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
        listed = subprocess.run(command, cwd=self.root, capture_output=True, check=True, text=True)
        return [path for path in listed.stdout.split("\0") if path]

    def _all(self) -> list[str]:
        return [path.relative_to(self.root).as_posix() for path in self.root.rglob("*")]

    def text(self, path: str) -> str:
        """The file's text; empty for what is not text."""
        try:
            return (self.root / path).read_text(encoding="utf-8")
        except UnicodeDecodeError:
            return ""

    def lines(self, path: str) -> Iterator[tuple[int, str]]:
        """Each line with its number, counted from one."""
        return enumerate(self.text(path).splitlines(), start=1)

    def under(self, *folders: str, ending: str = "") -> tuple[str, ...]:
        """The paths in any of `folders` (all when none is given) with this ending."""
        prefixes = tuple(f"{folder}/" for folder in folders) or ("",)
        return tuple(path for path in self.paths if path.startswith(prefixes) and path.endswith(ending))

    def python(self, *folders: str) -> Iterator[tuple[str, ast.Module]]:
        """Each Python file that parses, with its tree; what does not parse is the linter's to report."""
        for path in self.under(*folders, ending=".py"):
            module = self._parsed(path)
            if module is not None:
                yield path, module

    def _parsed(self, path: str) -> ast.Module | None:
        """Parsed once for all rules, which only look: parsing costs more than most of them."""
        if path not in self._modules:
            try:
                self._modules[path] = ast.parse(self.text(path))
            except SyntaxError:
                self._modules[path] = None
        return self._modules[path]

    def folders_in(self, folder: str) -> tuple[str, ...]:
        """Names of the folders directly below `folder` that hold a file."""
        parts = [path.split("/") for path in self.under(folder)]
        return tuple(sorted({names[1] for names in parts if len(names) > 2 and names[1][0] not in "._"}))
