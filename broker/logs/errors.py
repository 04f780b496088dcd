"""An exception as a log line may know it: its class, what it came from, and our own places. No words."""

from __future__ import annotations

from pathlib import Path
from types import TracebackType

# Both packages stand side by side: broker/logs/errors.py is two below their parent.
_ROOT = Path(__file__).resolve().parents[2]
_OURS = ("broker/", "connectors/")
FRAMES_MAX = 16


def described(error: BaseException) -> dict[str, object]:
    """`error`, `because` and `frames`. Never a message, an argument, a local or a line of source."""
    found: dict[str, object] = {"error": type(error).__name__, "frames": _places(error.__traceback__)}
    before = error.__cause__ or error.__context__
    if before is not None:
        found["because"] = type(before).__name__
    return found


def _places(traceback: TracebackType | None) -> list[str]:
    places = []
    while traceback is not None:
        place = _place(traceback.tb_frame.f_code.co_filename)
        if place:
            places.append(f"{place}:{traceback.tb_lineno}")
        traceback = traceback.tb_next
    return places[-FRAMES_MAX:]


def _place(filename: str) -> str:
    """The path below the root when the file is ours, else nothing: another's name could say anything."""
    try:
        inside = Path(filename).relative_to(_ROOT).as_posix()
    except ValueError:
        return ""
    return inside if inside.startswith(_OURS) else ""
