"""The whole road of a line set up at once: context, time, gate, level, JSON, standard output."""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import BinaryIO

import structlog
from structlog.typing import WrappedLogger

from broker.logs.capture import capture_errors, capture_libraries
from broker.logs.gate import LevelFilter, as_json, gate


def configure(stream: BinaryIO | None = None, *, level: str = "info") -> None:
    """Call once, before anything else logs. `stream` is standard output unless given; `level` is the
    least that is written. Replaces every handler, excepthook and warning printer of the process.
    """
    _configure_lines(structlog.BytesLoggerFactory(stream), level)
    capture_libraries()
    capture_errors()


def quieten() -> None:
    """For a command that says itself what went wrong: only critical lines, on standard error.

    Unlike `configure` it leaves the process's own handlers and hooks as they are. Without either, lines
    would not pass the gate.
    """
    _configure_lines(lambda *_: structlog.BytesLogger(sys.stderr.buffer), "critical")


def _configure_lines(factory: Callable[..., WrappedLogger], level: str) -> None:
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            gate,
            LevelFilter(level),
            as_json,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(0),
        context_class=dict,
        logger_factory=factory,
        cache_logger_on_first_use=False,
    )
