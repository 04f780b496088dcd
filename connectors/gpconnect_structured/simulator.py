"""The endpoint that this connector speaks to: the proxy, the directory and the practices behind it."""

from __future__ import annotations

from connectors.gpconnect.simulator import simulator

__all__ = ["simulator"]
