"""Every check of a token as a class of its own: the name is all that the audit trail learns of a failure.

None takes an argument, so none can carry a claim, a key id or a piece of the token.
"""

from __future__ import annotations


class CheckFailed(Exception):
    """A token was refused. The class says which check; the instance says nothing."""

    def __init__(self) -> None:
        super().__init__(type(self).__name__)


class NoBearerToken(CheckFailed):
    """Not exactly one header of the form `Bearer x.y.z`."""


class TokenTooLong(CheckFailed):
    """Over the size cap; nothing of it was parsed."""


class TokenMalformed(CheckFailed):
    """A part is not canonical base64url, not strict JSON, or not an object."""


class HeaderRefused(CheckFailed):
    """The header asks for something that is not offered: `crit`, `b64`, `zip`, a key by value or URL."""


class TokenTypeRefused(CheckFailed):
    """Another kind of token (identity token, assertion) used as an access token."""


class AlgorithmRefused(CheckFailed):
    """Not on the issuer's list, or not the key's own algorithm."""


class IssuerUnknown(CheckFailed):
    """No registered issuer has exactly this name."""


class DevelopmentIssuerRefused(CheckFailed):
    """The development issuer outside the demonstration, or asking for more than it may."""


class KeyIdMissing(CheckFailed):
    """No `kid` that could choose exactly one key."""


class KeyUnknown(CheckFailed):
    """The issuer does not publish a usable key of this id."""


class SignatureWrong(CheckFailed):
    """The signature does not fit the key."""


class ClaimMissing(CheckFailed):
    """One of `exp`, `iat`, `iss`, `aud`, `sub`, `jti` is absent."""


class AudienceWrong(CheckFailed):
    """Not meant for this broker alone."""


class SubjectWrong(CheckFailed):
    """`sub` is not a plain non-empty text."""


class TokenIdWrong(CheckFailed):
    """`jti` is not a plain non-empty text."""


class TimeMalformed(CheckFailed):
    """`exp`, `iat` or `nbf` is not a finite number."""


class TokenExpired(CheckFailed):
    """`exp` has passed, leeway included."""


class TokenFromTheFuture(CheckFailed):
    """`iat` or `nbf` has not come yet, leeway included."""


class LifetimeTooLong(CheckFailed):
    """`exp - iat` is over the broker's own maximum, or not positive."""


class ConfirmationUnsupported(CheckFailed):
    """The token is bound to a proof (`cnf`) that the broker cannot check, so it opens nothing."""


class NotANamedUser(CheckFailed):
    """A system's own token: it never asks as itself for a person."""


class OrganisationUnclear(CheckFailed):
    """No one organisation, or not an ODS code."""


class RoleUnclear(CheckFailed):
    """No role, or several and none selected."""


class PurposeUnclear(CheckFailed):
    """No purpose, or more than one."""


class PatientClaimWrong(CheckFailed):
    """The token names a patient by something that is not an NHS number."""


class ScopesMissing(CheckFailed):
    """The issuer's map names a scope claim and the token has none: what it narrows to is not known."""


class FactMalformed(CheckFailed):
    """A mapped fact is not plain text of a sensible length."""
