"""One good token opens; the same token with any single thing wrong opens nothing, and says what to audit."""

from __future__ import annotations

import datetime as dt
import hashlib
import hmac
import json
from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from typing import Any

import pytest
from cryptography.hazmat.primitives import serialization
from hypothesis import given
from hypothesis import strategies as st

from broker.adapters.tokens.authenticator import JwtAuthenticator
from broker.adapters.tokens.key_reading import read_key_set
from broker.adapters.tokens.key_sets import KeySets
from broker.adapters.tokens.opening import open_token
from broker.adapters.tokens.trust import DEVELOPMENT_ISSUER
from broker.domain.errors import Forbidden, ServiceDown, Unauthenticated
from broker.domain.identity import NhsNumber
from broker.domain.requester import Permission, RelationshipGround, Requester
from tests.support.issuers import (
    AUDIENCE,
    ISSUER,
    SYNTHETIC,
    HandClock,
    KeySetServer,
    Signer,
    encoded,
    good_claims,
    issuer_at,
    key_set_server,
    rsa_key,
    trust_in,
)


@dataclass
class Bench:
    """An authenticator, its issuer and the endpoint of its keys."""

    clock: HandClock
    signer: Signer
    server: KeySetServer
    authenticator: JwtAuthenticator

    async def ask(self, token: str) -> Requester:
        """Authenticate with this token."""
        return await self.authenticator.authenticate(f"Bearer {token}")

    async def failed_check(self, token: str) -> str:
        """The name of the check that refuses this token."""
        return await self.failed_check_of(f"Bearer {token}")

    async def failed_check_of(self, authorization: str | None) -> str:
        """The name of the check that refuses this header."""
        with pytest.raises(Unauthenticated) as caught:
            await self.authenticator.authenticate(authorization)
        return type(caught.value.__cause__).__name__

    def token(self, **changes: Any) -> str:
        """A good token with changed claims."""
        return self.signer.token(good_claims(self.clock, **changes))


@pytest.fixture
async def bench() -> AsyncIterator[Bench]:
    """Everything real: signatures, sockets, the whole authenticator."""
    clock, signer = HandClock(), Signer()
    async with key_set_server(signer) as server:
        trust = trust_in(issuer_at(server.url))
        authenticator = JwtAuthenticator(trust, KeySets(trust.issuers.values(), clock), clock)
        yield Bench(clock, signer, server, authenticator)
        await authenticator.aclose()


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
    assert await bench.failed_check_of(filled) == "NoBearerToken"


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


ONE_WRONG_HEADER = [
    ({"typ": None}, "TokenTypeRefused"),
    ({"typ": "JWT"}, "TokenTypeRefused"),
    ({"typ": "id+jwt"}, "TokenTypeRefused"),
    ({"typ": "client-authentication+jwt"}, "TokenTypeRefused"),
    ({"typ": 1}, "TokenTypeRefused"),
    ({"alg": None}, "AlgorithmRefused"),
    ({"alg": "none"}, "AlgorithmRefused"),
    ({"alg": "None"}, "AlgorithmRefused"),
    ({"alg": "NONE"}, "AlgorithmRefused"),
    ({"alg": "nOnE"}, "AlgorithmRefused"),
    ({"alg": "HS256"}, "AlgorithmRefused"),
    ({"alg": "ES384"}, "AlgorithmRefused"),
    ({"alg": "es256"}, "AlgorithmRefused"),
    ({"alg": ["ES256"]}, "AlgorithmRefused"),
    ({"kid": None}, "KeyIdMissing"),
    ({"kid": ""}, "KeyIdMissing"),
    ({"kid": 1}, "KeyIdMissing"),
    ({"kid": "k" * 257}, "KeyIdMissing"),
    ({"kid": "../../etc/passwd"}, "KeyUnknown"),
    ({"kid": "' OR 1=1 --"}, "KeyUnknown"),
    ({"kid": "key-1\x00"}, "KeyUnknown"),
    ({"jku": "https://evil.example/keys"}, "HeaderRefused"),
    ({"jwk": {"kty": "oct", "k": "AA"}}, "HeaderRefused"),
    ({"x5u": "https://evil.example/certificate"}, "HeaderRefused"),
    ({"x5c": ["AA"]}, "HeaderRefused"),
    ({"crit": ["exp"]}, "HeaderRefused"),
    ({"crit": []}, "HeaderRefused"),
    ({"b64": False}, "HeaderRefused"),
    ({"b64": True}, "HeaderRefused"),
    ({"b64": False, "crit": ["b64"]}, "HeaderRefused"),
    ({"zip": "DEF"}, "HeaderRefused"),
    ({"enc": "A256GCM"}, "HeaderRefused"),
]


