"""An event stream's own form (WHATWG HTML, server-sent events): names, numbers and data to bytes. Pure."""

from __future__ import annotations

import enum
import re
from typing import Final

EVENT_STREAM: Final = "text/event-stream; charset=utf-8"
# A comment: it says nothing, and keeps what stands between from taking the stream for dead.
KEPT_ALIVE: Final = b": still asking\n\n"
_LINE_END = re.compile(rb"\r\n|\r|\n")


class Event(enum.StrEnum):
    """The closed list. Exactly one `ledger` or `closed` is last; a stream without either is incomplete."""

    OPEN = "open"
    PERSON = "person"
    ITEMS = "items"
    PARTNER = "partner"
    GROUPS = "groups"
    LEDGER = "ledger"
    CLOSED = "closed"


class Closed(enum.StrEnum):
    """Why a stream ended without a ledger, in closed words."""

    SUPPRESSED = "suppressed"
    PARTNERS_FAILED = "partners-failed"
    DEADLINE = "deadline"
    FAULT = "fault"


def event_bytes(number: int, name: Event, data: bytes) -> bytes:
    """One event. `data` is JSON: a line end in it stands between tokens, and a reader joins the lines by a
    line feed, so that every token comes through as it was.
    """
    if b"\n" in data or b"\r" in data:
        data = _LINE_END.sub(b"\ndata: ", data)
    return b"id: %d\nevent: %b\ndata: %b\n\n" % (number, name.value.encode(), data)
