"""Files that people edit, read strictly: every complaint names file, line, column and the nearest word.

Used for policies, cases, registrations, settings and manifests alike. A file over 256 KiB is refused, and
what `yaml_text` refuses.
"""

from __future__ import annotations

import datetime as dt
import difflib
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from ruamel.yaml.comments import CommentedMap, CommentedSeq

from broker.files.yaml_text import YamlFault, load_mapping

FILE_BYTES_MAX = 256 * 1024
# How like a word must be to be taken for another misspelt (difflib's ratio).
_MISSPELT = 0.8


class FileFault(Exception):
    """What is wrong, where, and what to do about it."""

    def __init__(self, path: Path, line: int, column: int, problem: str, remedy: str = "") -> None:
        """`line` and `column` count from one."""
        self.path, self.line, self.column = path, line, column
        self.problem, self.remedy = problem, remedy
        super().__init__(f"{path}:{line}:{column}: {problem}" + (f" {remedy}" if remedy else ""))


def read_file(path: Path) -> Section:
    """The file's top mapping. Raises FileFault for everything that is wrong with it."""
    try:
        raw = path.read_bytes()
    except OSError as error:
        raise FileFault(path, 1, 1, f"cannot be read ({error.strerror}).") from None
    return read_bytes(path, raw)


def read_bytes(path: Path, raw: bytes) -> Section:
    """What was read from `path` already, as `read_file`."""
    if len(raw) > FILE_BYTES_MAX:
        raise FileFault(path, 1, 1, f"is over {FILE_BYTES_MAX // 1024} KiB.", "Split it.")
    return Section(path, _load(path, raw))


def _load(path: Path, raw: bytes) -> CommentedMap:
    try:
        return load_mapping(raw.decode("utf-8"))
    except UnicodeDecodeError:
        raise FileFault(path, 1, 1, "is not UTF-8 text.", "Save it as UTF-8.") from None
    except YamlFault as fault:
        raise FileFault(path, fault.line, fault.column, fault.problem, fault.remedy) from None


def nearest(word: str, valid: Iterable[str]) -> str:
    """A sentence with the closest valid word, or all of them when none is close."""
    words = sorted(valid)
    close = difflib.get_close_matches(word, words, n=1, cutoff=0.5)
    return f"Did you mean `{close[0]}`?" if close else f"Valid: {', '.join(words)}."


