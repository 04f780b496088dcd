"""One read of an issuer's key set over HTTP: bounded, pinned to its URL, nothing followed or kept."""

from __future__ import annotations

import re
import ssl
from dataclasses import dataclass, field
from http import HTTPStatus

import aiohttp

from broker.adapters.tokens.key_reading import KeySetFault, VerifyingKey, read_key_set
from broker.adapters.tokens.trust import Issuer
from broker.domain.limits import BrokerLimits

FETCH_S = 3.0
CHUNK_BYTES = 8 * 1024
MAX_AGE_DEFAULT_S = 300.0

_MAX_AGE = re.compile(r"(?:^|[,\s])max-age=\"?([0-9]{1,9})\b", re.ASCII | re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class FetchedKeys:
    """Keys by id, and for how long the issuer says that they hold."""

    keys: dict[str, VerifyingKey] = field(repr=False)
    max_age_s: float


class KeyFetcher:
    """Reads key sets. One session for all issuers: no cookies, no proxies from the environment."""

    def __init__(self, limits: BrokerLimits) -> None:
        self._limits = limits
        self._session: aiohttp.ClientSession | None = None

    async def fetch(self, issuer: Issuer) -> FetchedKeys:
        """Raises KeySetFault for an answer, aiohttp.ClientError or TimeoutError for a connection."""
        session = self._open_session()
        tls = ssl.create_default_context(cafile=issuer.authority) if issuer.authority else True
        async with session.get(issuer.key_set, allow_redirects=False, ssl=tls) as answer:
            if answer.status != HTTPStatus.OK:
                raise KeySetFault("status")
            # A compressed body is refused, so that the bytes counted are the bytes read.
            if answer.headers.get("Content-Encoding", "identity") != "identity":
                raise KeySetFault("encoding")
            raw = await self._body(answer)
            max_age_s = _max_age_s(answer.headers.get("Cache-Control", ""))
        keys = read_key_set(raw, keys_max=self._limits.key_set_keys_max, development=issuer.development)
        return FetchedKeys(keys, max_age_s)

    def _open_session(self) -> aiohttp.ClientSession:
        if self._session is None:
            self._session = aiohttp.ClientSession(
                timeout=aiohttp.ClientTimeout(total=FETCH_S),
                cookie_jar=aiohttp.DummyCookieJar(),
                headers={"Accept": "application/json", "Accept-Encoding": "identity"},
                auto_decompress=False,
                trust_env=False,
            )
        return self._session

    async def _body(self, answer: aiohttp.ClientResponse) -> bytes:
        body = bytearray()
        async for chunk in answer.content.iter_chunked(CHUNK_BYTES):
            body += chunk
            if len(body) > self._limits.key_set_bytes_max:
                raise KeySetFault("too-long")
        return bytes(body)

    async def aclose(self) -> None:
        """Close every connection."""
        if self._session is not None:
            await self._session.close()
            self._session = None


def _max_age_s(cache_control: str) -> float:
    if "no-store" in cache_control.lower() or "no-cache" in cache_control.lower():
        return 0.0
    found = _MAX_AGE.search(cache_control)
    return float(found.group(1)) if found else MAX_AGE_DEFAULT_S
