"""The one gate that every line passes: known event, known fields, right kinds, or it is not printed."""

from __future__ import annotations

import sys
import threading
from collections import Counter
from collections.abc import Mapping, MutableMapping
from typing import Any

import orjson
import structlog

from broker.logs.catalogue import EVENTS, FIELDS, LEVELS
from broker.logs.errors import described

_counts: Counter[str] = Counter()
_counting = threading.Lock()


def dropped() -> Mapping[str, int]:
    """What the gate refused since start: `events`, `fields` and `values`. For metrics."""
    with _counting:
        return dict(_counts)


def _count(what: str, number: int = 1) -> None:
    with _counting:
        _counts[what] += number


def gate(_logger: Any, _method: str, line: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """A structlog processor: the line that may be written, and nothing else of what came in."""
    name = line.pop("event", None)
    at = line.pop("timestamp", None)
    _take_exception(line)
    known = EVENTS.get(name) if isinstance(name, str) else None
    if known is None:
        _count("events")
        known, line = EVENTS["event-dropped"], _error_alone(line)
    passed, refused = _passed(line)
    if refused:
        passed["dropped"] = refused
    return {"at": at, "level": known.level, "event": known.name, **passed}


def _take_exception(line: MutableMapping[str, Any]) -> None:
    """`exc_info` in every form that structlog knows, to class and places."""
    info = line.pop("exc_info", None)
    line.pop("stack_info", None)
    if info is True:
        info = sys.exc_info()
    error = info[1] if isinstance(info, tuple) and len(info) > 1 else info
    if isinstance(error, BaseException):
        line.update(described(error))


def _error_alone(line: MutableMapping[str, Any]) -> dict[str, Any]:
    """Of an unknown event only the error is kept, which this gate wrote itself."""
    return {name: line[name] for name in ("error", "because", "frames", "request_id") if name in line}


def _passed(line: Mapping[str, Any]) -> tuple[dict[str, Any], int]:
    passed: dict[str, Any] = {}
    for name, value in line.items():
        kind = FIELDS.get(name)
        if kind is None:
            _count("fields")
        elif not kind.accepts(value):
            _count("values")
        else:
            passed[name] = value
    return passed, min(len(line) - len(passed), 999)


class LevelFilter:
    """Drops lines below a level, judged by the event's own level."""

    def __init__(self, level: str) -> None:
        self._least = LEVELS.index(level)

    def __call__(
        self, _logger: Any, _method: str, line: MutableMapping[str, Any]
    ) -> MutableMapping[str, Any]:
        """A structlog processor; runs behind the gate."""
        if LEVELS.index(line["level"]) < self._least:
            raise structlog.DropEvent
        return line


def as_json(_logger: Any, _method: str, line: MutableMapping[str, Any]) -> bytes:
    """One line of JSON."""
    return orjson.dumps({name: _plain(value) for name, value in line.items()})


def _plain(value: Any) -> Any:
    """The value behind a subclass (a word of an enumeration), whatever its own `__str__` says."""
    if isinstance(value, str):
        return str.__str__(value)
    return float(value) if isinstance(value, float) else value
