"""Refusals and faults that reach a caller. Each class carries its HTTP status and FHIR issue code.

No instance ever holds a person's number, name, token or a partner's text: what a caller may be told is
the class's own sentence and, where policy allows, words from a policy file.
"""

from __future__ import annotations

from typing import ClassVar


class BrokerError(Exception):
    """A request ends here. `message` is written by us and safe to show."""

    status: ClassVar[int] = 500
    code: ClassVar[str] = "exception"
    message: str = "The broker could not answer. Use the contact routes of the services you need."

    def __init__(self, message: str | None = None, *, contact: tuple[str, ...] = ()) -> None:
        """`message` replaces the class's sentence; `contact` lists routes from policy, shown as given."""
        self.message = message or type(self).message
        self.contact = contact
        super().__init__(self.message)

    @property
    def cause(self) -> str:
        """Our own closed word for what happened, for the trail alone."""
        return type(self).__name__


class BrokerFault(BrokerError):
    """A fault of ours that nothing foresaw. What it was is in the log, by class name and line alone."""


class BadRequest(BrokerError):
    """What was asked is not a question that this API has."""

    status = 400
    code = "invalid"
    message = "The request is not valid."


class InvalidNhsNumber(BadRequest):
    """Not ten ASCII digits, or the check digit fails."""

    code = "value"
    message = "The NHS number is not valid: it has ten digits and its last digit checks the others."


class NotSupported(BadRequest):
    """A parameter or interaction that the broker does not offer."""

    code = "not-supported"
    message = "The broker does not support this parameter or interaction."


class Unauthenticated(BrokerError):
    """The token is missing or any check of it failed; which check is for the audit trail alone."""

    status = 401
    code = "login"
    message = "A valid access token is needed."


class Forbidden(BrokerError):
    """The neutral refusal: the same for an objected, an unknown and an unrelated person."""

    status = 403
    code = "forbidden"
    message = "You may not see this record."


class Untold(Forbidden):
    """What happened would tell this caller that the person is unknown, and so, next time, that one is not:
    the neutral refusal stands in its place, and the trail has the cause.
    """

    def __init__(self, instead_of: BrokerError) -> None:
        """`instead_of` is what another caller would have heard."""
        self._cause = instead_of.cause
        super().__init__()

    @property
    def cause(self) -> str:
        """What really happened."""
        return self._cause


class ObjectionInForce(BrokerError):
    """A whole-record objection, said only to a caller whom policy lets know."""

    status = 403
    code = "suppressed"
    message = "This person's record is not shared here."


class Narrowed(BrokerError):
    """In the middle of a stream less may be shown than when it began: it ends, and what was shown goes."""

    status = 403
    code = "suppressed"
    message = "What may be shown of this record has changed. Take away what was shown, and ask again."


class RestrictedPerson(BrokerError):
    """A person whose location is protected: refused, with the national contact words that policy sets."""

    status = 403
    code = "suppressed"
    message = "This person's record is protected and is not shared here."


class NotFound(BrokerError):
    """Nothing of that name, to this caller."""

    status = 404
    code = "not-found"
    message = "Not found."


class AmbiguousPerson(BrokerError):
    """More than one person matched: none is chosen."""

    status = 409
    code = "multiple-matches"
    message = "More than one person matches. Trace the person and ask with one NHS number."


class Gone(BrokerError):
    """A sealed id or page whose time is over, or whose ground changed."""

    status = 410
    code = "expired"
    message = "This link has expired. Start again from the person's NHS number."


class PageGone(Gone):
    """A page that this caller cannot have any more, or never could, for whichever reason."""

    message = (
        "This page is not there any more: its time is over, or what it stood on has changed. "
        "Start again from the first page."
    )


class TooMany(BrokerError):
    """The caller or the broker is over its limit."""

    status = 429
    code = "throttled"
    message = "Too many requests. Try again shortly."


class TooManyGrants(TooMany):
    """A user opened emergency access more often than one may in an hour."""

    message = (
        "You have opened emergency access too often in the last hour. "
        "Contact the services you need directly, or your privacy officer."
    )


class AlreadyOpened(BrokerError):
    """What is had once in a session was had: a new episode needs a new session."""

    status = 409
    code = "duplicate"
    message = (
        "The person was asked once in this session already, and that is not renewed. "
        "Where they ask again, in a new session, it can be opened again."
    )


class ServiceDown(BrokerError):
    """One of *our* services cannot answer, so nothing is released and nobody is contacted."""

    status = 503
    code = "transient"

    def __init__(self, service: str, *, contact: tuple[str, ...] = ()) -> None:
        """`service` names ours: release-store, audit, keys, policy, patient-index, token-keys, clock."""
        self.service = service
        super().__init__(
            f"The broker's {service} service is not available, so no record can be shown. "
            "Contact the services you need directly.",
            contact=contact,
        )


class AllPartnersFailed(BrokerError):
    """Nobody that was asked could answer: a failed search, never an empty one."""

    status = 502
    code = "transient"
    message = "None of the partners could answer. This is not evidence that no record exists."


class AllPartnersTimedOut(AllPartnersFailed):
    """As AllPartnersFailed, and time was the cause."""

    status = 504
    code = "timeout"
    message = "None of the partners answered in time. This is not evidence that no record exists."


class DocumentNotGiven(BrokerError):
    """The holder of a document did not hand it on, or not as it had listed it."""

    status = 502
    code = "transient"
    message = "The organisation that holds this document could not hand it on. Ask it directly."


class DocumentTimedOut(DocumentNotGiven):
    """As DocumentNotGiven, and time was the cause."""

    status = 504
    code = "timeout"
    message = "The organisation that holds this document did not hand it on in time. Ask it directly."


class DocumentTooLarge(DocumentNotGiven):
    """Over the limit of what is handed on."""

    code = "too-long"
    message = "This document is larger than the broker hands on. Ask the organisation that holds it."
