"""A host as written, to whether it reaches anybody but this machine."""

from __future__ import annotations

import ipaddress


def is_loopback(host: str) -> bool:
    """True for `localhost` and literal loopback addresses alone; no name is looked up."""
    return host == "localhost" or is_loopback_address(host)


def is_loopback_address(host: str) -> bool:
    """True for literal loopback addresses alone: nobody can give those another meaning."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
