"""A numbered revision of the policies, who may sign the one after it, and how it came into force."""

from __future__ import annotations

import datetime as dt
import hashlib
from dataclasses import dataclass, field

import msgspec

UNNUMBERED = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Signer:
    """Who may sign the next revision, half-open in time: `valid_from <= day < valid_until`, UTC."""

    key_id: str
    role: str
    public_key: bytes
    valid_from: dt.date
    valid_until: dt.date

    @property
    def fingerprint(self) -> str:
        """The public key's digest, as a trust anchor names it."""
        return f"sha256:{hashlib.sha256(self.public_key).hexdigest()}"

    def counts_on(self, day: dt.date) -> bool:
        """Whether a signature is taken on `day`."""
        return self.valid_from <= day < self.valid_until


@dataclass(frozen=True, slots=True, kw_only=True)
class Revision:
    """What `revision.yaml` says. `previous` is the whole digest of the one before, "" where there is none.

    Without the file, which only the demonstration takes, `number` is UNNUMBERED and nobody may sign.
    """

    number: int = UNNUMBERED
    previous: str = ""
    change: str = ""
    approved_by: str = ""
    signers: tuple[Signer, ...] = ()


class PolicyStep(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """One revision that came into force, as the audit trail has it. `digest` is whole, in hex.

    `opens` is true where it opens something or is not proved not to. `signed_by` are key ids of its
    signers. A `forced` one went around the order of the numbers, `because` of somebody's reason. `highest`
    is the highest number that was ever in force, which the next one follows.
    """

    number: int
    digest: str
    highest: int = UNNUMBERED
    previous: str = ""
    opens: bool = True
    signed_by: tuple[str, ...] = ()
    forced: bool = False
    by_role: str = ""
    because: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class PolicyTrail:
    """The newest step, None before the first, and the instant of the newest record of any kind."""

    last: PolicyStep | None = None
    newest_at: dt.datetime | None = field(default=None)
