"""A registration's credentials to what its calls carry, or to a refusal to start on them."""

from __future__ import annotations

from pathlib import Path

import structlog

from broker.adapters.keys import KeyFault, KeyRing, PartnerSecret
from broker.adapters.transport.secure import tls_context
from broker.domain.outcome import Cause, OutcomeLabel
from broker.domain.registration import Credentials, PartnerRegistration, PartnerStatus
from broker.files import FileFault, nearest, read_file
from broker.ports.connector import TransportFault

_log = structlog.get_logger(__name__)


class Authorization:
    """Called for each call to a partner: the header's whole value, with the secret of now."""

    def __init__(self, partner_id: str, secret: PartnerSecret, *, scheme: str = "Bearer ") -> None:
        """`partner_id` is for the log line; `scheme` stands before the secret."""
        self._partner_id, self._secret, self._scheme = partner_id, secret, scheme
        self._failing = False

    def __call__(self) -> str:
        """The scheme and the secret. Raises TransportFault (not-asked, credentials) without one now."""
        secret = self._secret_now()
        if secret is None:
            raise TransportFault(OutcomeLabel.NOT_ASKED, Cause.CREDENTIALS)
        return self._scheme + secret

    def _secret_now(self) -> str | None:
        """One line when it is first missed, and none until it has come back."""
        try:
            secret = self._secret.text()
        except KeyFault:
            if not self._failing:
                _log.error("partner-secret-failed", partner=self._partner_id, key_id=self._secret.key_id)
            self._failing = True
            return None
        self._failing = False
        return secret


def authorization_of(registration: PartnerRegistration, ring: KeyRing) -> Authorization | None:
    """None where no secret is registered, or where the ring has none of that name (see check_credentials)."""
    secret = ring.partner_secrets.get(registration.credentials.token)
    if secret is None:
        return None
    scheme = "" if registration.credentials.token_header else "Bearer "
    return Authorization(registration.partner_id, secret, scheme=scheme)


def check_credentials(registration: PartnerRegistration, ring: KeyRing, path: Path) -> None:
    """Raises FileFault, in the registration's file `path`, for a secret that the ring has not or a
    certificate that cannot be used. A draft is never asked, so its credentials may still be on the way.
    """
    if registration.status is PartnerStatus.DRAFT:
        return
    _check(registration.credentials, ring, path, ())
    for name, service in registration.services.items():
        _check(service.credentials, ring, path, ("services", name))


def _check(given: Credentials, ring: KeyRing, path: Path, within: tuple[str, ...]) -> None:
    """`within` are the names of the sections around these credentials."""
    if given.token:
        _check_secret(given.token, ring, path, within)
    if given.certificate or given.key or given.authority:
        try:
            tls_context(given)
        except ValueError as unusable:
            raise _fault(path, within, "certificate", str(unusable), "") from None


def _check_secret(name: str, ring: KeyRing, path: Path, within: tuple[str, ...]) -> None:
    secret = ring.partner_secrets.get(name)
    if secret is None:
        known = ring.partner_secrets
        entry = f"Add it to {ring.path} with `purpose: partner` and a `file` or `variable`."
        remedy = f"{nearest(name, known)} {entry}" if known else entry
        raise _fault(path, within, "token", f"the ring has no partner's secret `{name}`.", remedy)
    if secret.retired:
        remedy = "Name the active one, or make this one active."
        raise _fault(path, within, "token", f"the partner's secret `{name}` is retired.", remedy)


def _fault(path: Path, within: tuple[str, ...], member: str, problem: str, remedy: str) -> FileFault:
    section = read_file(path)
    for name in (*within, "credentials"):
        section = section.section(name)
    return section.fault(problem, remedy, at=member)
