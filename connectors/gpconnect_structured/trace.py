"""An answer's own id into whether it may be another call's answer.

The guide demands that `Bundle.id` repeats the trace id. Suppliers often send none, or always the same.
Who the person is is proved by the Patient; an id can only tell of the same person's answer to another
question, in which other areas were asked for.
"""

from __future__ import annotations

import msgspec

STRICT, WARN = "strict", "warn"


class _Frame(msgspec.Struct, gc=False):
    id: str | None = None


_FRAME = msgspec.json.Decoder(_Frame)


def another_trace(body: bytes, sent: str, manner: str) -> bool:
    """True when the id is another one; in the strict manner also when there is none."""
    try:
        given = _FRAME.decode(body).id
    except (msgspec.DecodeError, RecursionError, UnicodeDecodeError):
        given = None
    if given is None:
        return manner == STRICT
    return given.lower() != sent.lower()
