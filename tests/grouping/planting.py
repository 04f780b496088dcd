"""Merges with a fault, to see whether the judge finds it."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Generator
from typing import Any

from broker.domain.view import Contradiction, Group, View
from broker.pipeline.merging import merge
from tests.grouping.playing import Merge


def _changed(change: Callable[[View], View]) -> Merge:
    def planted(items: Any, outcomes: Any, ground: Any) -> Generator[None, None, View]:
        return change((yield from merge(items, outcomes, ground)))

    return planted


def _everything(view: View) -> tuple[int, ...]:
    return tuple(range(len(view.items)))


def _in_one_group(view: View) -> View:
    return dataclasses.replace(view, groups=(Group(_everything(view), "same-content"),))


def _in_no_group(view: View) -> View:
    return dataclasses.replace(view, groups=())


def _silent(view: View) -> View:
    return dataclasses.replace(view, contradictions=())


def _alarmed(view: View) -> View:
    said = tuple(Contradiction(_everything(view), why) for why in ("status-differs", "value-differs"))
    return dataclasses.replace(view, contradictions=said)


groups_everything = _changed(_in_one_group)
groups_nothing = _changed(_in_no_group)
says_nothing = _changed(_silent)
says_everything = _changed(_alarmed)
