"""The catalogue as the reference page `docs/reference/log-events.md`."""

from __future__ import annotations

import sys

from broker.logs.catalogue import EVENTS, FIELDS

_HEAD = """\
# Log events

Made from the catalogue by `python -m broker.logs.reference > docs/reference/log-events.md`.

The broker writes one JSON object a line to standard output. Every line has `at` (UTC), `level` and
`event`, and any of the fields below. Nothing else can be written: an unknown event becomes
`event-dropped`, an unknown field or a value of another kind is left out and counted in `dropped`. An
error is its class (`error`), the class that it came from (`because`) and the places in our own files
(`frames`), never its message. A line of a library becomes `library`, with the library's name and level
and nothing that it said. So no line holds a person's number or name, a token, a URL or a partner's words.
"""


def page() -> str:
    """The whole page, Markdown."""
    events = [f"| `{event.name}` | {event.level} | {event.sentence} |" for event in EVENTS.values()]
    fields = [f"| `{name}` | {kind.described} |" for name, kind in FIELDS.items()]
    return "\n".join(
        [
            _HEAD,
            "## Events",
            "",
            "| event | level | what it tells |",
            "| --- | --- | --- |",
            *events,
            "",
            "## Fields",
            "",
            "| field | holds |",
            "| --- | --- |",
            *fields,
            "",
        ]
    )


if __name__ == "__main__":
    sys.stdout.write(page())