class Section:
    """A mapping in a file. Each member is taken once; `finish` refuses what nobody took."""

    def __init__(self, path: Path, members: CommentedMap) -> None:
        """`members` carries ruamel's line and column marks."""
        self.path = path
        self._members = members
        self._taken: set[str] = set()

    def __contains__(self, name: str) -> bool:
        """True when the file has this member, whatever its value."""
        return name in self._members

    def names(self) -> tuple[str, ...]:
        """The member names, in the file's order."""
        return tuple(str(name) for name in self._members)

    def fault(self, problem: str, remedy: str = "", *, at: str | None = None) -> FileFault:
        """A FileFault at member `at`, or at this mapping's own place."""
        if at is not None and at in self._members:
            line, column = self._members.lc.key(at)
        else:
            line, column = self._members.lc.line, self._members.lc.col
        return FileFault(self.path, line + 1, column + 1, problem, remedy)

    def position(self, name: str) -> tuple[int, int]:
        """Line and column of a member's name, counted from one."""
        line, column = self._members.lc.key(name)
        return line + 1, column + 1

    def _take(self, name: str, kinds: tuple[type, ...], expected: str, default: object = ...) -> Any:
        self._taken.add(name)
        if name not in self._members:
            if default is ...:
                raise self._missing(name, expected)
            return default
        value = self._members[name]
        if not isinstance(value, kinds) or (isinstance(value, bool) and bool not in kinds):
            raise self.fault(f"`{name}` must be {expected}.", _written(name, kinds), at=name)
        return value

    def _missing(self, name: str, expected: str) -> FileFault:
        """A member that nobody asked for, and that is nearly `name`, is `name` misspelt."""
        others = [other for other in self.names() if other not in self._taken]
        for other in difflib.get_close_matches(name, others, n=1, cutoff=_MISSPELT):
            return self.fault(f"`{other}` is not a setting here.", f"Did you mean `{name}`?", at=other)
        return self.fault(f"`{name}` is missing.", f"Add `{name}:` with {expected}.")

    def text(self, name: str, default: Any = ...) -> str:
        """A non-empty piece of text; `default` only where the member is not there at all."""
        value = self._take(name, (str,), "some text", default)
        if name not in self:
            return value  # type: ignore[no-any-return] # the caller's own default
        if not str(value).strip():
            raise self.fault(f"`{name}` is empty.", "Say it in words.", at=name)
        return str(value)

    def word(self, name: str, valid: Iterable[str], default: Any = ...) -> str:
        """One word of a closed list."""
        value = self._take(name, (str,), "one of a closed list of words", default)
        return value if value is default else self._valid(name, str(value), tuple(valid))

    def words(self, name: str, valid: Iterable[str] | None = None, default: Any = ...) -> tuple[str, ...]:
        """A list of words, each of a closed list when `valid` is given, none twice."""
        value = self._take(name, (CommentedSeq, list), "a list of words", default)
        if value is default:
            return tuple(value)
        return self._list_of_words(name, value, None if valid is None else tuple(valid))

    def _list_of_words(
        self, name: str, value: CommentedSeq, valid: tuple[str, ...] | None
    ) -> tuple[str, ...]:
        found: list[str] = []
        for index, item in enumerate(value):
            line, column = value.lc.item(index)
            if not isinstance(item, str):
                raise FileFault(
                    self.path, line + 1, column + 1, f"`{name}` lists words only.", "Quote a number."
                )
            if item in found:
                raise FileFault(
                    self.path, line + 1, column + 1, f"`{item}` is listed twice in `{name}`.", "Keep one."
                )
            if valid is not None and item not in valid:
                problem = f"`{item}` is not a word that `{name}` knows."
                raise FileFault(self.path, line + 1, column + 1, problem, nearest(item, valid))
            found.append(str(item))
        return tuple(found)

    def _valid(self, name: str, value: str, valid: tuple[str, ...]) -> str:
        if value not in valid:
            raise self.fault(f"`{value}` is not a word that `{name}` knows.", nearest(value, valid), at=name)
        return value

    def number(self, name: str, default: Any = ..., *, least: float = 0) -> float:
        """A number, at least `least`."""
        value = self._take(name, (int, float), "a number", default)
        if value is not default and value < least:
            raise self.fault(f"`{name}` must be at least {least}.", "Write a larger number.", at=name)
        return value if value is default else float(value)

    def integer(self, name: str, default: Any = ..., *, least: int = 0) -> int:
        """A whole number, at least `least`."""
        value = self._take(name, (int,), "a whole number", default)
        if value is not default and value < least:
            raise self.fault(f"`{name}` must be at least {least}.", "Write a larger number.", at=name)
        return value if value is default else int(value)

    def flag(self, name: str, default: Any = ...) -> bool:
        """`true` or `false`."""
        value = self._take(name, (bool,), "`true` or `false`", default)
        return value if value is default else bool(value)

    def date(self, name: str, default: Any = ...) -> dt.date:
        """A date, YYYY-MM-DD."""
        value: dt.date = self._take(name, (dt.date,), "a date, YYYY-MM-DD", default)
        if isinstance(value, dt.datetime):
            raise self.fault(f"`{name}` must be a date, YYYY-MM-DD.", "Leave out the time of day.", at=name)
        return value

    def section(self, name: str, default: Any = ...) -> Section:
        """A mapping below this one."""
        value = self._take(name, (CommentedMap,), "a mapping of `name: value` lines", default)
        return value if value is default else Section(self.path, value)

    def sections(self, name: str, default: Any = ...) -> tuple[Section, ...]:
        """A list of mappings."""
        value = self._take(name, (CommentedSeq,), "a list", default)
        return value if value is default else tuple(self._each_section(name, value))

    def _each_section(self, name: str, value: CommentedSeq) -> Iterator[Section]:
        for index, item in enumerate(value):
            if not isinstance(item, CommentedMap):
                line, column = value.lc.item(index)
                raise FileFault(
                    self.path, line + 1, column + 1, f"each item of `{name}` must be a mapping.", _MAPPING
                )
            yield Section(self.path, item)

    def plain(self) -> dict[str, Any]:
        """The whole mapping as plain values, for settings that only a connector understands."""
        self._taken.update(self.names())
        return {str(name): _plain(value) for name, value in self._members.items()}

    def finish(self) -> None:
        """Raise FileFault for the first member that nobody took."""
        for name in self.names():
            if name not in self._taken:
                raise self.fault(f"`{name}` is not a setting here.", nearest(name, self._taken), at=name)


_MAPPING = "Write `name: value` lines."
_EXAMPLES: Mapping[type, str] = {
    str: "`{name}: words`, in quotes where it looks like a number",
    bool: "`{name}: true` or `{name}: false`",
    int: "`{name}: 28`",
    dt.date: "`{name}: 2026-01-31`",
    CommentedSeq: "`{name}: [one, another]`, or lines that begin with a dash",
    CommentedMap: "`{name}:` and `name: value` lines below it",
}


def _written(name: str, kinds: tuple[type, ...]) -> str:
    return f"Write {_EXAMPLES[kinds[0]].replace('{name}', name)}."


def _plain(value: Any) -> Any:
    if isinstance(value, CommentedMap):
        return {str(name): _plain(inner) for name, inner in value.items()}
    if isinstance(value, CommentedSeq):
        return [_plain(inner) for inner in value]
    return value
