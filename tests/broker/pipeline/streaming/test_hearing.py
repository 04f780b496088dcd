"""A gathering that nobody listens to any more is over, also where it has not begun."""

from __future__ import annotations

import gc
import warnings
from typing import Any

from broker.pipeline.streaming.hearing import Hearing


async def test_a_gathering_that_is_stopped_before_its_first_step_asks_nobody() -> None:
    """Whatever narrows a stream at once leaves nothing behind, nor a word about it."""
    asked = []

    async def gather() -> Any:
        asked.append("alder")

    hearing = Hearing()
    with warnings.catch_warnings(record=True) as said:
        warnings.simplefilter("always")
        hearing.begin(gather)
        await hearing.stop()
        del hearing
        gc.collect()
    assert (asked, said) == ([], [])