@pytest.mark.parametrize(("changes", "check"), ONE_WRONG_HEADER)
async def test_one_wrong_header_member_is_refused_by_its_own_check(
    bench: Bench, changes: dict[str, Any], check: str
) -> None:
    """A2, A5, A6, A7, A10: the signature covers the header as it stands, and is right."""
    token = bench.signer.token(good_claims(bench.clock), bench.signer.header(**changes))
    assert await bench.failed_check(token) == check


async def test_a_type_may_be_written_as_a_media_type(bench: Bench) -> None:
    """RFC 7515 section 4.1.9: case and `application/` do not matter."""
    header = bench.signer.header(typ="application/AT+JWT")
    assert await bench.ask(bench.signer.token(good_claims(bench.clock), header))


@pytest.mark.parametrize(
    "body",
    [
        b'{"exp":1,"exp":2}',
        b'{"a":{"b":1,"b":2}}',
        b'{"a\\u003ab":1,"a\\u003ab":2}',
        b"[]",
        b'"x"',
        b"{",
        b"",
        b"\xff",
        b"\xef\xbb\xbf{}",
        b'{"exp":NaN}',
        b'{"exp":Infinity}',
        b'{"exp":1e309}',
        b"{" + b'"a":{' * 900 + b"}" * 901,
    ],
)
async def test_parts_that_are_not_strict_json_objects_are_refused(bench: Bench, body: bytes) -> None:
    """Two readers could take two meanings from a repeated member, so neither part may hold one."""
    expected = {"TokenMalformed"} if body else {"NoBearerToken"}
    assert await bench.failed_check(bench.signer.token(body)) in expected
    token = bench.signer.token(good_claims(bench.clock), body)
    assert body == b"" or await bench.failed_check(token) == "TokenMalformed"


@pytest.mark.parametrize("skew_s", [-29, 0, 29])
async def test_clocks_may_differ_by_less_than_the_leeway(bench: Bench, skew_s: int) -> None:
    """A8: 29 s either way is the most that two honest clocks differ."""
    now_s = int(bench.clock.now().timestamp())
    token = bench.token(iat=now_s + skew_s, nbf=now_s + skew_s, exp=now_s + skew_s + 300)
    assert await bench.ask(token)
    assert await bench.ask(bench.token(iat=now_s - 300, exp=now_s - 29))


async def test_a_token_over_the_size_cap_is_never_parsed(bench: Bench) -> None:
    """A14: one byte over, and two megabytes, are refused by their length."""
    token = bench.token(padding="x" * 9_000)
    exact = token[: 8 * 1024]
    assert await bench.failed_check(exact + "x") == "TokenTooLong"
    assert await bench.failed_check(exact) != "TokenTooLong"
    assert await bench.failed_check("x." * 1_000_000) == "TokenTooLong"
    assert bench.server.reads == 0


async def test_a_hidden_second_spelling_of_a_token_is_refused(bench: Bench) -> None:
    """Base64url with stray low bits decodes alike: it is not the token that was signed."""
    token = bench.token()
    last = token[-1]
    alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
    other = alphabet[alphabet.index(last) ^ 1]
    assert await bench.failed_check(token[:-1] + other) == "TokenMalformed"


async def test_no_byte_of_a_signed_token_can_change(bench: Bench) -> None:
    """Every character of the token, replaced by another, refuses it."""
    token = bench.token()
    for place, character in enumerate(token):
        other = "A" if character != "A" else "B"
        changed = token[:place] + other + token[place + 1 :]
        with pytest.raises((Unauthenticated, ServiceDown)):
            await bench.ask(changed)
    assert await bench.ask(token)


async def test_a_shared_secret_made_of_the_public_key_is_refused(bench: Bench) -> None:
    """A3: HS256 over the public key as PEM, DER or JWK, where the issuer signs with RS256."""
    signer = Signer("RS256")
    async with key_set_server(signer) as server:
        for algorithms in (("RS256",), ("RS256", "PS256", "ES256")):
            other = _authenticator(bench.clock, server, algorithms=algorithms)
            for secret in _public_spellings(signer):
                with pytest.raises(Unauthenticated) as caught:
                    await other.authenticate(f"Bearer {_hmac_token(signer, bench.clock, secret)}")
                assert type(caught.value.__cause__).__name__ == "AlgorithmRefused"
            await other.aclose()


def _authenticator(clock: HandClock, server: KeySetServer, **issuer: Any) -> JwtAuthenticator:
    trust = trust_in(issuer_at(server.url, **issuer))
    return JwtAuthenticator(trust, KeySets(trust.issuers.values(), clock), clock)


