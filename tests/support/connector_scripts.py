"""What a connector may do, as scripts: answer well, fail, go on for ever, or not let go."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from broker.domain.outcome import OutcomeLabel
from broker.ports.connector import Ending, Page, Pause
from tests.support.network import resources
from tests.support.records import entry, item, patient

WHOLE = Page((entry(patient()), entry(item("Condition", "c1"))))


def well(_ask: object) -> Iterator[Any]:
    """One Condition and its Patient."""
    yield WHOLE
    return Ending(OutcomeLabel.COMPLETE)


def raising(error: BaseException) -> Callable[[object], Iterator[Any]]:
    """A script that gives a page and then fails."""

    def play(_ask: object) -> Iterator[Any]:
        yield WHOLE
        raise error

    return play


def yielding(*steps: object, ending: object = None) -> Callable[[object], Iterator[Any]]:
    """A script of steps that ends with `ending`."""

    def play(_ask: object) -> Iterator[Any]:
        yield from steps
        return ending or Ending(OutcomeLabel.COMPLETE)

    return play


def for_ever(step: object) -> Callable[[object], Iterator[Any]]:
    """A script that never ends."""

    def play(_ask: object) -> Iterator[Any]:
        while True:
            yield step

    return play


def stubborn(_ask: object) -> Iterator[Any]:
    """A script that will not be closed."""
    while True:
        try:
            yield Pause()
        except GeneratorExit:
            yield Pause()


def sources(record: dict[str, Any]) -> set[str]:
    """Where the Conditions came from."""
    return {one["meta"]["source"] for one in resources(record) if one["resourceType"] == "Condition"}
