"""Every other way to a log or a terminal, led to the gate: the standard library's logging, warnings,
errors that nobody caught in the process, a thread, a finaliser or the loop.
"""

from __future__ import annotations

import asyncio
import logging
import sys
import threading
from types import TracebackType
from typing import Any

import structlog

OTHER = "other"
_LEVEL_WORDS = {10: "debug", 20: "info", 30: "warning", 40: "error", 50: "critical"}
_LEVEL_STEP = 10


class LibraryHandler(logging.Handler):
    """A record of any library as the one event `library`: who and how grave, never what."""

    def emit(self, record: logging.LogRecord) -> None:
        """The message is not even formatted: formatting could raise with it."""
        fields: dict[str, Any] = {
            "logger": _library(record.name),
            "library_level": _level_word(record.levelno),
        }
        if record.exc_info and record.exc_info[1] is not None:
            fields["exc_info"] = record.exc_info[1]
        structlog.get_logger().warning("library", **fields)


def _library(name: str) -> str:
    """The package behind a logger. A logger's name can be made of anything, a module's cannot."""
    top = name.partition(".")[0]
    if top == "py":
        return "py.warnings" if name == "py.warnings" else OTHER
    return top if top in sys.modules and not top.startswith("__") else OTHER


def _level_word(level: int) -> str:
    """The named level at or below this number."""
    return _LEVEL_WORDS[min(max(level // _LEVEL_STEP * _LEVEL_STEP, 10), 50)]


def capture_libraries(level: int = logging.WARNING) -> None:
    """Only our handler remains, on the root and as the last resort; every logger leads to it."""
    handler = LibraryHandler()
    logging.raiseExceptions = False
    logging.lastResort = handler
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level)
    for name in list(logging.root.manager.loggerDict):
        logger = logging.getLogger(name)
        logger.handlers.clear()
        logger.propagate = True
        logger.setLevel(logging.NOTSET)
    logging.captureWarnings(capture=True)


def capture_errors() -> None:
    """Python's own last words, which would print the message and the source."""
    sys.excepthook = _uncaught
    sys.unraisablehook = _unraisable
    threading.excepthook = _in_thread


def _uncaught(_kind: type[BaseException], error: BaseException, _trace: TracebackType | None) -> None:
    if isinstance(error, KeyboardInterrupt):
        return
    _write(error)


def _unraisable(unraisable: Any) -> None:
    """The object whose finaliser failed has a repr, so it is not looked at."""
    _write(unraisable.exc_value)


def _in_thread(arguments: threading.ExceptHookArgs) -> None:
    if arguments.exc_type is not SystemExit:
        _write(arguments.exc_value)


def _write(error: BaseException | None) -> None:
    structlog.get_logger().critical("unhandled-error", exc_info=error)


def follow_loop(loop: asyncio.AbstractEventLoop) -> None:
    """Errors that nobody awaited: the context that asyncio would print holds reprs of tasks and values."""
    loop.set_debug(enabled=False)
    loop.set_exception_handler(_in_loop)


def _in_loop(_loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
    error = context.get("exception")
    _write(error if isinstance(error, BaseException) else None)