def _public_spellings(signer: Signer) -> list[bytes]:
    public = signer.key.public_key()
    info = serialization.PublicFormat.SubjectPublicKeyInfo
    return [
        public.public_bytes(serialization.Encoding.PEM, info),
        public.public_bytes(serialization.Encoding.DER, info),
        json.dumps(signer.jwk).encode(),
        b"",
    ]


def _hmac_token(signer: Signer, clock: HandClock, secret: bytes) -> str:
    header = json.dumps(signer.header(alg="HS256")).encode()
    message = f"{encoded(header)}.{encoded(json.dumps(good_claims(clock)).encode())}"
    return f"{message}.{encoded(hmac.digest(secret, message.encode(), hashlib.sha256))}"


@pytest.mark.parametrize("algorithm", ["ES256", "ES384", "RS256", "RS384", "PS256"])
async def test_every_listed_algorithm_verifies(bench: Bench, algorithm: str) -> None:
    """Each algorithm of the fixed list opens with its own key."""
    signer = Signer(algorithm)
    async with key_set_server(signer) as server:
        other = _authenticator(bench.clock, server, algorithms=(algorithm,))
        assert await other.authenticate(f"Bearer {signer.token(good_claims(bench.clock))}")
        await other.aclose()


async def test_a_key_verifies_only_by_its_own_algorithm(bench: Bench) -> None:
    """A4, CVE-2026-48523: the header's algorithm is allowed and the key could, but says another."""
    signer = Signer("RS256")
    claims = good_claims(bench.clock)
    head = json.dumps(signer.header(alg="PS256")).encode()
    message = f"{encoded(head)}.{encoded(json.dumps(claims).encode())}"
    token = f"{message}.{encoded(signer.sign(message.encode(), 'PS256'))}"
    async with key_set_server(signer) as server:
        other = _authenticator(bench.clock, server, algorithms=("RS256", "PS256"))
        with pytest.raises(Unauthenticated) as caught:
            await other.authenticate(f"Bearer {token}")
        assert type(caught.value.__cause__).__name__ == "AlgorithmRefused"
        await other.aclose()


async def test_a_short_key_verifies_nothing(bench: Bench) -> None:
    """An RSA key of 1024 bits beside a good one is as if it were not published."""
    weak = Signer("RS256", "weak", rsa_key(1024))
    async with key_set_server(Signer("RS256"), weak) as server:
        other = _authenticator(bench.clock, server, algorithms=("RS256",))
        with pytest.raises(Unauthenticated) as caught:
            await other.authenticate(f"Bearer {weak.token(good_claims(bench.clock))}")
        assert type(caught.value.__cause__).__name__ == "KeyUnknown"
        await other.aclose()


async def test_the_key_of_one_issuer_opens_nothing_for_another(bench: Bench) -> None:
    """Two issuers that publish the same key id stay apart."""
    theirs = Signer()
    async with key_set_server(theirs) as server:
        elsewhere = replace(issuer_at(server.url), issuer="https://other.example")
        trust = trust_in(issuer_at(bench.server.url), elsewhere)
        both = JwtAuthenticator(trust, KeySets(trust.issuers.values(), bench.clock), bench.clock)
        with pytest.raises(Unauthenticated) as caught:
            await both.authenticate(f"Bearer {theirs.token(good_claims(bench.clock))}")
        assert type(caught.value.__cause__).__name__ == "SignatureWrong"
        await both.aclose()


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


async def test_an_expired_token_never_comes_back_with_the_clock(bench: Bench) -> None:
    """A wall clock that was set back is noticed, and nothing is released until time is known again."""
    token = bench.token()
    bench.clock.pass_s(631)
    assert await bench.failed_check(token) == "TokenExpired"
    bench.clock.step_s(-600)
    with pytest.raises(ServiceDown) as caught:
        await bench.ask(token)
    assert caught.value.service == "clock"
    bench.clock.step_s(600)
    assert await bench.failed_check(token) == "TokenExpired"


async def test_time_that_passed_unwatched_counts_too(bench: Bench) -> None:
    """Nobody asked while the token expired, and then the clock stepped back: the seconds still passed."""
    token = bench.token()
    await bench.ask(token)
    bench.clock.pass_s(650)
    bench.clock.step_s(-29)
    assert await bench.failed_check(token) == "TokenExpired"


async def test_the_same_token_is_verified_once(bench: Bench) -> None:
    """A11: an access token is reusable until it expires; the second use costs no signature."""
    token = bench.token()
    first = await bench.ask(token)
    assert await bench.ask(token) is first
    assert bench.server.reads == 1


