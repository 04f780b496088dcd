"""A bearer token to a Requester: the port's own work, check after check, in one readable order."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Protocol

import jwt
from jwt.exceptions import InvalidJTIError, InvalidSubjectError

from broker.adapters.tokens.checks import (
    AlgorithmRefused,
    AudienceWrong,
    CheckFailed,
    ClaimMissing,
    ConfirmationUnsupported,
    DevelopmentIssuerRefused,
    FactMalformed,
    IssuerUnknown,
    PurposeUnclear,
    SignatureWrong,
    SubjectWrong,
    TokenIdWrong,
    TokenMalformed,
)
from broker.adapters.tokens.claims import short_text
from broker.adapters.tokens.facts import requester_of
from broker.adapters.tokens.key_reading import VerifyingKey
from broker.adapters.tokens.lifetime import ForwardTime, check_lifetime
from broker.adapters.tokens.opening import OpenedToken, bearer_token, open_token, refuse_other_type
from broker.adapters.tokens.trust import DEVELOPMENT_ISSUER, Issuer, Trust
from broker.adapters.tokens.verified import VerifiedToken, VerifiedTokens
from broker.domain.errors import Forbidden, Unauthenticated
from broker.domain.limits import BrokerLimits
from broker.domain.requester import Requester
from broker.ports.clock import Clock

VERIFIED_TOKENS_MAX = 1_024
REQUIRED_CLAIMS = ("exp", "iat", "iss", "aud", "sub", "jti")


class Keys(Protocol):
    """Where verifying keys come from; KeySets is the one over HTTP."""

    def held(self, issuer_name: str, key_id: str, /) -> VerifyingKey | None:
        """The key without waiting, or None."""
        ...

    async def key(self, issuer_name: str, key_id: str, /) -> VerifyingKey:
        """The key. Raises KeyUnknown, ServiceDown("token-keys")."""
        ...

    async def aclose(self) -> None:
        """Close the connections."""
        ...


class JwtAuthenticator:
    """Implements ports.authenticator.Authenticator for the issuers of the trust file.

    Raises Unauthenticated from the CheckFailed that says which check; Forbidden from PurposeUnclear (a
    good token for no one purpose); ServiceDown for `token-keys` and `clock`. Tokens bound to a proof
    (`cnf`: DPoP, mutual TLS) are refused: the proof cannot be checked here, so the binding would be void.
    `verified_max` bounds the memory of verified tokens; 0 turns it off.
    """

    def __init__(
        self,
        trust: Trust,
        key_sets: Keys,
        clock: Clock,
        limits: BrokerLimits | None = None,
        *,
        verified_max: int = VERIFIED_TOKENS_MAX,
    ) -> None:
        self._trust = trust
        self._keys = key_sets
        self._limits = limits or BrokerLimits()
        self._time = ForwardTime(clock, leeway_s=self._limits.token_leeway_s)
        self._verified = VerifiedTokens(verified_max)

    async def authenticate(self, authorization: str | None, /) -> Requester:
        """The named user behind one Authorization header."""
        try:
            token = bearer_token(authorization, bytes_max=self._limits.token_bytes_max)
            return await self._requester(token)
        except PurposeUnclear as failed:
            raise Forbidden from failed
        except CheckFailed as failed:
            raise Unauthenticated from failed

    async def aclose(self) -> None:
        """Close the key-set connections."""
        await self._keys.aclose()

    async def _requester(self, token: str) -> Requester:
        digest = self._verified.digest(token)
        now_s = self._time.now_s()
        known = self._verified.get(digest)
        if known is not None and self._still_holds(known, now_s):
            return known.requester
        self._verified.drop(digest)
        verified = await self._verify(open_token(token))
        self._verified.put(digest, verified, now_s=now_s)
        return verified.requester

    def _still_holds(self, known: VerifiedToken, now_s: float) -> bool:
        """Expired by the letter, without leeway, means a full check; so does a key that is not the same."""
        return now_s < known.expires_s and self._keys.held(known.issuer, known.key.key_id) is known.key

    async def _verify(self, opened: OpenedToken) -> VerifiedToken:
        issuer = self._issuer(opened)
        refuse_other_type(opened, issuer.token_types)
        algorithm = opened.header.get("alg")
        if not isinstance(algorithm, str) or algorithm not in issuer.algorithms:
            raise AlgorithmRefused
        key = await self._keys.key(issuer.issuer, opened.key_id)
        if algorithm not in key.algorithms:
            raise AlgorithmRefused
        check_signature(opened.text, key, algorithm, issuer)
        check_claims(opened.claims, issuer)
        # Read after the keys came: a token must not outlive its expiry while a fetch was waited for.
        expires_s = check_lifetime(opened.claims, self._time.now_s(), self._limits)
        requester = requester_of(issuer, opened.claims, expires_s=expires_s)
        return VerifiedToken(requester, issuer.issuer, key, expires_s)

    def _issuer(self, opened: OpenedToken) -> Issuer:
        """The registered issuer of exactly this name, never one that merely begins like it."""
        name = opened.claims.get("iss")
        if "iss" not in opened.claims:
            raise ClaimMissing
        issuer = self._trust.issuers.get(name) if isinstance(name, str) else None
        is_development = name == DEVELOPMENT_ISSUER or (issuer is not None and issuer.development)
        if is_development and not self._trust.is_demonstration:
            raise DevelopmentIssuerRefused
        if issuer is None:
            raise IssuerUnknown
        return issuer


def check_signature(token: str, key: VerifyingKey, algorithm: str, issuer: Issuer) -> None:
    """Raises SignatureWrong or another check. PyJWT verifies all but the times (`check_lifetime`)."""
    try:
        jwt.decode(
            token,
            key.public,
            algorithms=[algorithm],
            issuer=issuer.issuer,
            audience=issuer.audience,
            options={
                "require": list(REQUIRED_CLAIMS),
                "verify_exp": False,
                "verify_iat": False,
                "verify_nbf": False,
                "enforce_minimum_key_length": True,
            },
        )
    except jwt.InvalidTokenError as error:
        raise _check_behind(error) from None


_CHECK_BEHIND: Mapping[type[jwt.InvalidTokenError], type[CheckFailed]] = {
    jwt.InvalidSignatureError: SignatureWrong,
    jwt.MissingRequiredClaimError: ClaimMissing,
    jwt.InvalidAudienceError: AudienceWrong,
    jwt.InvalidIssuerError: IssuerUnknown,
    InvalidSubjectError: SubjectWrong,
    InvalidJTIError: TokenIdWrong,
    jwt.InvalidAlgorithmError: AlgorithmRefused,
}


def _check_behind(error: jwt.InvalidTokenError) -> CheckFailed:
    return _CHECK_BEHIND.get(type(error), TokenMalformed)()


def check_claims(claims: Mapping[str, Any], issuer: Issuer) -> None:
    """What PyJWT leaves open: the audience is ours alone, subject and token id are plain texts, no `cnf`."""
    if claims["aud"] not in (issuer.audience, [issuer.audience]):
        raise AudienceWrong
    for name, check in (("sub", SubjectWrong), ("jti", TokenIdWrong)):
        try:
            short_text(claims[name])
        except FactMalformed:
            raise check from None
    if "cnf" in claims:
        raise ConfirmationUnsupported
