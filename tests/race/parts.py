"""A stream as it was heard to its parts: what went out under each of its releases."""

from __future__ import annotations

import dataclasses

from tests.race.asking import Heard
from tests.support.event_streams import events_in

# The last event of a part; the first part is the person.
_ENDS = frozenset({"person", "partner", "ledger"})


def parts_of(heard: Heard, releases: int) -> list[Heard]:
    """As if each release had been an answer of its own; of a later one maybe nothing went out.

    Any other answer has one part.
    """
    if heard.kind != "stream":
        return [heard]
    bodies, waiting = [], b""
    for event in events_in(heard.body):
        waiting += event.text.encode()
        if event.name in _ENDS:
            bodies.append(waiting)
            waiting = b""
    bodies.append(waiting)
    bodies += [b""] * (releases - len(bodies))
    moments = heard.way.released
    moments = moments + moments[-1:] * (len(bodies) - len(moments))
    return [
        dataclasses.replace(heard, body=body, way=dataclasses.replace(heard.way, submitted=[moment]))
        for body, moment in zip(bodies, moments, strict=True)
    ]


def is_whole(heard: Heard) -> bool:
    """Its last event is a ledger."""
    return events_in(heard.body)[-1].name == "ledger"