async def test_a_remembered_token_ends_with_its_expiry(bench: Bench) -> None:
    """Memory does not lengthen a token's life."""
    token = bench.token()
    await bench.ask(token)
    bench.clock.pass_s(631)
    assert await bench.failed_check(token) == "TokenExpired"


async def test_a_remembered_token_ends_with_its_key(bench: Bench) -> None:
    """A13: a removed key is refused from the next read of the set on, remembered tokens included."""
    token = bench.token(exp=int(bench.clock.now().timestamp()) + 900)
    await bench.ask(token)
    bench.server.keys = [Signer(key_id="key-2").jwk]
    bench.clock.pass_s(301)
    assert await bench.failed_check(token) == "KeyUnknown"


async def test_a_key_replaced_under_its_old_id_ends_its_tokens(bench: Bench) -> None:
    """The id alone is not the key."""
    token = bench.token(exp=int(bench.clock.now().timestamp()) + 900)
    await bench.ask(token)
    bench.server.keys = [Signer().jwk]
    bench.clock.pass_s(301)
    assert await bench.failed_check(token) == "SignatureWrong"


async def test_memory_of_tokens_is_bounded_and_can_be_turned_off(bench: Bench) -> None:
    """The longest unused falls out; zero remembers nothing."""
    trust = trust_in(issuer_at(bench.server.url))
    for bound in (0, 3):
        keys = KeySets(trust.issuers.values(), bench.clock)
        small = JwtAuthenticator(trust, keys, bench.clock, verified_max=bound)
        for number in range(5):
            await small.authenticate(f"Bearer {bench.token(jti=f'token-{number}')}")
        assert len(small._verified) == bound
        await small.aclose()


@given(st.text(max_size=80) | st.from_regex(r"Bearer [A-Za-z0-9_.\-]{0,60}", fullmatch=True))
async def test_no_header_breaks_the_reader(header: str) -> None:
    """Whatever a caller sends is a refusal, never an accident."""
    trust = trust_in(issuer_at("https://unreachable.invalid/keys"))
    authenticator = JwtAuthenticator(trust, KeySets(trust.issuers.values(), HandClock()), HandClock())
    with pytest.raises(Unauthenticated):
        await authenticator.authenticate(header)


async def test_a_patient_outside_999_is_refused_from_a_development_issuer(bench: Bench) -> None:
    """Even in the demonstration, even with the issuer's own key."""
    signer = Signer(key_id="watersmeet-development-1")
    async with key_set_server(signer) as server:
        issuer = replace(issuer_at(server.url), issuer=DEVELOPMENT_ISSUER, development=True)
        trust = trust_in(issuer, environment="demonstration")
        demo = JwtAuthenticator(trust, KeySets(trust.issuers.values(), bench.clock), bench.clock)
        for patient, opens in ((SYNTHETIC, True), ("0000000000", False)):
            claims = good_claims(bench.clock, iss=DEVELOPMENT_ISSUER, patient=patient)
            if opens:
                assert await demo.authenticate(f"Bearer {signer.token(claims)}")
                continue
            with pytest.raises(Unauthenticated) as caught:
                await demo.authenticate(f"Bearer {signer.token(claims)}")
            assert type(caught.value.__cause__).__name__ == "DevelopmentIssuerRefused"
        await demo.aclose()


async def test_production_refuses_a_development_issuer_whatever_its_trust_says(bench: Bench) -> None:
    """The trust was built by hand around every check of the file: the token is still refused."""
    signer = Signer(key_id="plain")
    async with key_set_server(signer) as server:
        for changes in ({"issuer": DEVELOPMENT_ISSUER}, {"development": True}):
            issuer = replace(issuer_at(server.url), **changes)
            trust = trust_in(issuer, environment="production")
            broker = JwtAuthenticator(trust, KeySets(trust.issuers.values(), bench.clock), bench.clock)
            with pytest.raises(Unauthenticated) as caught:
                await broker.authenticate(
                    f"Bearer {signer.token(good_claims(bench.clock, iss=issuer.issuer))}"
                )
            assert type(caught.value.__cause__).__name__ == "DevelopmentIssuerRefused"
            await broker.aclose()
        assert server.reads == 0


def test_opening_reads_what_was_signed() -> None:
    """Control: the helper's tokens are well-formed, and its key sets readable."""
    signer = Signer()
    opened = open_token(signer.token({"a": 1}))
    assert opened.claims == {"a": 1}
    raw = json.dumps({"keys": [signer.jwk]}).encode()
    assert set(read_key_set(raw, keys_max=1, development=False)) == {"key-1"}
