"""The logs of this process, written to memory for as long as a block runs."""

from __future__ import annotations

import io
import logging
import sys
import threading
import warnings
from collections.abc import Iterator
from contextlib import contextmanager

import structlog

from broker import logs


@contextmanager
def logs_in_memory(level: str) -> Iterator[io.BytesIO]:
    """Everything that setting the logs up replaced is put back."""
    root, last = logging.getLogger(), logging.lastResort
    before = (root.handlers[:], root.level, sys.excepthook, sys.unraisablehook, threading.excepthook)
    show = warnings.showwarning
    stream = io.BytesIO()
    logs.configure(stream, level=level)
    try:
        yield stream
    finally:
        logging.captureWarnings(capture=False)
        warnings.showwarning = show
        logging.lastResort, logging.raiseExceptions = last, True
        root.handlers[:], root_level, sys.excepthook, sys.unraisablehook, threading.excepthook = before
        root.setLevel(root_level)
        structlog.reset_defaults()
