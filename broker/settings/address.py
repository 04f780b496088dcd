"""Addresses that people write into files, checked: an https root, or loopback in the demonstration."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from urllib.parse import SplitResult, urlsplit

from broker.domain.loopback import is_loopback
from broker.files import Section

WEB_SCHEMES: Mapping[str, bool] = MappingProxyType({"http": False, "https": True})
# What a partner may be spoken to in; True where it is encrypted. MLLP carries HL7 v2.
ENDPOINT_SCHEMES: Mapping[str, bool] = MappingProxyType({**WEB_SCHEMES, "mllp": False, "mllps": True})
DEMONSTRATION = "demonstration"
PRODUCTION = "production"


def read_root(
    section: Section, name: str, environment: str, *, schemes: Mapping[str, bool] = WEB_SCHEMES
) -> str:
    """An address of one of `schemes` without credentials, query or fragment, its trailing slash cut.

    Raises FileFault. Production takes encrypted ones alone; the demonstration takes loopback alone, so
    that no made-up person is ever asked for at a real service.
    """
    written = section.text(name)
    parts = _parts(section, name, written, schemes)
    if parts.username or parts.password or parts.query or parts.fragment or "?" in written or "#" in written:
        remedy = "Write scheme, host, port and path alone; credentials go by reference."
        raise section.fault(f"`{name}` holds more than an address.", remedy, at=name)
    loopback = is_loopback(parts.hostname or "")
    if environment == DEMONSTRATION and not loopback:
        raise section.fault(f"`{name}` must be a loopback address in the demonstration.", at=name)
    if environment != DEMONSTRATION and not schemes[parts.scheme]:
        encrypted = " or ".join(f"`{scheme}://`" for scheme, safe in schemes.items() if safe)
        raise section.fault(f"`{name}` must start with {encrypted}.", at=name)
    return written.rstrip("/")


def _parts(section: Section, name: str, written: str, schemes: Mapping[str, bool]) -> SplitResult:
    try:
        parts = urlsplit(written)
        sound = parts.scheme in schemes and bool(parts.hostname) and parts.port != 0
    except ValueError:
        sound = False
    if not sound or any(sign.isspace() for sign in written):
        raise section.fault(
            f"`{name}` is not a web address.", "Write it like `https://ehr.example/fhir`.", at=name
        )
    return parts
