"""Keyed hashes to look up, authenticated encryption to show, and the digest that proves a release."""

from __future__ import annotations

from typing import Protocol

from broker.domain.identity import NhsNumber
from broker.domain.requester import Requester


class Sealer(Protocol):
    """Raises ServiceDown("keys") when a key is missing. Every sealed value names its key."""

    def patient_token(self, number: NhsNumber, requester: Requester, /, *, at_s: float) -> str:
        """Deterministic (SIV), bound to user, organisation and 12-hour window; FHIR id alphabet."""
        ...

    def open_patient_token(self, token: str, requester: Requester, /, *, at_s: float) -> NhsNumber:
        """Raises Gone when its window is over, NotFound when it is not ours or not this caller's."""
        ...

    def item_id(self, partner_id: str, local_reference: str, /) -> str:
        """`<partner>-<keyed hash>`, stable, FHIR id alphabet, at most 64 characters."""
        ...

    def digest(self, raw: bytes, /) -> bytes:
        """Keyed digest of the partner's bytes, 32 bytes."""
        ...
