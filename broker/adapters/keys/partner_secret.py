"""A partner's own secret, by reference, to the text that is sent to that partner and to nobody else.

It is not one of our keys: the partner issues it, we make and rotate none, and a broker without it still
serves everybody but that partner.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from pathlib import Path

from broker.adapters.keys.reference import KeyFault, read_reference

PARTNER = "partner"
SECRET_CHARS_MIN = 16
SECRET_CHARS_MAX = 4_096
# What may stand in a header as it is: no space, no line break, nothing beyond ASCII.
_SENDABLE = re.compile(r"[!-~]+", re.ASCII)


@dataclass(slots=True, kw_only=True)
class PartnerSecret:
    """One entry of purpose `partner`. Either `file` or `variable` is the reference, never the secret."""

    key_id: str
    retired: bool
    file: Path | None = None
    variable: str | None = None
    line: int = 1
    _text: str = field(repr=False, default="")
    _stamp: tuple[int, ...] = field(repr=False, default=())

    def text(self) -> str:
        """The secret as it is now: a file that was replaced is read anew. Raises KeyFault."""
        stamp = self._stamp_now()
        if not stamp or stamp != self._stamp:
            self._text = _checked(read_reference(self.file, self.variable))
            self._stamp = stamp
        return self._text

    def _stamp_now(self) -> tuple[int, ...]:
        """What changes when the file does; empty for a variable, which costs nothing to read again."""
        try:
            found = self.file.stat() if self.file is not None else None
        except OSError:
            return ()
        if found is None:
            return ()
        return found.st_mtime_ns, found.st_ctime_ns, found.st_size, found.st_ino


def _checked(secret: str) -> str:
    if not SECRET_CHARS_MIN <= len(secret) <= SECRET_CHARS_MAX:
        raise KeyFault(
            f"has {len(secret)} characters; {SECRET_CHARS_MIN} to {SECRET_CHARS_MAX} are taken.",
            "Put the secret there that the partner gave, whole and alone.",
        )
    if not _SENDABLE.fullmatch(secret):
        raise KeyFault(
            "holds a space, a line break or a control character.",
            "Put the secret there that the partner gave, on one line.",
        )
    return secret
