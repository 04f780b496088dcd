"""One good token opens; the same token with any one fact wrong opens nothing, and says what to audit."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from broker.adapters.tokens.trust import DEVELOPMENT_ISSUER
from broker.domain.errors import Forbidden, Unauthenticated
from broker.domain.identity import NhsNumber
from broker.domain.requester import Permission, RelationshipGround, Requester
from tests.support.clocks import HandClock
from tests.support.issuers import AUDIENCE, ISSUER, SYNTHETIC, good_claims, issuer_at, trust_in
from tests.support.token_bench import Bench, authenticator_of, failed_check


async def test_a_good_token_names_its_user_and_every_fact(bench: Bench) -> None:
    """Every mapped claim stands in the requester."""
    requester = await bench.ask(bench.token(patient=SYNTHETIC))
    assert requester == Requester(
        issuer=ISSUER,
        user_id="user-7",
        user_name="Sample Reader",
        organisation_ods="RGT",
        roles=("R8000",),
        purpose="TREAT",
        relationship=RelationshipGround.REGISTRATION,
        permission=Permission.ASKED,
        scopes=frozenset({"patient/*.rs"}),
        only_patient=NhsNumber(SYNTHETIC),
        session_id="session-1",
        token_id="token-1",
        expires_at=bench.clock.wall + dt.timedelta(seconds=600),
    )


@pytest.mark.parametrize(
    "header",
    [
        None,
        "",
        "Bearer",
        "Bearer ",
        "Bearer a.b",
        "bearer {}",
        "BEARER {}",
        "Basic {}",
        "Bearer  {}",
        "Bearer\t{}",
        " Bearer {}",
        "Bearer {} ",
        "Bearer {}\n",
        "Bearer {}, Bearer {}",
        "Bearer {},{}",
        "Bearer {}=",
        "Bearer {}.e30",
        "DPoP {}",
        "Bearer \u0660.\u0660.\u0660",
    ],
)
async def test_only_one_plain_bearer_header_is_read(bench: Bench, header: str | None) -> None:
    """A1: no token, another scheme, two tokens and tricks with blanks are refused."""
    filled = header and header.replace("{}", bench.token())
    assert await failed_check(bench.authenticator, filled) == "NoBearerToken"


NOW_S = int(HandClock().now().timestamp())


ONE_WRONG_CLAIM = [
    ({"exp": None}, "ClaimMissing"),
    ({"iat": None}, "ClaimMissing"),
    ({"iss": None}, "ClaimMissing"),
    ({"aud": None}, "ClaimMissing"),
    ({"sub": None}, "ClaimMissing"),
    ({"jti": None}, "ClaimMissing"),
    ({"exp": str(NOW_S + 600)}, "TimeMalformed"),
    ({"exp": True}, "TimeMalformed"),
    ({"exp": [NOW_S + 600]}, "TimeMalformed"),
    ({"iat": str(NOW_S)}, "TimeMalformed"),
    ({"nbf": "0"}, "TimeMalformed"),
    ({"nbf": True}, "TimeMalformed"),
    ({"exp": -1}, "LifetimeTooLong"),
    ({"exp": NOW_S}, "LifetimeTooLong"),
    ({"exp": NOW_S + 901}, "LifetimeTooLong"),
    ({"exp": NOW_S + 10 * 365 * 86_400}, "LifetimeTooLong"),
    ({"exp": 1e300}, "LifetimeTooLong"),
    ({"iat": 1e300, "exp": 1e300}, "LifetimeTooLong"),
    ({"iat": NOW_S - 631, "exp": NOW_S - 31}, "TokenExpired"),
    ({"iat": NOW_S - 630, "exp": NOW_S - 30}, "TokenExpired"),
    ({"iat": NOW_S + 31}, "TokenFromTheFuture"),
    ({"nbf": NOW_S + 31}, "TokenFromTheFuture"),
    ({"aud": "https://elsewhere.example/fhir"}, "AudienceWrong"),
    ({"aud": AUDIENCE + "/"}, "AudienceWrong"),
    ({"aud": [AUDIENCE, "https://elsewhere.example"]}, "AudienceWrong"),
    ({"aud": [AUDIENCE, AUDIENCE]}, "AudienceWrong"),
    ({"aud": []}, "ClaimMissing"),
    ({"aud": {"a": AUDIENCE}}, "AudienceWrong"),
    ({"iss": "https://issuer.example"}, "IssuerUnknown"),
    ({"iss": ISSUER + "/"}, "IssuerUnknown"),
    ({"iss": [ISSUER]}, "IssuerUnknown"),
    ({"iss": DEVELOPMENT_ISSUER}, "DevelopmentIssuerRefused"),
    ({"sub": ""}, "SubjectWrong"),
    ({"sub": " "}, "SubjectWrong"),
    ({"sub": 7}, "SubjectWrong"),
    ({"sub": "a\nb"}, "SubjectWrong"),
    ({"sub": "a" * 257}, "SubjectWrong"),
    ({"jti": ""}, "TokenIdWrong"),
    ({"jti": 1}, "TokenIdWrong"),
    ({"cnf": {"jkt": "x"}}, "ConfirmationUnsupported"),
    ({"client_id": "user-7"}, "NotANamedUser"),
    ({"azp": "user-7"}, "NotANamedUser"),
    ({"name": None}, "NotANamedUser"),
    ({"name": "  "}, "NotANamedUser"),
    ({"scope": "system/*.rs"}, "NotANamedUser"),
    ({"scope": None}, "ScopesMissing"),
    ({"scope": ""}, "ScopesMissing"),
    ({"scope": {}}, "ScopesMissing"),
    ({"scope": [1]}, "FactMalformed"),
    ({"sid": 1}, "FactMalformed"),
    ({"org": None}, "OrganisationUnclear"),
    ({"org": "rgt"}, "OrganisationUnclear"),
    ({"org": ["RGT"]}, "OrganisationUnclear"),
    ({"roles": None}, "RoleUnclear"),
    ({"roles": []}, "RoleUnclear"),
    ({"roles": "R8000"}, "RoleUnclear"),
    ({"roles": ["R8000", 1]}, "RoleUnclear"),
    ({"roles": [""]}, "RoleUnclear"),
    ({"patient": ""}, "PatientClaimWrong"),
    ({"patient": "9990000019"}, "PatientClaimWrong"),
    ({"patient": 9990000018}, "PatientClaimWrong"),
    ({"patient": ["9990000018", "9990000026"]}, "PatientClaimWrong"),
    ({"patient": "\u0669\u0669\u0669\u0660\u0660\u0660\u0660\u0660\u0661\u0668"}, "PatientClaimWrong"),
]


@pytest.mark.parametrize(("changes", "check"), ONE_WRONG_CLAIM)
async def test_one_wrong_claim_is_refused_by_its_own_check(
    bench: Bench, changes: dict[str, Any], check: str
) -> None:
    """A8, A9, A12 and the facts: everything else about the token is good."""
    assert await bench.failed_check(bench.token(**changes)) == check


async def test_a_null_patient_is_not_an_absent_one(bench: Bench) -> None:
    """A launch that lost its patient opens nobody rather than everybody."""
    claims = good_claims(bench.clock) | {"patient": None}
    assert await bench.failed_check(bench.signer.token(claims)) == "PatientClaimWrong"


@pytest.mark.parametrize("purpose", [None, "", [], ["TREAT", "BTG"], {"a": 1}, 1])
async def test_no_one_purpose_is_forbidden(bench: Bench, purpose: Any) -> None:
    """A17: none, or two, is a good token that may not see a record."""
    with pytest.raises(Forbidden) as caught:
        await bench.ask(bench.token(purpose=purpose))
    assert type(caught.value.__cause__).__name__ == "PurposeUnclear"


async def test_a_relationship_comes_from_the_launch_only_with_a_patient(bench: Bench) -> None:
    """Not stated: a launch's patient is the ground, else there is none, and a claim of it is none."""
    launched = await bench.ask(bench.token(relationship=None, patient=SYNTHETIC))
    assert launched.relationship is RelationshipGround.LAUNCH_CONTEXT
    for changes in ({"relationship": None}, {"relationship": "launch-context"}, {"relationship": "boss"}):
        requester = await bench.ask(bench.token(**changes))
        assert requester.relationship is RelationshipGround.NONE
    assert (await bench.ask(bench.token(permission="perhaps"))).permission is Permission.UNKNOWN


async def test_a_refusal_holds_nothing_of_the_token(bench: Bench) -> None:
    """Neither message nor arguments of the whole chain carry a claim."""
    token = bench.token(patient="9990000019", name="Marked Name")
    with pytest.raises(Unauthenticated) as caught:
        await bench.ask(token)
    error: BaseException | None = caught.value
    while error is not None:
        said = f"{error!r}{error.args}"
        assert "999000" not in said
        assert "Marked" not in said
        assert token[-20:] not in said
        error = error.__cause__


@given(st.text(max_size=80) | st.from_regex(r"Bearer [A-Za-z0-9_.\-]{0,60}", fullmatch=True))
async def test_no_header_breaks_the_reader(header: str) -> None:
    """Whatever a caller sends is a refusal, never an accident."""
    trust = trust_in(issuer_at("https://unreachable.invalid/keys"))
    async with authenticator_of(trust, HandClock()) as authenticator:
        with pytest.raises(Unauthenticated):
            await authenticator.authenticate(header)
