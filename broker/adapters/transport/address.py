"""A request, its registered endpoint and the manifest's reads into the one URL that may be called.

Host and base path are fixed by the registration. A path must match a read of the manifest; a partner's
own `next` link is resolved against the endpoint and must stay on its origin, under its path, and match a
read as well. `{base}` in a read is the endpoint itself (HAPI pages that way), `{provider}` a web address
that the endpoint, a proxy, is to call: it stands in the path as it is, its two slashes with it.
`{encoded_provider}` is a whole one as a single segment, each of its own signs escaped: https alone.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from urllib.parse import quote, urljoin, urlsplit

from yarl import URL

from broker.domain.loopback import is_loopback
from broker.domain.outcome import Cause, OutcomeLabel
from broker.ports.connector import HttpRequest, TransportFault

# Any path character or escape, but no escaped slash, backslash, dot or control character.
_SEGMENT = (
    r"(?!\.{1,2}(?:/|\Z))(?:[A-Za-z0-9\-._~!$&'()*+,;=:@]|%(?!2[FfEe]|5[Cc]|[01]|7[Ff])[0-9A-Fa-f]{2})+"
)
# A whole web address in a path, as a proxy takes it: no port of its own tricks, no user, no query.
_PROVIDER = rf"https?://[A-Za-z0-9](?:[A-Za-z0-9.\-]{{0,252}})(?::[0-9]{{1,5}})?(?:/{_SEGMENT})*"
# The same, escaped once: a host, a port, and segments that neither climb nor hide a sign of their own.
_ESCAPED_SEGMENT = r"(?!\.{1,2}(?:%2F|\Z))(?:[A-Za-z0-9\-._~]|%(?:2[146-9A-C]|3[ABD]|40))+"
_ENCODED_PROVIDER = (
    rf"https%3A%2F%2F[A-Za-z0-9](?:[A-Za-z0-9.\-]{{0,252}})(?:%3A[0-9]{{1,5}})?(?:%2F{_ESCAPED_SEGMENT})*"
)
_PLACEHOLDERS = {
    # No id begins with the sign of an operation: a partner's own link must not have one run.
    "{id}": rf"(?!\$|%24){_SEGMENT}",
    "{type}": r"[A-Z][A-Za-z]{1,63}",
    "{provider}": _PROVIDER,
    "{encoded_provider}": _ENCODED_PROVIDER,
}
_PLAIN = re.compile(r"[A-Za-z0-9_.~\-]*", re.ASCII).fullmatch
_PRINTABLE = "".join(chr(code) for code in range(0x21, 0x7F))
_DEFAULT_PORTS = {"http": 80, "https": 443}


class Address:
    """Where one partner's calls may go."""

    def __init__(self, endpoint: str, reads: Iterable[tuple[str, str]]) -> None:
        """Raises ValueError, with the remedy, for an endpoint that cannot be called safely."""
        parts = urlsplit(endpoint)
        self.scheme, self.host = parts.scheme, parts.hostname or ""
        _check_endpoint(endpoint)
        self._endpoint = endpoint.rstrip("/")
        self._origin = _origin(endpoint)
        self._base_path = urlsplit(self._endpoint).path
        self._reads = {method: _pattern(paths) for method, paths in _by_method(reads).items()}

    def url_of(self, request: HttpRequest) -> URL:
        """The URL to call. Raises TransportFault (not-allowed-call, foreign-link); nothing was sent."""
        if request.link is not None:
            return self._linked(request)
        self._check_read(request.method, request.path)
        url = f"{self._endpoint}/{request.path}" if request.path else self._endpoint
        if request.query:
            url = f"{url}?{_encoded(request.query)}"
        return URL(url, encoded=True)

    def _linked(self, request: HttpRequest) -> URL:
        link = quote(request.link or "", safe=_PRINTABLE)
        base = self._endpoint + "/"
        if link.startswith("?") and request.path:  # the same search, another page of it
            self._check_read(request.method, request.path)
            base += request.path
        elif link.startswith("?"):
            base = self._endpoint
        target = _joined(base, link)
        # Where it leads comes first: a foreign link must not be taken for the endpoint's own root.
        if not link or _origin(target) != self._origin:
            raise TransportFault(OutcomeLabel.INVALID, Cause.FOREIGN_LINK)
        path = urlsplit(target).path
        below = path.removeprefix(self._base_path)
        ours = path == self._base_path or path.startswith(self._base_path + "/")
        if not ours or not self._allows(request.method, below.lstrip("/")):
            raise TransportFault(OutcomeLabel.INVALID, Cause.FOREIGN_LINK)
        # The registration's own spelling of the host, the partner's own spelling of the cursor.
        question, cursor = target.partition("?")[1:]
        return URL(f"{self._endpoint}{below}{question}{cursor}", encoded=True)

    def _allows(self, method: str, path: str) -> bool:
        pattern = self._reads.get(method)
        return pattern is not None and pattern.fullmatch(path) is not None

    def _check_read(self, method: str, path: str) -> None:
        if not self._allows(method, path):
            raise TransportFault(OutcomeLabel.INVALID, Cause.NOT_ALLOWED_CALL)


def _encoded(query: tuple[tuple[str, str], ...]) -> str:
    return "&".join(f"{_escaped(name)}={_escaped(value)}" for name, value in query)


def _escaped(text: str) -> str:
    """Most names and values need no escapes: looking is cheaper than quoting."""
    return text if _PLAIN(text) else quote(text, safe="")


def _check_endpoint(endpoint: str) -> None:
    parts = urlsplit(endpoint)
    if parts.scheme not in _DEFAULT_PORTS or not parts.hostname or _origin(endpoint) is None:
        raise ValueError("the endpoint must be a full address: https://, a host and a path.")
    if parts.query or parts.fragment:
        raise ValueError("the endpoint holds a query or fragment: leave only its path.")
    if parts.scheme == "http" and not is_loopback(parts.hostname):
        raise ValueError("the endpoint is not https: plain http is for loopback alone.")


def _origin(url: str) -> tuple[str, str, int] | None:
    """Scheme, host and port; None when there is no single one, or when it carries a user name."""
    try:
        parts = urlsplit(url)
        port = parts.port or _DEFAULT_PORTS[parts.scheme]
    except (ValueError, KeyError):
        return None
    if "@" in parts.netloc or "\\" in url or not parts.hostname:
        return None
    return parts.scheme, parts.hostname, port


def _joined(base: str, link: str) -> str:
    try:
        return urljoin(base, link).partition("#")[0]
    except ValueError:
        return ""


def _by_method(reads: Iterable[tuple[str, str]]) -> dict[str, list[str]]:
    by_method: dict[str, list[str]] = {}
    for method, path in reads:
        by_method.setdefault(method, []).append(path)
    return by_method


def _pattern(paths: list[str]) -> re.Pattern[str]:
    alternatives = ("" if path == "{base}" else "/".join(map(_part, path.split("/"))) for path in paths)
    return re.compile("|".join(f"(?:{alternative})" for alternative in alternatives), re.ASCII)


def _part(segment: str) -> str:
    return _PLACEHOLDERS.get(segment) or re.escape(segment)
