"""The translators of the connectors, as the judge is handed them: bytes in, R4 with its source out."""

from __future__ import annotations

from collections.abc import Iterator

from connectors.stu3 import translate
from tests.fidelity.reading import Source, exact
from tests.fidelity.records import Output

UNREADABLE = "not-readable"


def from_stu3(source: Source) -> Iterator[Output]:
    """The STU3 translator run to its end. A Bundle's full URL goes with its resource, as in the connector."""
    running = translate(source.resources)
    translation = None
    while translation is None:
        try:
            next(running)
        except StopIteration as ended:
            translation = ended.value
    seen: set[int] = set()
    for item in translation.items:
        full_url = item.entry.full_url or (None if item.source in seen else source.full_urls[item.source])
        seen.add(item.source)
        reason = str(item.reason) if item.reason else None if item.entry.readable else UNREADABLE
        tree = exact(item.entry.raw) if item.entry.readable else {}
        yield Output(item.source, tree, reason, full_url)
