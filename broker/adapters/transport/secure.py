"""A registration's credentials and endpoint into a TLS context and a guard over addresses."""

from __future__ import annotations

import errno
import ipaddress
import socket
import ssl
from collections.abc import Callable
from typing import Any

from broker.domain.registration import Credentials

AddressInfo = tuple[Any, Any, int, str, tuple[Any, ...]]


def tls_context(credentials: Credentials) -> ssl.SSLContext:
    """TLS 1.2 or newer, names checked, the partner's own authority where one is registered, mutual TLS
    where a certificate is. Raises ValueError naming the file that cannot be used.
    """
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    if credentials.authority:
        _load(credentials.authority, lambda: context.load_verify_locations(credentials.authority))
    else:
        context.load_default_certs()
    if credentials.certificate:
        key = credentials.key or None
        _load(credentials.certificate, lambda: context.load_cert_chain(credentials.certificate, key))
    return context


def _load(path: str, load: Callable[[], None]) -> None:
    try:
        load()
    except (OSError, ssl.SSLError) as error:
        remedy = "Give a PEM file that this service may read, and the key that belongs to it."
        raise ValueError(f"{path} cannot be used for TLS ({type(error).__name__}). {remedy}") from None


def guarded_socket(loopback: bool) -> Callable[[AddressInfo], socket.socket]:  # noqa: FBT001 - the one choice
    """A socket factory that looks at each address at the moment of connecting, after every look-up.

    A name that turns to another address between check and call gains nothing, and an address written
    out is looked at like a resolved one. Refused: link-local (the cloud's metadata service), multicast,
    unspecified, reserved; loopback unless the registration names loopback itself, and then nothing else.
    Private ranges stay open: partners on the health network have private addresses. An IPv4 address
    inside an IPv6 one is judged as IPv4.
    """

    def make(info: AddressInfo) -> socket.socket:
        family, kind, protocol, _, where = info
        if not _may_connect(str(where[0]), loopback=loopback):
            raise OSError(errno.EACCES, "an address that no partner may have")
        made = socket.socket(family=family, type=kind, proto=protocol)
        made.setblocking(False)  # noqa: FBT003 - the standard library's own signature
        return made

    return make


def _may_connect(text: str, *, loopback: bool) -> bool:
    try:
        address: ipaddress.IPv4Address | ipaddress.IPv6Address = ipaddress.ip_address(text.partition("%")[0])
    except ValueError:
        return False
    if isinstance(address, ipaddress.IPv6Address):
        address = _embedded_ipv4(address) or address
    if address.is_loopback or loopback:
        return loopback and address.is_loopback
    return not (
        address.is_link_local or address.is_multicast or address.is_unspecified or address.is_reserved
    )


def _embedded_ipv4(address: ipaddress.IPv6Address) -> ipaddress.IPv4Address | None:
    """The IPv4 address that a mapped, 6to4 or NAT64 (RFC 6052) address leads to."""
    if address in ipaddress.IPv6Network("64:ff9b::/96"):
        return ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)
    return address.ipv4_mapped or address.sixtofour
