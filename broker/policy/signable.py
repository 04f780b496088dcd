"""A revision and the one in force into what somebody who signs must have seen, or why it is not signed."""

from __future__ import annotations

import os
import tempfile
from dataclasses import dataclass
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from broker.domain.decision import PartnerFacts
from broker.domain.policy_revision import UNNUMBERED, Revision, Signer
from broker.policy.accepting import NotAccepted, refused_at
from broker.policy.comparing import Comparison, compare
from broker.policy.loading import load_policies
from broker.policy.matrix import as_permitted
from broker.policy.points import Space, space_of
from broker.policy.process import BASE, CANDIDATE, prove
from broker.policy.revision_file import read_revision
from broker.policy.signatures_needed import counts_as_opening
from broker.policy.signing import signature
from broker.policy.situation import read_usual
from broker.policy.snapshot import SIGNATURES, Snapshot


@dataclass(frozen=True, slots=True, kw_only=True)
class Signable:
    """A revision that may come into force next. `found` and `space` are None of a first one."""

    candidate: Snapshot
    revision: Revision
    signers: tuple[Signer, ...]
    found: Comparison | None
    space: Space | None
    opens: bool


def signable(candidate: Snapshot, base: Snapshot, partners: tuple[PartnerFacts, ...]) -> Signable:
    """Read, held to its cases and compared with `base`, from the bytes that are signed. Raises FileFault.

    A first revision has none before it: its own signers sign it, and it opens whatever it permits.
    """
    revision, before = read_revision(candidate), read_revision(base)
    _refuse_out_of_order(candidate, revision, before, base.digest)
    with tempfile.TemporaryDirectory(prefix="watersmeet-policies-") as made:
        room, codes = Path(made), {one.partner_id: one.ods_codes for one in partners}
        candidate.write(room / CANDIDATE)
        policies = prove(room / CANDIDATE, candidate.folder, codes)
        if not revision.previous:
            return Signable(
                candidate=candidate,
                revision=revision,
                signers=revision.signers,
                found=None,
                space=None,
                opens=True,
            )
        base.write(room / BASE)
        old = load_policies(room / BASE, codes)
        space = space_of(old, policies, read_usual(room / CANDIDATE, policies))
    found = compare(old, policies, space, as_permitted(partners))
    opens = counts_as_opening(opens=found.opens, rules=found.rules, before=before, after=revision)
    return Signable(
        candidate=candidate, revision=revision, signers=before.signers, found=found, space=space, opens=opens
    )


def _refuse_out_of_order(candidate: Snapshot, revision: Revision, before: Revision, digest: str) -> None:
    """Nothing is signed that could not come into force next."""
    if revision.number == UNNUMBERED:
        raise refused_at(candidate, "number", "is missing.", "It says which revision is signed.")
    if not revision.previous:
        return
    if revision.previous != digest:
        remedy = f"That is sha256:{digest}. Name its folder with --against when it is another."
        raise refused_at(
            candidate, "previous", "`previous` is not the revision that this is compared with.", remedy
        )
    if revision.number <= before.number:
        remedy = f"The next is {before.number + 1}; after a force, one more than was ever in force."
        raise refused_at(
            candidate, "number", f"{revision.number} does not come after {before.number}.", remedy
        )


def signer_of(private: Ed25519PrivateKey, one: Signable) -> Signer:
    """Whose key it is. Raises NotAccepted when it is nobody's who may sign."""
    public = private.public_key().public_bytes_raw()
    for signer in one.signers:
        if signer.public_key == public:
            return signer
    known = ", ".join(f"`{signer.key_id}`" for signer in one.signers) or "nobody"
    raise NotAccepted(one.candidate.folder / SIGNATURES, 1, 1, "this key may not sign.", f"Who may: {known}.")


def write_signature(one: Signable, signer: Signer, private: Ed25519PrivateKey, *, opening: bool) -> Path:
    """The whole signature beside the revision, or none. Returns its file. Raises OSError."""
    folder = one.candidate.folder / SIGNATURES
    folder.mkdir(exist_ok=True)
    path, coming = folder / f"{signer.key_id}.sig", folder / f".{signer.key_id}.{os.getpid()}"
    coming.write_bytes(signature(private, one.revision, one.candidate.digest, opening=opening))
    coming.replace(path)
    return path
