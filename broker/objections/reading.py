"""What one row of a source's file says of an objection, and the words that all kinds of file share."""

from __future__ import annotations

import datetime as dt
import hashlib
import re
from collections.abc import Iterable
from dataclasses import dataclass, field

from broker.domain.errors import InvalidNhsNumber
from broker.domain.identity import NhsNumber
from broker.domain.objection import Scope
from broker.domain.objection_life import IdentityCheck

NOBODY = "It names nobody: there is no valid NHS number in it."
NO_NUMBER_TOO = "One of its numbers is no NHS number."
NO_ID = "It has no id of its source, and was told from the others by what it says."
UNREADABLE_DATE = "Its date of receipt cannot be read, or is in the future."
_SPACES = re.compile(r"[\s\u200b\ufeff-]+")
_DATE_TIME = re.compile(
    r"(?P<year>\d{4})(-(?P<month>\d{2})(-(?P<day>\d{2})(?P<time>T\d{2}:\d{2}(:\d{2}(\.\d+)?)?"
    r"(?P<zone>Z|[+-]\d{2}:\d{2})?)?)?)?",
    re.ASCII,
)
# A time without its offset is of this country: the earliest that it can be is that of summer time.
_SUMMER = dt.timezone(dt.timedelta(hours=1))


class UnreadableFile(Exception):
    """The file as a whole cannot be read: nothing of it was recorded. The message is whole sentences,
    names the line, and holds nothing of the file's values.
    """


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """One row. `row` is its number in the file; without `numbers` it names nobody, and `fault` says why.
    `no_objection` says why it is known to be none, although it names somebody.

    `doubts` are the sentences on what could not be read; what they are about was taken in its widest
    meaning. `identity_check` None is a row that does not say.
    """

    row: int
    row_id: str = field(repr=False, default="")
    numbers: frozenset[NhsNumber] = field(repr=False, default=frozenset())
    withdrawn: bool = False
    scope: Scope = field(repr=False, default_factory=Scope)
    received_at: dt.datetime | None = None
    identity_check: IdentityCheck | None = None
    consequences_explained: bool = False
    on_behalf_of: str = field(repr=False, default="")
    doubts: tuple[str, ...] = ()
    fault: str = ""
    no_objection: str = ""

    @property
    def digest(self) -> bytes:
        """The same for two rows that mean the same people, the same scope and the same direction."""
        scope = self.scope
        said = (
            sorted(number.digits for number in self.numbers),
            self.withdrawn,
            bool(self.no_objection),
            *(sorted(part) for part in (scope.partners, scope.staff, scope.categories, scope.items)),
            (scope.direction.value, scope.period_start, scope.period_end),
        )
        return hashlib.blake2b(repr(said).encode(), digest_size=16).digest()


def own_id(given: str, digest: bytes) -> tuple[str, tuple[str, ...]]:
    """The source's id of a row and no doubt, or one made from what the row says."""
    if given:
        return given, ()
    return f"without an id: {digest.hex()}", (NO_ID,)


def numbers_in(written: Iterable[str]) -> tuple[frozenset[NhsNumber], tuple[str, ...]]:
    """The NHS numbers among what was written, however spaced, and the doubt when not all of it was one."""
    found: set[NhsNumber] = set()
    doubts: tuple[str, ...] = ()
    for text in written:
        digits = _SPACES.sub("", text)
        if not digits:
            continue
        try:
            found.add(NhsNumber.parse(digits))
        except InvalidNhsNumber:
            doubts = (NO_NUMBER_TOO,)
    return frozenset(found), doubts


def received(text: str, now: dt.datetime) -> tuple[dt.datetime | None, tuple[str, ...]]:
    """The earliest instant that a date of receipt can mean. An empty one is None, and no doubt."""
    if not text:
        return None, ()
    at = _instant(text)
    if at is None or at > now:
        return None, (UNREADABLE_DATE,)
    return at, ()


def days(text: str) -> tuple[dt.date, dt.date] | None:
    """The first day that a FHIR date or instant can mean and the first that it can no longer mean."""
    match = _DATE_TIME.fullmatch(text)
    if match is None:
        return None
    year, month, day = (int(match[name] or 0) for name in ("year", "month", "day"))
    try:
        start = dt.date(year, month or 1, day or 1)
        end = _after(start, month=month, day=day)
        # Elsewhere an instant may fall on the day before or after.
        return (start - dt.timedelta(days=1), end + dt.timedelta(days=1)) if match["time"] else (start, end)
    except (ValueError, OverflowError):
        return None


def _after(start: dt.date, *, month: int, day: int) -> dt.date:
    if day:
        return start + dt.timedelta(days=1)
    if not month or month == 12:  # noqa: PLR2004 - December
        return dt.date(start.year + 1, 1, 1)
    return dt.date(start.year, month + 1, 1)


def _instant(text: str) -> dt.datetime | None:
    match = _DATE_TIME.fullmatch(text)
    if match is None:
        return None
    whole = text if match["month"] else f"{text}-01"
    whole = whole if match["day"] else f"{whole}-01"
    try:
        at = dt.datetime.fromisoformat(whole)
        return (at if at.tzinfo else at.replace(tzinfo=_SUMMER)).astimezone(dt.UTC)
    except (ValueError, OverflowError):
        return None
