"""A pointer's `ssp://` address into the provider's own, as the Spine Secure Proxy is to be given it.

Pointers write it in several ways: behind the proxy's name, escaped or plain, or with `ssp` in the place of
`https`. Whichever proxy a pointer names, the registered one is called: only the provider's address counts.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

_HOST = r"[A-Za-z0-9][A-Za-z0-9.\-]{0,252}(?::[0-9]{1,5})?"
_SEGMENT = r"(?!\.{1,2}(?:/|\Z))[A-Za-z0-9\-._~!$&'()*+,;=:@]+"
_SSP = re.compile(
    rf"(?i:ssp)://(?:(?:{_HOST}/)?(?:https:/(?P<plain>/[!-~]+)|https(?i:%3A%2F)(?P<escaped>(?i:%2F)[!-~]+))"
    r"|(?P<own>[!-~]+))",
    re.ASCII,
)
_NOT_PLAIN = re.compile(r"[^A-Za-z0-9\-._~]", re.ASCII)
_ESCAPE = re.compile(r"%([0-9A-Fa-f]{2})", re.ASCII)
_ADDRESS = re.compile(rf"(?P<origin>https://{_HOST})(?:/{_SEGMENT})*", re.ASCII)


@dataclass(frozen=True, slots=True)
class Provider:
    """Where a provider has a document."""

    origin: str
    address: str = field(repr=False)

    @property
    def escaped(self) -> str:
        """The whole address as one segment of a path."""
        return _NOT_PLAIN.sub(lambda sign: f"%{ord(sign[0]):02X}", self.address)


def is_through_the_proxy(url: str) -> bool:
    """True for an address that only the Spine Secure Proxy may call."""
    return url[:6].lower() == "ssp://"


def provider_of(url: str) -> Provider | None:
    """The provider's address; None for one that is not https, host, port and plain segments alone."""
    named = _SSP.fullmatch(url)
    if named is None:
        return None
    if named["plain"] is not None:
        address = f"https:/{named['plain']}"
    elif named["escaped"] is not None:
        address = f"https:/{_ESCAPE.sub(lambda found: chr(int(found[1], 16)), named['escaped'])}"
    else:
        address = f"https://{named['own']}"
    found = _ADDRESS.fullmatch(address)
    return None if found is None else Provider(found["origin"], address)
