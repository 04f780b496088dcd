"""What a broker answered about canaries, made-up people who objected, into whether objections bind.

A canary is asked for as any person is, by a caller who may hear of an objection. The one good answer is the
refusal that names an objection: anything else is no proof, and an answer that is none is an alarm.
"""

from __future__ import annotations

import enum
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

import msgspec

from broker.domain.errors import ObjectionInForce

_OK = 200


class Verdict(enum.StrEnum):
    """One canary's answer. `answered` is an alarm: the objection did not bind."""

    REFUSED = "refused"
    ANSWERED = "answered"
    NOT_PROVED = "not-proved"
    UNREACHABLE = "unreachable"


class _Issue(msgspec.Struct):
    code: str = ""


class _Outcome(msgspec.Struct):
    resourceType: str = ""  # noqa: N815 - FHIR's own name
    issue: tuple[_Issue, ...] = ()


_OUTCOME = msgspec.json.Decoder(_Outcome)


def verdict_of(status: int, body: bytes) -> Verdict:
    """A search that matched nobody is an answer too: the objection comes before the patient index."""
    if status == _OK:
        return Verdict.ANSWERED
    if status == ObjectionInForce.status and _code(body) == ObjectionInForce.code:
        return Verdict.REFUSED
    return Verdict.NOT_PROVED


def _code(body: bytes) -> str:
    try:
        outcome = _OUTCOME.decode(body)
    except msgspec.DecodeError:
        return ""
    return outcome.issue[0].code if outcome.issue else ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Round:
    """One round over every canary, in counts alone."""

    asked: int
    refused: int
    answered: int
    not_proved: int
    unreachable: int

    @property
    def is_good(self) -> bool:
        """Everybody was refused, and there was somebody."""
        return self.asked > 0 and self.refused == self.asked


def round_of(verdicts: Iterable[Verdict]) -> Round:
    """The counts of one round."""
    counted = Counter(verdicts)
    return Round(
        asked=counted.total(),
        refused=counted[Verdict.REFUSED],
        answered=counted[Verdict.ANSWERED],
        not_proved=counted[Verdict.NOT_PROVED],
        unreachable=counted[Verdict.UNREACHABLE],
    )
