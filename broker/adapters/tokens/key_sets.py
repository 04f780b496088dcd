"""Issuers' keys, kept fresh without ever holding a request longer than one fetch.

An issuer whose endpoint fails keeps its last keys for up to an hour; a caller who invents key ids causes
at most one fetch in 30 seconds for each issuer, failures counted (CVE-2026-48524).
"""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from collections.abc import Iterable
from dataclasses import dataclass, field

import aiohttp
import structlog

from broker.adapters.tokens.checks import KeyUnknown
from broker.adapters.tokens.key_fetch import FetchedKeys, KeyFetcher
from broker.adapters.tokens.key_reading import KeySetFault, VerifyingKey
from broker.adapters.tokens.trust import Issuer
from broker.domain.errors import ServiceDown
from broker.domain.limits import BrokerLimits
from broker.ports.clock import Clock

REFRESH_SHARE = 0.8
REFRESH_S_MIN = 60.0
REFRESH_S_MAX = 900.0
UNKNOWN_KEY_IDS_MAX = 1_024
UNKNOWN_KEY_ID_S = 300.0

_log = structlog.get_logger(__name__)
_FETCH_FAULTS = (KeySetFault, aiohttp.ClientError, TimeoutError, OSError)


@dataclass(slots=True)
class _Held:
    """What is known of one issuer's keys. Times are monotonic seconds; `place` counts in the trust file."""

    issuer: Issuer
    place: int
    keys: dict[str, VerifyingKey] = field(default_factory=dict, repr=False)
    due_at_s: float = 0.0
    aged_at_s: float = 0.0
    dead_at_s: float = 0.0
    attempted_at_s: float | None = None
    fetching: asyncio.Task[None] | None = None
    failing: bool = False
    # Key ids that were looked for and not found, with the time; the oldest falls out first.
    unknown: OrderedDict[str, float] = field(default_factory=OrderedDict, repr=False)


class KeySets:
    """The keys of every trusted issuer. `aclose` ends fetches under way and closes connections."""

    def __init__(self, issuers: Iterable[Issuer], clock: Clock, limits: BrokerLimits | None = None) -> None:
        self._limits = limits or BrokerLimits()
        self._clock = clock
        self._fetcher = KeyFetcher(self._limits)
        self._held = {one.issuer: _Held(one, place) for place, one in enumerate(issuers, start=1)}
        self.fetches = 0
        self.faults = 0

    def held(self, issuer_name: str, key_id: str) -> VerifyingKey | None:
        """The key without waiting, or None when `key` must be asked. Starts a refresh that is due."""
        held = self._held[issuer_name]
        now_s = self._clock.monotonic_s()
        if not held.keys or now_s >= held.aged_at_s:
            return None
        if now_s >= held.due_at_s and self._may_fetch(held, now_s):
            self._start(held, now_s)
        return held.keys.get(key_id)

    async def key(self, issuer_name: str, key_id: str) -> VerifyingKey:
        """The issuer's key of this id. Raises KeyUnknown, or ServiceDown("token-keys") when the issuer's
        keys were never obtained or are over an hour stale.
        """
        found = self.held(issuer_name, key_id)
        if found is not None:
            return found
        held = self._held[issuer_name]
        await self._refresh_if_useful(held, key_id)
        now_s = self._clock.monotonic_s()
        if not held.keys or now_s >= held.dead_at_s:
            raise ServiceDown("token-keys")
        if key_id not in held.keys:
            self._remember_unknown(held, key_id, now_s)
            raise KeyUnknown
        return held.keys[key_id]

    async def prefetch(self) -> bool:
        """Ask every issuer now, at once. True when all keys are held; a failure is asked again later."""
        now_s = self._clock.monotonic_s()
        for held in self._held.values():
            if self._may_fetch(held, now_s):
                self._start(held, now_s)
        await asyncio.gather(*(held.fetching for held in self._held.values() if held.fetching))
        return all(held.keys for held in self._held.values())

    async def _refresh_if_useful(self, held: _Held, key_id: str) -> None:
        """Join a fetch under way or start one, unless it is too soon or the key id is known to be none."""
        now_s = self._clock.monotonic_s()
        usable = bool(held.keys) and now_s < held.aged_at_s
        if usable and now_s - held.unknown.get(key_id, -UNKNOWN_KEY_ID_S) < UNKNOWN_KEY_ID_S:
            return
        if held.fetching is None and self._may_fetch(held, now_s):
            self._start(held, now_s)
        if held.failing and key_id in held.keys and now_s < held.dead_at_s:
            return  # an endpoint that hangs costs the first caller a wait, not everyone
        if held.fetching is not None:
            # Shielded: one caller who leaves must not take the others' keys along.
            await asyncio.shield(held.fetching)

    def _may_fetch(self, held: _Held, now_s: float) -> bool:
        pause_s = self._limits.key_set_refresh_s_min
        rested = held.attempted_at_s is None or now_s - held.attempted_at_s >= pause_s
        return held.fetching is None and rested

    def _start(self, held: _Held, now_s: float) -> None:
        held.attempted_at_s = now_s
        self.fetches += 1
        held.fetching = asyncio.get_running_loop().create_task(self._fetch(held))

    async def _fetch(self, held: _Held) -> None:
        try:
            fetched = await self._fetcher.fetch(held.issuer)
        except _FETCH_FAULTS as fault:
            # As seldom as fetches are: an issuer is asked at most once in `key_set_refresh_s_min`.
            _log.warning("token-keys-failed", issuer_place=held.place, error=type(fault).__name__)
            self.faults += 1
            held.failing = True
        else:
            held.failing = False
            self._take(held, fetched)
        finally:
            held.fetching = None

    def _take(self, held: _Held, fetched: FetchedKeys) -> None:
        """Unchanged keys stay the same objects, by which a verified token knows that its key still holds."""
        now_s = self._clock.monotonic_s()
        kept = {name: held.keys.get(name) for name in fetched.keys}
        held.keys = {
            name: old if (old := kept[name]) is not None and old == key else key
            for name, key in fetched.keys.items()
        }
        refresh_s = min(max(REFRESH_SHARE * fetched.max_age_s, REFRESH_S_MIN), REFRESH_S_MAX)
        held.due_at_s = now_s + refresh_s
        held.aged_at_s = now_s + refresh_s / REFRESH_SHARE
        held.dead_at_s = held.aged_at_s + self._limits.key_set_stale_s_max
        for name in held.keys:
            held.unknown.pop(name, None)

    def _remember_unknown(self, held: _Held, key_id: str, now_s: float) -> None:
        held.unknown.setdefault(key_id, now_s)
        if now_s - held.unknown[key_id] >= UNKNOWN_KEY_ID_S:
            held.unknown[key_id] = now_s
        while len(held.unknown) > UNKNOWN_KEY_IDS_MAX:
            held.unknown.popitem(last=False)

    async def aclose(self) -> None:
        """End what is under way, then close the connections."""
        under_way = [held.fetching for held in self._held.values() if held.fetching is not None]
        for task in under_way:
            task.cancel()
        await asyncio.gather(*under_way, return_exceptions=True)
        await self._fetcher.aclose()
