"""What the door itself refuses to the audit trail: each one recorded, a flood counted.

Nobody has proved who they are here, so what is written must stay little whatever is sent: so many records
a minute, and above that one record a minute for each kind of refusal, with how many it stands for.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Callable, Coroutine
from dataclasses import dataclass, field
from typing import Any

from broker.domain.audit import AuditContext, Refusal
from broker.domain.errors import ServiceDown
from broker.http.journal import note
from broker.ports.clock import Clock
from broker.ports.release_store import ReleaseStore

WINDOW_S = 60.0
WAITING_MAX = 300


@dataclass(frozen=True, slots=True, kw_only=True)
class TurnedAway:
    """One refusal of the door. `cause` is the refusal's class name, `interaction` empty where the request
    did not get so far.
    """

    cause: str
    request_id: str
    client_address: str = field(repr=False)
    interaction: str = ""


class DoorRecords:
    """Takes refusals without waiting, and writes them behind the request."""

    def __init__(
        self,
        store: ReleaseStore,
        clock: Clock,
        finish_later: Callable[[Coroutine[Any, Any, None]], object],
        *,
        per_minute_max: int,
    ) -> None:
        """`finish_later` runs what it is given to its end, also when the broker stops."""
        self._store, self._clock, self._finish_later = store, clock, finish_later
        self._per_minute_max = per_minute_max
        self._taken = 0
        self._waiting = 0
        self._uncounted: Counter[str] = Counter()
        self._window: asyncio.TimerHandle | None = None

    def __call__(self, turned: TurnedAway) -> None:
        """Record it, or count it where this minute has had its records."""
        if self._window is None:
            self._window = asyncio.get_running_loop().call_later(WINDOW_S, self.close_window)
        if self._taken >= self._per_minute_max:
            self._uncounted[turned.cause] += 1
            return
        self._taken += 1
        self._write(turned, times=1)

    def close_window(self) -> None:
        """Write what was only counted and begin anew. Also for the end of the broker."""
        if self._window is not None:
            self._window.cancel()
        self._window, self._taken = None, 0
        counted, self._uncounted = self._uncounted, Counter()
        for cause, times in counted.items():
            self._write(TurnedAway(cause=cause, request_id="", client_address=""), times=times)

    def _write(self, turned: TurnedAway, *, times: int) -> None:
        """A store that does not answer is not queued for without end: what it misses is in the log."""
        if self._waiting >= WAITING_MAX:
            return
        self._waiting += 1
        self._finish_later(self._written(turned, times))

    async def _written(self, turned: TurnedAway, times: int) -> None:
        context = AuditContext(
            request_id=turned.request_id,
            requester=None,
            interaction=turned.interaction,
            client_address=turned.client_address,
        )
        try:
            refusal = Refusal(context=context, at=self._clock.now(), cause=turned.cause, times=times)
            await self._store.record_refusal(refusal)
        except ServiceDown as down:
            note("store-failed", service=down.service)
        finally:
            self._waiting -= 1
