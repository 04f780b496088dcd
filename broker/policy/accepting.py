"""A candidate, what came into force last and who signed, into one more step or the reason why not.

Pure: what the comparison found, the day and the signatures' bytes are given. A revision follows exactly
the last one. Outside the demonstration an opening needs two signers of the revision in force, and a
change that is proved only to tighten needs one.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Final

from broker.domain.policy_revision import UNNUMBERED, PolicyStep, PolicyTrail, Revision, Signer
from broker.files import FileFault
from broker.policy.revision_file import fault_at, read_revision
from broker.policy.signing import signed_by
from broker.policy.snapshot import SIGNATURES, Snapshot

FOR_AN_OPENING: Final = 2
FOR_TIGHTENING: Final = 1
_FORCE = "`watersmeet policy force` goes around the order, and is audited."


class NotAccepted(FileFault):
    """The files are right in themselves, and may not come into force."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rules:
    """Where the policies are to be in force, and whom its operators trust to sign a first revision."""

    demonstration: bool
    anchors: frozenset[str] = field(default=frozenset())


def refuse_out_of_order(
    candidate: Snapshot, revision: Revision, last: PolicyStep | None, rules: Rules
) -> None:
    """Raises NotAccepted unless the number is the next and `previous` is what is in force."""
    if revision.number == UNNUMBERED:
        _refuse_unnumbered(candidate, last, rules)
        return
    if last is None or last.highest == UNNUMBERED:  # nothing is in force that it could follow
        return
    if revision.number != last.highest + 1:
        problem = _misnumbered(revision.number, last)
        raise refused_at(candidate, "number", problem, f"The next number is {last.highest + 1}. {_FORCE}")
    if revision.previous != last.digest:
        remedy = f"It is sha256:{last.digest}. Compare with what is in force, and sign again."
        raise refused_at(candidate, "previous", "`previous` is not the revision in force.", remedy)


def _misnumbered(number: int, last: PolicyStep) -> str:
    """After a force the numbers go on from the highest: what was forced away does not come back by itself."""
    if number == last.number:
        return f"Revision {number} is in force already, with other content."
    if number <= last.highest:
        return f"Revision {number} is no newer than revision {last.highest}."
    return f"Revision {number} is not the next after revision {last.highest}."


def _refuse_unnumbered(candidate: Snapshot, last: PolicyStep | None, rules: Rules) -> None:
    if rules.demonstration and (last is None or last.highest == UNNUMBERED):
        return
    remedy = "Say which revision this is, what it follows, and who may sign the next."
    raise refused_at(candidate, "number", "is missing: a revision has a number.", remedy)


def signers_for(
    revision: Revision, in_force: Revision | None, last: PolicyStep | None, rules: Rules
) -> tuple[Signer, ...]:
    """Who may sign: the signers of the revision in force; of a first one its own that are anchored."""
    if last is None:
        return anchored(revision, rules)
    return () if in_force is None else in_force.signers


def anchored(revision: Revision, rules: Rules) -> tuple[Signer, ...]:
    """The signers whom the operators' own settings name."""
    return tuple(signer for signer in revision.signers if signer.fingerprint in rules.anchors)


def refuse_unsigned(
    candidate: Snapshot,
    revision: Revision,
    signers: Iterable[Signer],
    *,
    opens: bool,
    at: dt.datetime,
    rules: Rules,
    first: bool = False,
) -> tuple[str, ...]:
    """The key ids that count. Raises NotAccepted when they are too few for what the change does."""
    if rules.demonstration:
        return ()
    _refuse_without_successors(candidate, revision)
    every = tuple(signers)
    signed = signed_by(every, candidate.signatures, revision, candidate.digest, opening=opens)
    counted = tuple(signer.key_id for signer in signed if signer.counts_on(at.date()))
    needed = FOR_AN_OPENING if opens else FOR_TIGHTENING
    if len(counted) < needed:
        problem = (
            f"{'An opening' if opens else 'A change'} needs {needed} of its signers, and has {len(counted)}."
        )
        raise NotAccepted(candidate.folder / SIGNATURES, 1, 1, problem, _remedy(every, at, first=first))
    return counted


def _remedy(signers: tuple[Signer, ...], at: dt.datetime, *, first: bool) -> str:
    known = ", ".join(f"`{signer.key_id}`" for signer in signers if signer.counts_on(at.date()))
    if known:
        return f"Sign with `watersmeet policy sign`; these keys count now: {known}."
    if first:
        return "Name the fingerprints of its signers as `policy_signers` in broker.yaml."
    return "No key of the revision in force counts now. A force takes the keys that broker.yaml names."


def _refuse_without_successors(candidate: Snapshot, revision: Revision) -> None:
    if len(revision.signers) < FOR_AN_OPENING:
        remedy = "`watersmeet keys signer` makes a key and prints its lines."
        problem = f"`signers` names {len(revision.signers)}: nobody could sign an opening after this one."
        raise refused_at(candidate, "signers", problem, remedy)


def moment(now: dt.datetime, trail: PolicyTrail) -> dt.datetime:
    """The day that signers are judged on: a clock that was set back revives nobody who has expired."""
    return now if trail.newest_at is None else max(now, trail.newest_at)


def step_of(
    candidate: Snapshot, revision: Revision, last: PolicyStep | None, *, opens: bool, signed: tuple[str, ...]
) -> PolicyStep:
    """What the trail will have of it."""
    return PolicyStep(
        number=revision.number,
        digest=candidate.digest,
        highest=max(revision.number, UNNUMBERED if last is None else last.highest),
        previous=revision.previous,
        opens=opens,
        signed_by=signed,
    )


def forced_step(
    candidate: Snapshot, trail: PolicyTrail, in_force: Revision | None, at: dt.datetime, rules: Rules
) -> PolicyStep:
    """A step that goes around the order of the numbers, and not around the signatures: it counts as an
    opening, by signers in force or by its own that the operators' settings name. Raises NotAccepted.
    """
    revision = read_revision(candidate)
    if not rules.demonstration and revision.number == UNNUMBERED:
        _refuse_unnumbered(candidate, trail.last, rules)
    signers = (*(in_force.signers if in_force else ()), *anchored(revision, rules))
    signed = refuse_unsigned(candidate, revision, signers, opens=True, at=moment(at, trail), rules=rules)
    return step_of(candidate, revision, trail.last, opens=True, signed=signed)


def refused_at(candidate: Snapshot, name: str, problem: str, remedy: str) -> NotAccepted:
    """At member `name` of the revision's file, or at its place where there is none."""
    fault = fault_at(candidate, name, problem, remedy)
    return NotAccepted(fault.path, fault.line, fault.column, fault.problem, fault.remedy)
