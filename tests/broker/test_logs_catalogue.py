"""The catalogue, its page, and the lines that the broker writes agree."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

from broker.logs.catalogue import EVENTS, FIELDS, LEVELS
from broker.logs.reference import page
from tests.support.real_data import PROJECT

METHODS = {"debug", "info", "warning", "error", "critical", "exception"}


def test_the_reference_page_is_the_catalogue() -> None:
    """Made by `python -m broker.logs.reference > docs/reference/log-events.md`."""
    assert (PROJECT / "docs" / "reference" / "log-events.md").read_text() == page()


def test_every_event_says_what_it_tells() -> None:
    """A name of lower-case words, a known level, a whole sentence."""
    for name, event in EVENTS.items():
        assert name.replace("-", "").isalpha()
        assert name == name.lower()
        assert event.level in LEVELS
        assert event.sentence.endswith(".")
    assert all(kind.described for kind in FIELDS.values())


def _calls(path: Path) -> Iterator[tuple[int, ast.Call]]:
    """Calls of structlog's methods, and of `note`, in one file."""
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Call) and _writes_a_line(node.func):
            yield node.lineno, node


def _writes_a_line(called: ast.expr) -> bool:
    if isinstance(called, ast.Name):
        return called.id == "note"
    return isinstance(called, ast.Attribute) and called.attr in METHODS and _is_log(called.value)


def _is_log(value: ast.expr) -> bool:
    if isinstance(value, ast.Call):
        return ast.unparse(value.func).endswith("get_logger")
    return isinstance(value, ast.Name) and value.id in {"log", "_log"}


def _words(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield node.value


def test_every_event_is_written_by_somebody() -> None:
    """A line that an operator is told to expect, and that nobody writes, would be waited for in vain."""
    own = PROJECT / "broker" / "logs"
    files = [path for path in (PROJECT / "broker").rglob("*.py") if path.name != "catalogue.py"]
    said = {word for path in files for word in _words(path)}
    assert own / "gate.py" in files
    assert set(EVENTS) - said == set()


def test_every_line_that_the_broker_writes_is_known() -> None:
    """An event or field that the gate would drop is found here, with its place."""
    unknown, seen = [], 0
    for path in sorted((PROJECT / "broker").rglob("*.py")):
        for line, call in _calls(path):
            seen += 1
            name = call.args[0].value if call.args and isinstance(call.args[0], ast.Constant) else None
            fields = [word.arg for word in call.keywords if word.arg]
            strange = [field for field in fields if field not in FIELDS and field != "exc_info"]
            if strange or (isinstance(name, str) and name not in EVENTS):
                unknown.append(f"{path.relative_to(PROJECT)}:{line}: {name} {strange}")
    assert unknown == []
    assert seen > 3
