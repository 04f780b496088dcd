"""The findings that are ways in which an answer may end: one row for every cause that there is."""

from __future__ import annotations

from collections.abc import Mapping

from broker.conformance.meanings import Meaning, Weight
from broker.domain.outcome import Cause

_F, _W = Weight.FAULT, Weight.WARNING
_CAUSES: Mapping[Cause, tuple[str, Weight, str, str]] = {
    Cause.STATUS: ("errors", _F, "It answered with an error.", "See the server's own log for the call."),
    Cause.CREDENTIALS: ("errors", _F, "It refused our credentials.", "Check certificate, secret and scopes."),
    Cause.DISSENT_AT_SOURCE: (
        "errors",
        _F,
        "It says that a test person objects there.",
        "Choose test people without a local dissent.",
    ),
    Cause.THROTTLED: ("errors", _F, "It says that we call too often.", "Agree a rate; set calls_per_s_max."),
    Cause.REDIRECT: ("errors", _F, "It redirects the call.", "Register the address that it redirects to."),
    Cause.CUT_SHORT: ("errors", _F, "Its answer broke off.", "Look for a proxy's limit or timeout."),
    Cause.MALFORMED: (
        "errors",
        _F,
        "Its answer is not what the connector's protocol says.",
        "Look for a sign-in page or an error page that is sent with status 200.",
    ),
    Cause.CONNECT: ("endpoint", _F, "A call could not be connected.", "Check that it accepts connections."),
    Cause.TLS: ("tls", _F, "A call failed in TLS.", "Check certificate, name, authority and versions."),
    Cause.DEADLINE: ("latency", _F, "An answer did not come in time.", "Find the slow query."),
    Cause.SLOW: (
        "latency",
        _F,
        "An answer came too slowly to wait for.",
        "Look for a slow link or no buffer.",
    ),
    Cause.BREAKER_OPEN: ("errors", _F, "It failed so often that it was left alone.", "Mend what failed."),
    Cause.WIRE_BYTES: ("limits", _F, "An answer is too large.", "Send smaller pages."),
    Cause.DECODED_BYTES: ("limits", _F, "An answer is too large when unpacked.", "Send smaller pages."),
    Cause.RATIO: ("limits", _F, "An answer unpacks to far more than was sent.", "Check the compression."),
    Cause.PAGE_LIMIT: ("paging", _F, "There are more pages than are followed.", "Send larger pages."),
    Cause.ENTRY_LIMIT: ("paging", _F, "There are more items than are taken.", "Agree a limit with us."),
    Cause.FOREIGN_LINK: ("paging", _F, "Its next page is at another address.", "Link to the same endpoint."),
    Cause.PAGE_LOOP: ("paging", _F, "Its pages lead round in a circle.", "End the last page without a link."),
    Cause.PAGE_FAILED: ("paging", _F, "A later page failed.", "Keep a search open until its end is read."),
    Cause.FEWER_THAN_TOTAL: ("paging", _F, "It sent fewer than it says there are.", "Count what is sent."),
    Cause.FULL_PAGE: (
        "paging",
        _F,
        "It sent just as many as were asked for, and says neither how many there are nor what follows.",
        "Send `total` or a `next` link.",
    ),
    Cause.REFERENCE_SPELLING: (
        "completeness",
        _F,
        "It finds nothing in the way in which it is asked, and something in the other.",
        "Set the connector's `reference` to the spelling that its server understands.",
    ),
    Cause.PARTNER_WARNING: (
        "warnings",
        _W,
        "It says itself that something may be missing.",
        "Find out what; readers will see the answer as partial.",
    ),
    Cause.NOT_OFFERED: (
        "completeness",
        _F,
        "A category that it is to supply cannot be asked for.",
        "Register the types or sections that hold it, or take it out of `supplies`.",
    ),
    Cause.WRONG_PATIENT: (
        "wrong patient",
        _F,
        "The Patient in its answer is not the person who was asked for.",
        "Compare number and birth date with the list; then look at how the search finds people.",
    ),
    Cause.SEVERAL_MATCHES: (
        "wrong patient",
        _F,
        "It holds several Patients of one number.",
        "Merge them, or take the number from the wrong one.",
    ),
    Cause.NO_PROOF: (
        "wrong patient",
        _F,
        "Nothing in its answer proves who it is about.",
        "Send the Patient with its NHS number and birth date.",
    ),
    Cause.NOT_ALLOWED_CALL: (
        "errors",
        _F,
        "A call was needed that is not allowed.",
        "Compare the connector's manifest with what its server links to.",
    ),
    Cause.CONNECTOR_ERROR: ("errors", _F, "The connector itself failed.", "Report it with its name."),
}


def rows() -> dict[str, Meaning]:
    """By the finding's name."""
    causes = {cause: _CAUSES.get(cause, _otherwise(cause)) for cause in Cause if cause is not Cause.NONE}
    return {f"answer-{cause}": Meaning(*row) for cause, row in causes.items()}


def _otherwise(cause: Cause) -> tuple[str, Weight, str, str]:
    return "errors", _F, f"Its answer was not whole: {cause}.", "See the connector's page."
