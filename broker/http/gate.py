"""How many questions are under way: none is started over the limit, and a stop waits for the rest."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager

from broker.http.refusals import Busy


class Gate:
    """Counts questions from their first work to their response. Not for use across threads."""

    def __init__(self, at_once_max: int) -> None:
        self._at_once_max = at_once_max
        self._empty = asyncio.Event()
        self._empty.set()
        self.under_way = 0
        self.shed = 0

    @contextmanager
    def place(self) -> Iterator[None]:
        """A place for the length of one question. Raises Busy, before any work, when all are taken."""
        if self.under_way >= self._at_once_max:
            self.shed += 1
            raise Busy
        self.under_way += 1
        self._empty.clear()
        try:
            yield
        finally:
            self.under_way -= 1
            if not self.under_way:
                self._empty.set()

    async def emptied(self) -> None:
        """Returns when nothing is under way."""
        await self._empty.wait()
