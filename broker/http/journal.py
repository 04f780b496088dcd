"""The door's log lines: an event, our own words and figures; never a path, a header or a message."""

from __future__ import annotations

import structlog


def note(event: str, **fields: str | float) -> None:
    """One line. `fields` are route templates, statuses, durations, class names and request ids only."""
    structlog.get_logger("door").info(event, **fields)
