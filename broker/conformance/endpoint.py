"""One registration to findings about its endpoint: there, encrypted, and closed to strangers."""

from __future__ import annotations

import datetime as dt
from collections.abc import AsyncIterator
from urllib.parse import urlsplit

from broker.adapters.transport.reaching import Reach, Reached, reach
from broker.conformance.findings import Finding
from broker.domain.registration import Credentials, PartnerRegistration

_ENCRYPTED = frozenset({"https", "mllps"})
_ENDS_SOON = dt.timedelta(days=30)
_REACHED = {
    Reach.NO_ADDRESS: "no-address",
    Reach.REFUSED: "not-reached",
    Reach.TIMED_OUT: "not-reached",
    Reach.TLS: "tls",
    Reach.CREDENTIALS: "own-credentials",
}


async def judge_endpoint(registration: PartnerRegistration, now: dt.datetime) -> AsyncIterator[Finding]:
    """Every finding about the endpoint itself and each further service."""
    places = [("", registration.endpoint, registration.credentials)]
    places += [(name, one.endpoint, one.credentials) for name, one in registration.services.items()]
    for name, endpoint, credentials in places:
        reached = await reach(endpoint, credentials, registration.limits.connect_s)
        for finding in _judged(reached, endpoint, now):
            yield Finding(finding, name)


def _judged(reached: Reached, endpoint: str, now: dt.datetime) -> list[str]:
    if reached.reach is not Reach.REACHED:
        return [_REACHED[reached.reach]]
    found = [] if urlsplit(endpoint).scheme in _ENCRYPTED else ["not-encrypted"]
    if reached.certificate_ends is not None and reached.certificate_ends - now < _ENDS_SOON:
        found.append("certificate-ends-soon")
    return found


def strangers(registration: PartnerRegistration) -> dict[str, Credentials]:
    """Credentials of callers whom the endpoint should refuse, by the finding when it does not."""
    own = registration.credentials
    without: dict[str, Credentials] = {}
    if own.certificate:
        without["open-without-certificate"] = Credentials(
            authority=own.authority, token=own.token, token_header=own.token_header
        )
    if own.token:
        without["open-without-secret"] = Credentials(
            certificate=own.certificate, key=own.key, authority=own.authority
        )
    return without
