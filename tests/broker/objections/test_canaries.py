from __future__ import annotations

import json

import pytest

from broker.objections.canaries import Round, Verdict, round_of, verdict_of


def outcome(code: str) -> bytes:
    """A refusal's body."""
    return json.dumps({"resourceType": "OperationOutcome", "issue": [{"code": code}]}).encode()


@pytest.mark.parametrize(
    ("status", "body", "verdict"),
    [
        (403, outcome("suppressed"), Verdict.REFUSED),
        (403, outcome("forbidden"), Verdict.NOT_PROVED),
        (401, outcome("login"), Verdict.NOT_PROVED),
        (503, outcome("transient"), Verdict.NOT_PROVED),
        (404, outcome("not-found"), Verdict.NOT_PROVED),
        (403, b"<html>", Verdict.NOT_PROVED),
        (403, b'{"resourceType": "OperationOutcome"}', Verdict.NOT_PROVED),
        (200, b"{}", Verdict.ANSWERED),
        (200, outcome("suppressed"), Verdict.ANSWERED),
    ],
)
def test_only_the_refusal_that_names_an_objection_proves_that_it_binds(
    status: int, body: bytes, verdict: Verdict
) -> None:
    """A neutral refusal, a broker that is down and a proxy's page prove nothing."""
    assert verdict_of(status, body) is verdict


@pytest.mark.parametrize("other", [Verdict.ANSWERED, Verdict.NOT_PROVED, Verdict.UNREACHABLE])
def test_a_round_is_good_when_every_canary_was_refused(other: Verdict) -> None:
    """One that was not spoils it."""
    assert round_of([Verdict.REFUSED, Verdict.REFUSED]).is_good
    assert not round_of([Verdict.REFUSED, other]).is_good


def test_a_round_over_nobody_proves_nothing() -> None:
    """An empty list of canaries is no good round."""
    found = round_of([])
    assert not found.is_good
    assert found == Round(asked=0, refused=0, answered=0, not_proved=0, unreachable=0)
