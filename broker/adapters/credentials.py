"""A registration's credentials to what its calls carry, or to a refusal to start on them."""

from __future__ import annotations

from pathlib import Path

import structlog

from broker.adapters.keys import KeyFault, KeyRing, PartnerSecret
from broker.adapters.transport.secure import tls_context
from broker.domain.outcome import Cause, OutcomeLabel
from broker.domain.registration import PartnerRegistration, PartnerStatus
from broker.files import FileFault, nearest, read_file
from broker.ports.connector import TransportFault

_log = structlog.get_logger(__name__)


class Authorization:
    """Called for each call to a partner: the Authorization header's whole value, with the secret of now."""

    def __init__(self, partner_id: str, secret: PartnerSecret) -> None:
        """`partner_id` is for the log line."""
        self._partner_id, self._secret = partner_id, secret
        self._failing = False

    def __call__(self) -> str:
        """`Bearer <secret>`. Raises TransportFault (not-asked, credentials) where there is no secret now."""
        secret = self._secret_now()
        if secret is None:
            raise TransportFault(OutcomeLabel.NOT_ASKED, Cause.CREDENTIALS)
        return f"Bearer {secret}"

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
    return None if secret is None else Authorization(registration.partner_id, secret)


def check_credentials(registration: PartnerRegistration, ring: KeyRing, path: Path) -> None:
    """Raises FileFault, in the registration's file `path`, for a secret that the ring has not or a
    certificate that cannot be used. A draft is never asked, so its credentials may still be on the way.
    """
    if registration.status is PartnerStatus.DRAFT:
        return
    given = registration.credentials
    if given.token:
        _check_secret(given.token, ring, path)
    if given.certificate or given.key or given.authority:
        try:
            tls_context(given)
        except ValueError as unusable:
            raise _fault(path, "certificate", str(unusable), "") from None


def _check_secret(name: str, ring: KeyRing, path: Path) -> None:
    secret = ring.partner_secrets.get(name)
    if secret is None:
        known = ring.partner_secrets
        entry = f"Add it to {ring.path} with `purpose: partner` and a `file` or `variable`."
        remedy = f"{nearest(name, known)} {entry}" if known else entry
        raise _fault(path, "token", f"the ring has no partner's secret `{name}`.", remedy)
    if secret.retired:
        remedy = "Name the active one, or make this one active."
        raise _fault(path, "token", f"the partner's secret `{name}` is retired.", remedy)


def _fault(path: Path, member: str, problem: str, remedy: str) -> FileFault:
    return read_file(path).section("credentials").fault(problem, remedy, at=member)
