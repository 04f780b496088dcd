"""A revision in a folder into what it lacks until it can come into force, without comparing it."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from pathlib import Path

from broker.domain.policy_revision import PolicyStep, PolicyTrail, Revision, Signer
from broker.policy.accepting import (
    FOR_AN_OPENING,
    FOR_TIGHTENING,
    NotAccepted,
    Rules,
    moment,
    refuse_out_of_order,
    signers_for,
)
from broker.policy.kept import read_kept
from broker.policy.revision_file import read_revision
from broker.policy.signing import signed_by
from broker.policy.snapshot import Snapshot


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """`lacks` are sentences; none means that it is in force or may come into force."""

    revision: Revision
    digest: str
    last: PolicyStep | None
    signers: tuple[Signer, ...]
    signed_as_opening: tuple[str, ...]
    signed: tuple[str, ...]
    lacks: tuple[str, ...]


def standing(candidate: Snapshot, trail: PolicyTrail, kept: Path, rules: Rules, now: dt.datetime) -> Standing:
    """Raises FileFault for a revision file that cannot be read."""
    revision, last = read_revision(candidate), trail.last
    base = None if last is None else read_kept(kept, last.digest)
    every = signers_for(revision, None if base is None else read_revision(base), last, rules)
    day = moment(now, trail).date()
    signers = tuple(signer for signer in every if signer.counts_on(day))
    opening, either = (
        tuple(
            signer.key_id
            for signer in signed_by(signers, candidate.signatures, revision, candidate.digest, opening=opens)
        )
        for opens in (True, False)
    )
    in_force = last is not None and last.digest == candidate.digest
    return Standing(
        revision=revision,
        digest=candidate.digest,
        last=last,
        signers=signers,
        signed_as_opening=opening,
        signed=either,
        lacks=() if in_force else tuple(_lacks(candidate, revision, last, rules, (opening, either))),
    )


def _lacks(
    candidate: Snapshot,
    revision: Revision,
    last: PolicyStep | None,
    rules: Rules,
    signed: tuple[tuple[str, ...], tuple[str, ...]],
) -> list[str]:
    lacks = []
    try:
        refuse_out_of_order(candidate, revision, last, rules)
    except NotAccepted as refused:
        lacks.append(str(refused))
    if rules.demonstration:
        return lacks
    if len(revision.signers) < FOR_AN_OPENING:
        lacks.append("two signers at least, under `signers` of revision.yaml, for the revision after it.")
    opening, either = signed
    if len(opening) < FOR_AN_OPENING:
        least = FOR_AN_OPENING if last is None else FOR_TIGHTENING
        if last is None or len(either) < least:
            lacks.append(f"{least - (len(opening) if last is None else len(either))} signature(s) at least.")
        if last is not None:
            lacks.append(f"{FOR_AN_OPENING - len(opening)} signature(s) as an opening, if it opens anything.")
    return lacks
