"""The kinds of value that a log field may hold, each a check that says yes or no and changes nothing."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Protocol

from broker.domain.identity import check_digit_holds

# Nine digits at most: a person's number has ten, so none fits, whatever passes it as a count.
COUNT_MAX = 999_999_999
DURATION_MAX = 1_000_000.0

_OPAQUE = re.compile(r"[A-Za-z0-9.-]{1,64}", re.ASCII)
# Ten digits that stand by themselves; the letters of a hexadecimal id may touch them by chance.
_TEN_DIGITS = re.compile(r"(?<![0-9a-fA-F])[0-9]{10}(?![0-9a-fA-F])", re.ASCII)
# A JSON object in base64url begins so: a token, or a part of one, is never an id.
_TOKEN = re.compile(r"(?:^|[.-])eyJ", re.ASCII)
_SEPARATORS = str.maketrans("", "", ".-")


class FieldKind(Protocol):
    """One kind of value. `described` is for the reference page."""

    @property
    def described(self) -> str:
        """What the field holds, in words."""
        ...

    def accepts(self, value: Any, /) -> bool:
        """True when the value may be printed as it is."""
        ...


@dataclass(frozen=True, slots=True)
class Word:
    """One of a closed list of words."""

    words: frozenset[str]

    @classmethod
    def of(cls, words: Iterable[str]) -> Word:
        """From any collection, an enumeration included."""
        return cls(frozenset(str(word) for word in words))

    @property
    def described(self) -> str:
        """The words themselves."""
        return "one of " + ", ".join(f"`{word}`" for word in sorted(self.words))

    def accepts(self, value: Any, /) -> bool:
        """Only the very words."""
        return isinstance(value, str) and value in self.words


@dataclass(frozen=True, slots=True)
class Count:
    """A whole number from zero to nine digits."""

    most: int = COUNT_MAX

    @property
    def described(self) -> str:
        """The bound."""
        return f"whole number, 0 to {self.most:,}"

    def accepts(self, value: Any, /) -> bool:
        """`True` is not a number."""
        return isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= self.most


@dataclass(frozen=True, slots=True)
class Duration:
    """A finite number in the unit of the field's name."""

    @property
    def described(self) -> str:
        """The bound."""
        return f"number, 0 to {DURATION_MAX:,.0f}"

    def accepts(self, value: Any, /) -> bool:
        """Neither `True` nor NaN."""
        if isinstance(value, bool) or not isinstance(value, (int, float)):
            return False
        return math.isfinite(value) and 0 <= value <= DURATION_MAX


@dataclass(frozen=True, slots=True)
class OpaqueId:
    """An id of ours: 1 to 64 of letters, digits, `.` and `-`, and not a person's number in any spacing."""

    @property
    def described(self) -> str:
        """The alphabet."""
        return "id, 1 to 64 of `A-Z a-z 0-9 . -`, never an NHS number"

    def accepts(self, value: Any, /) -> bool:
        """A person's number is refused even where an id is expected."""
        if not isinstance(value, str) or not _OPAQUE.fullmatch(value) or _TOKEN.search(value):
            return False
        digits = [*_TEN_DIGITS.findall(value), *_TEN_DIGITS.findall(value.translate(_SEPARATORS))]
        return not any(check_digit_holds(ten) for ten in digits)


@dataclass(frozen=True, slots=True)
class ClassName:
    """The name of an exception class or a module path: an ASCII Python name, without digits in a row."""

    @property
    def described(self) -> str:
        """What the name is of."""
        return "name of a class or module"

    def accepts(self, value: Any, /) -> bool:
        """A name with a long run of digits is not one that a programmer wrote."""
        if not isinstance(value, str) or not _NAME.fullmatch(value):
            return False
        return not _LONG_RUN.search(value) and not _TOKEN.search(value)


_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_.]{0,79}", re.ASCII)
_LONG_RUN = re.compile(r"[0-9]{4}", re.ASCII)


@dataclass(frozen=True, slots=True)
class Places:
    """Our own `file:line` places, outermost first, at most sixteen."""

    @property
    def described(self) -> str:
        """The form of one place."""
        return "list of our own `file:line`"

    def accepts(self, value: Any, /) -> bool:
        """Only paths inside our packages, as `broker.logs.errors` makes them."""
        return isinstance(value, list) and all(isinstance(p, str) and _PLACE.fullmatch(p) for p in value)


_PLACE = re.compile(r"(?:broker|connectors)/[A-Za-z0-9_/]{1,100}\.py:[0-9]{1,6}", re.ASCII)
