"""The door's log lines: events and fields of the catalogue in `broker.logs`, and nothing of a request."""

from __future__ import annotations

import structlog

_REFUSED_FROM, _FAILED_FROM, LEFT = 400, 500, 499
_log = structlog.get_logger(__name__)


def note(event: str, **fields: object) -> None:
    """One line. Fields are closed words, figures, class names, our own places and request ids."""
    _log.info(event, **fields)


def event_for(status: int) -> str:
    """The catalogue's event for a request that ended with `status`; LEFT is a client that did not wait."""
    if status == LEFT:
        return "client-left"
    if status < _REFUSED_FROM:
        return "request-answered"
    return "request-failed" if status >= _FAILED_FROM else "request-refused"
