"""Keyed hashes to look up, authenticated encryption to show, and the digest that proves a release."""

from __future__ import annotations

from typing import Final, Protocol

from broker.domain.identity import NhsNumber
from broker.domain.requester import Requester

# What points at one document within one person's records, of one length for every document.
POINTER_BYTES: Final = 22


class Digesting(Protocol):
    """A keyed digest of bytes that come one piece after another."""

    def update(self, raw: bytes, /) -> None:
        """Take the next piece."""
        ...

    def digest(self) -> bytes:
        """Of every piece so far, 32 bytes."""
        ...


class Sealer(Protocol):
    """Raises ServiceDown("keys") when a key is missing. Every sealed value names its key."""

    def patient_token(self, number: NhsNumber, requester: Requester, /, *, at_s: float) -> str:
        """Deterministic (SIV), bound to user, organisation and 12-hour window; FHIR id alphabet."""
        ...

    def open_patient_token(self, token: str, requester: Requester, /, *, at_s: float) -> NhsNumber:
        """Raises Gone when its window is over, NotFound when it is not ours or not this caller's."""
        ...

    def document_token(
        self, number: NhsNumber, pointer: bytes, requester: Requester, /, *, at_s: float
    ) -> str:
        """As a patient token, with a pointer of POINTER_BYTES: what it points at cannot be read from it."""
        ...

    def open_document_token(
        self, token: str, requester: Requester, /, *, at_s: float
    ) -> tuple[NhsNumber, bytes]:
        """Number and pointer. Raises as `open_patient_token`; a patient token is none of these."""
        ...

    def note(self, kind: str, plain: bytes, bound: bytes, requester: Requester, /) -> str:
        """What the caller carries for us and cannot read: deterministic (SIV), bound to issuer, user and
        organisation, to its kind and to `bound`; FHIR id alphabet, as long as `plain` makes it.
        """
        ...

    def open_note(self, kind: str, token: str, bound: bytes, requester: Requester, /) -> bytes:
        """Raises NotFound for what has not the form of a note, Gone for one that opens to nothing here:
        changed, of another caller, kind or `bound`, or under a key that is no more.
        """
        ...

    def item_id(self, partner_id: str, local_reference: str, /) -> str:
        """`<partner>-<keyed hash>`, stable, FHIR id alphabet, at most 64 characters."""
        ...

    def digest(self, raw: bytes, /) -> bytes:
        """Keyed digest of the partner's bytes, 32 bytes."""
        ...

    def digesting(self) -> Digesting:
        """The same digest, for bytes that are never in one place."""
        ...

    def digest_under(self, key_id: str, raw: bytes, /) -> bytes:
        """As `digest`, under the key that a proof names: it may have been retired since."""
        ...
