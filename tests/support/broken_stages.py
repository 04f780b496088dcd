"""Our own stages with a bug that one partner's answer brings out."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any


def broken_at_beech(stage: Callable[..., Any]) -> Callable[..., Any]:
    """The stage, which a bug stops at one partner."""

    def run(partner_id: str, *given: Any, **more: Any) -> Iterator[None]:
        yield
        if partner_id == "beech":
            raise LookupError
        return (yield from stage(partner_id, *given, **more))

    return run
