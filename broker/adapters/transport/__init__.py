"""The road to partners: the only room that touches a partner's socket."""

from broker.adapters.transport.http import HttpTransport

__all__ = ["HttpTransport"]
