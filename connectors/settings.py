"""A registration's settings for one connector into checked values: every complaint names the remedy."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable, Mapping


class SettingFault(ValueError):
    """Names the setting, what it must be, and what to do. Never repeats the value."""


class Settings:
    """Each setting is taken once; `finish` refuses those that nobody took."""

    def __init__(self, given: Mapping[str, object]) -> None:
        """`given` is what the registration's file has under `settings`."""
        self._given = given
        self._known: set[str] = set()

    def word(self, name: str, valid: tuple[str, ...], default: str) -> str:
        """One word of a closed list."""
        value = self._take(name, default)
        if not isinstance(value, str) or value not in valid:
            raise SettingFault(f"`{name}` must be one of {_listed(valid)}.")
        return value

    def flag(self, name: str, *, default: bool) -> bool:
        """`true` or `false`."""
        value = self._take(name, default)
        if not isinstance(value, bool):
            raise SettingFault(f"`{name}` must be `true` or `false`.")
        return value

    def whole(self, name: str, default: int, *, least: int, most: int) -> int:
        """A whole number between `least` and `most`, both included."""
        value = self._take(name, default)
        if not isinstance(value, int) or isinstance(value, bool) or not least <= value <= most:
            raise SettingFault(f"`{name}` must be a whole number from {least} to {most}.")
        return value

    def words(self, name: str, valid: frozenset[str], default: frozenset[str]) -> frozenset[str]:
        """A list of words of a closed list, at least one."""
        value = self._take(name, sorted(default))
        if not isinstance(value, (list, tuple)) or not value:
            raise SettingFault(f"`{name}` must list at least one word. Leave it out for the usual ones.")
        for position, word in enumerate(value, start=1):
            if not isinstance(word, str) or word not in valid:
                hint = _nearest(word, valid) if isinstance(word, str) else "Write words only."
                raise SettingFault(f"`{name}` has a word, number {position}, that is not valid. {hint}")
        return frozenset(value)

    def text(self, name: str, form: re.Pattern[str], described: str) -> str:
        """Text of one form, or empty when it was left out."""
        value = self._take(name, "")
        if not isinstance(value, str) or (name in self._given and not form.fullmatch(value)):
            raise SettingFault(f"`{name}` must be {described}. Leave it out when there is none.")
        return value

    def path(self, name: str) -> str | None:
        """The path of a file or folder, made absolute by the broker; None when it was left out."""
        value = self._take(name, None)
        if value is not None and (not isinstance(value, str) or not value):
            raise SettingFault(f"`{name}` must be the path of a file.")
        return value

    def finish(self) -> None:
        """Raise SettingFault for the first setting that nobody took."""
        for name in self._given:
            if name not in self._known:
                raise SettingFault(f"`{name}` is not a setting here. {_nearest(str(name), self._known)}")

    def _take(self, name: str, default: object) -> object:
        self._known.add(name)
        return self._given.get(name, default)


def _nearest(word: str, valid: Iterable[str]) -> str:
    words = sorted(valid)
    close = difflib.get_close_matches(word, words, n=1, cutoff=0.5)
    return f"Did you mean `{close[0]}`?" if close else f"Valid: {_listed(words)}."


def _listed(words: Iterable[str]) -> str:
    return ", ".join(f"`{word}`" for word in words)
