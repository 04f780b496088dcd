"""Addresses that people write into files, checked: an https root, or loopback in the demonstration."""

from __future__ import annotations

from urllib.parse import SplitResult, urlsplit

from broker.domain.loopback import is_loopback
from broker.files import Section

DEMONSTRATION = "demonstration"
PRODUCTION = "production"


def read_root(section: Section, name: str, environment: str) -> str:
    """An http(s) address without credentials, query or fragment, its trailing slash cut.

    Raises FileFault. Production takes https alone; the demonstration takes loopback alone, so that no
    made-up person is ever asked for at a real service.
    """
    written = section.text(name)
    parts = _parts(section, name, written)
    if parts.username or parts.password or parts.query or parts.fragment or "?" in written or "#" in written:
        remedy = "Write scheme, host, port and path alone; credentials go by reference."
        raise section.fault(f"`{name}` holds more than an address.", remedy, at=name)
    loopback = is_loopback(parts.hostname or "")
    if environment == DEMONSTRATION and not loopback:
        raise section.fault(f"`{name}` must be a loopback address in the demonstration.", at=name)
    if environment != DEMONSTRATION and parts.scheme != "https":
        raise section.fault(f"`{name}` must start with `https://`.", at=name)
    return written.rstrip("/")


def _parts(section: Section, name: str, written: str) -> SplitResult:
    try:
        parts = urlsplit(written)
        sound = parts.scheme in {"http", "https"} and bool(parts.hostname) and parts.port != 0
    except ValueError:
        sound = False
    if not sound or any(sign.isspace() for sign in written):
        raise section.fault(
            f"`{name}` is not a web address.", "Write it like `https://ehr.example/fhir`.", at=name
        )
    return parts
