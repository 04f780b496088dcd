"""Policies with an error planted in the rule objects that a decision reads."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, NoReturn

from broker.domain.policy import PolicySet


class PlantedError(Exception):
    """What a broken rule raises."""


class Broken:
    """A rule object of which nothing can be read."""

    def __getattr__(self, name: str) -> NoReturn:
        raise PlantedError(name)

    def __contains__(self, item: object) -> NoReturn:
        raise PlantedError

    def __getitem__(self, item: object) -> NoReturn:
        raise PlantedError


BROKEN: Any = Broken()


def with_broken(policies: PolicySet, *parts: str) -> PolicySet:
    """`policies` of which these parts raise when they are read."""
    return replace(policies, **dict.fromkeys(parts, BROKEN))
