"""A message or its R4 into what it says, so that one value can be asked after wherever it stands.

Separators, case, the spelling of dates and the offset of a moment differ between HL7 v2 and FHIR; what is
said does not.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

from tests.fidelity.explained import leaves_of

_MOMENT = re.compile(
    r"(?<!\d)(\d{4})-?(\d\d)-?(\d\d)(?:T?(\d\d):?(\d\d)(?::?(\d\d)(?:\.\d+)?)?(Z|[+-]\d\d:?\d\d)?)?(?!\d)",
    re.ASCII,
)
_IS_DATE = re.compile(r"\d{4}-\d\d-\d\d(T.*)?|\d{8,14}(\.\d+)?([+-]\d{4})?", re.ASCII)
# HL7's separators, and what stands between a field's name and its text where it is carried as given.
_BETWEEN = re.compile(r"[|^&~\r\n]|: |, |--")
_FIELDS = re.compile(r"[|\r\n]")
_FIELD = re.compile(r"[A-Z][A-Z0-9]{2}-\d+: ")
_WORDS = re.compile(r"[\s,]+|--")
_BARE = re.compile(r"[\W_]+")
_ESCAPES = {"\\T\\": "&", "\\S\\": "^", "\\R\\": "~", "\\F\\": "|", "\\E\\": "\\", "\\.br\\": "\n"}
# Below this a text within a text proves nothing; above that a text is prose, and its words prove nothing.
_PART_MIN, _NAME_MAX = 4, 80


class Sayings:
    """What one text or several say: whole values, moments, and letters and digits without a break."""

    def __init__(self, texts: Iterable[str]) -> None:
        """Read the texts, HL7's separators and escapes undone."""
        self._values: set[str] = set()
        self._moments: set[datetime] = set()
        whole = []
        for text in texts:
            whole.append(_bare(_unescaped(text)))
            self._moments.update(_moments(text))
            words = _WORDS.split(text) if len(text) <= _NAME_MAX else ()
            for part in (text, *_FIELDS.split(text), *_BETWEEN.split(text), *words):
                self._values.add(_bare(_unescaped(part)))
        self._whole = "\n".join(whole)

    def has(self, value: str) -> bool:
        """Whether the value is said: as a whole, as the same moment, or in a longer text."""
        value = _unescaped(_FIELD.sub("", value))
        bare = _bare(value)
        if not bare or bare in self._values:
            return True
        if _IS_DATE.fullmatch(value) and any(moment in self._moments for moment in _moments(value)):
            return True
        return len(bare) >= _PART_MIN and bare in self._whole

    def has_value(self, value: str) -> bool:
        """Whether the value is said as a whole."""
        return _bare(value) in self._values

    def has_words(self, value: str) -> bool:
        """Whether every word of the value is said somewhere: a name that was joined from its parts."""
        words = [_bare(word) for word in _WORDS.split(value)]
        return len(words) > 1 and all(not word or word in self._values for word in words)


def of_resources(resources: Iterable[Any]) -> Sayings:
    """What R4 resources say."""
    return Sayings(str(value) for one in resources for _, value in leaves_of(one))


def _moments(text: str) -> Iterator[datetime]:
    """Each moment of a text in one time; without an offset it is read as that time."""
    for year, month, day, hour, minute, second, offset in _MOMENT.findall(text):
        try:
            moment = datetime(
                int(year),
                int(month),
                int(day),
                int(hour or 0),
                int(minute or 0),
                int(second or 0),
                tzinfo=_zone(offset),
            )
            yield moment.astimezone(UTC)
        except (ValueError, OverflowError):
            continue  # digits that are no date are said as a value


def _zone(offset: str) -> timezone:
    if offset in {"", "Z"}:
        return UTC
    digits = offset[1:].replace(":", "")
    length = timedelta(hours=int(digits[:2]), minutes=int(digits[2:]))
    return timezone(-length if offset[0] == "-" else length)


def _unescaped(text: str) -> str:
    for written, meant in _ESCAPES.items():
        text = text.replace(written, meant)
    return text


def _bare(text: str) -> str:
    return _BARE.sub("", text).lower()
