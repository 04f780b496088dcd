"""The whole road of a line set up at once: context, time, gate, level, JSON, standard output."""

from __future__ import annotations

from typing import BinaryIO

import structlog

from broker.logs.capture import capture_errors, capture_libraries
from broker.logs.gate import LevelFilter, as_json, gate


def configure(stream: BinaryIO | None = None, *, level: str = "info") -> None:
    """Call once, before anything else logs. `stream` is standard output unless given; `level` is the
    least that is written. Replaces every handler, excepthook and warning printer of the process.
    """
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
        logger_factory=structlog.BytesLoggerFactory(stream),
        cache_logger_on_first_use=False,
    )
    capture_libraries()
    capture_errors()
