"""An aiohttp or socket error into a label and a cause. Its text, which holds the URL, goes no further."""

from __future__ import annotations

import ssl

import aiohttp

from broker.adapters.transport.watch import Failure
from broker.domain.outcome import Cause, OutcomeLabel

CALL_ERRORS = (aiohttp.ClientError, OSError, ValueError)


def failure_of(error: BaseException, *, headers_came: bool) -> Failure:
    """After the headers nothing is tried again, and a body that ends early is invalid, never partial."""
    if _is_tls(error):
        return Failure(OutcomeLabel.REFUSED, Cause.TLS)
    if isinstance(error, aiohttp.ClientResponseError):
        return Failure(OutcomeLabel.INVALID, Cause.MALFORMED)
    if headers_came:
        return Failure(OutcomeLabel.INVALID, Cause.CUT_SHORT)
    if isinstance(error, (aiohttp.ClientConnectionError, OSError)):
        return Failure(OutcomeLabel.UNREACHABLE, Cause.CONNECT, again=True)
    if isinstance(error, aiohttp.ClientError):
        return Failure(OutcomeLabel.INVALID, Cause.MALFORMED)
    # aiohttp refuses a header with a line break in it: the connector's fault, and nothing was sent.
    return Failure(OutcomeLabel.INVALID, Cause.NOT_ALLOWED_CALL, counts=False)


def _is_tls(error: BaseException) -> bool:
    """A certificate or handshake that failed: refused, and never tried without verification."""
    if isinstance(error, (aiohttp.ClientConnectorSSLError, aiohttp.ClientConnectorCertificateError)):
        return True
    return isinstance(error, ssl.SSLError) or isinstance(error.__cause__, ssl.SSLError)
