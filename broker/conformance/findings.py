"""What the kit can find: a closed table, each finding with what it means and what to do about it.

A finding holds a count, a kind of item and a member's name at most: never a value, a number or a name.
"""

from __future__ import annotations

import enum
import re
from collections.abc import Mapping
from dataclasses import dataclass

from broker.domain.outcome import Cause
from broker.domain.resource import Resource


class Weight(enum.StrEnum):
    """What a finding is worth: a fault keeps a partner from going live."""

    FAULT = "fault"
    WARNING = "warning"
    NOTE = "note"


@dataclass(frozen=True, slots=True)
class Meaning:
    """One row of the table. `area` is what the kit was looking at."""

    area: str
    weight: Weight
    said: str
    remedy: str


@dataclass(frozen=True, slots=True)
class Finding:
    """One finding about one partner. `where` is a kind of item, a member or a step, in our own words."""

    name: str
    where: str = ""
    times: int = 1

    @property
    def meaning(self) -> Meaning:
        """Its row of the table."""
        return TABLE[self.name]


_KIND = re.compile(r"[A-Z][A-Za-z]{1,63}", re.ASCII)


def kind_of(item: Resource) -> str:
    """A resource's type where it has the form of one: a partner's own text is never repeated."""
    kind = item.header.resourceType
    return kind if _KIND.fullmatch(kind) else "item of no kind"


_F, _W, _N = Weight.FAULT, Weight.WARNING, Weight.NOTE

_ENDPOINT = {
    "not-reached": Meaning(
        "endpoint",
        _F,
        "No connection to the endpoint.",
        "Check address, port, firewall and that it is running.",
    ),
    "no-address": Meaning(
        "endpoint", _F, "The endpoint's name leads nowhere.", "Check the host name and DNS."
    ),
    "tls": Meaning(
        "tls",
        _F,
        "The certificate is not valid for this name, or not of the registered authority.",
        "Renew or reissue the certificate; register its authority under `credentials`.",
    ),
    "own-credentials": Meaning(
        "tls", _F, "Our own certificate or key cannot be used.", "Mend `credentials` in the registration."
    ),
    "not-encrypted": Meaning(
        "tls", _W, "The endpoint is not encrypted.", "Register https or mllps before anything but loopback."
    ),
    "certificate-ends-soon": Meaning(
        "tls", _W, "The server's certificate ends within 30 days.", "Renew it before it stops the service."
    ),
    "open-without-certificate": Meaning(
        "tls",
        _F,
        "The endpoint answers a caller without a client certificate.",
        "Require mutual TLS at the endpoint.",
    ),
    "open-without-secret": Meaning(
        "identity", _F, "The endpoint answers a caller without the secret.", "Refuse calls without it (401)."
    ),
}
_PEOPLE = {
    "known-not-found": Meaning(
        "identity",
        _F,
        "A person whom the partner knows was not found.",
        "Check how it is searched for an NHS number, and that the test people are loaded.",
    ),
    "unknown-not-told": Meaning(
        "empties",
        _F,
        "For a person whom it does not know it did not say so.",
        "Answer as the connector's page describes an unknown person; never with an empty record of somebody.",
    ),
    "unknown-found": Meaning(
        "wrong patient",
        _F,
        "For a person whom it does not know it answered with a record.",
        "Check that the search heeds its parameter: it may be answering with somebody else, or everybody.",
    ),
    "empty-not-whole": Meaning(
        "empties",
        _F,
        "For a person without records its answer is not whole.",
        "Answer with an empty result, not with an error.",
    ),
    "empty-has-items": Meaning(
        "empties",
        _F,
        "A person without records was given some.",
        "Check whose they are, and that the test person is empty there.",
    ),
    "foreign-items": Meaning(
        "wrong patient",
        _F,
        "Items in the answer are not provably about the person who was asked for.",
        "Every item must name the person's own Patient; find whose these are.",
    ),
    "name-differs": Meaning(
        "identity", _W, "The family name is not the one on the list.", "Check the test person's demographics."
    ),
    "birth-date-missing": Meaning(
        "identity",
        _W,
        "The Patient has no birth date, so the number alone proves the person.",
        "Send the birth date with the Patient.",
    ),
    "fewer-than-listed": Meaning(
        "completeness",
        _F,
        "There are fewer items than the list says that it holds.",
        "Look for a page, a type or a code that is not answered; then correct the list if it is wrong.",
    ),
    "not-supplied": Meaning(
        "completeness",
        _W,
        "Items came of a category that it is not registered to supply.",
        "Add the category to `supplies`, or stop sending it.",
    ),
    "supplied-unseen": Meaning(
        "completeness",
        _N,
        "No test person holds anything of a category that it supplies: it is not proved.",
        "Load a test person who does.",
    ),
    "pages-unseen": Meaning(
        "paging",
        _N,
        "No answer had a second page: paging is not proved.",
        "Load a test person with many items.",
    ),
    "changes-when-asked-again": Meaning(
        "identity",
        _F,
        "The same question a moment later gave other items or other bytes.",
        "Items need ids that last, and a fixed form.",
    ),
    "slow": Meaning(
        "latency", _W, "An answer took longer than three seconds.", "Readers wait for the slowest partner."
    ),
    "too-slow": Meaning(
        "latency", _F, "An answer took longer than the broker waits.", "It would read as timed out."
    ),
}
_CONTENT = {
    "unreadable": Meaning(
        "content",
        _F,
        "Items cannot be read safely: bad JSON, a repeated member, or no type or id.",
        "Write each item as valid JSON with resourceType and id.",
    ),
    "id-repeated": Meaning(
        "content", _F, "Different items have the same id.", "Give each item an id of its own."
    ),
    "structure": Meaning(
        "content", _F, "Items are not of FHIR R4's structure.", "Validate them against R4 4.0.1."
    ),
    "date-not-valid": Meaning(
        "dates", _F, "A date is not a FHIR date.", "Write year, month or day, or a time with its zone."
    ),
    "date-without-zone": Meaning(
        "dates", _F, "A time has no zone.", "Write `Z` or an offset: an hour is a dose in some charts."
    ),
    "date-to-come": Meaning(
        "dates",
        _W,
        "Something that was recorded or measured lies in the future.",
        "Check the server's clock, and day and month.",
    ),
    "code-missing": Meaning(
        "codes", _F, "An item has neither a code nor words.", "Send at least the words that were written."
    ),
    "code-without-system": Meaning(
        "codes", _W, "A code has no system.", "Say whose code it is, SNOMED CT where there is one."
    ),
    "no-national-code": Meaning(
        "codes",
        _N,
        "Items carry only local codes.",
        "Add SNOMED CT or dm+d, so that likely duplicates are seen.",
    ),
    "reference-leads-nowhere": Meaning(
        "content",
        _W,
        "References lead to items that are not in the answer.",
        "Include what is referred to, or leave the reference out.",
    ),
    "label-not-known": Meaning(
        "sensitive labels",
        _F,
        "A confidentiality label is of a system or code that nobody here knows.",
        "Use HL7 v3-Confidentiality and v3-ActCode.",
    ),
    "label-missing": Meaning(
        "sensitive labels",
        _F,
        "A person on the list has sensitive items, and none carries a label.",
        "Label what is sensitive, or say under `supplies` that it is not sent.",
    ),
}
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


def _table() -> dict[str, Meaning]:
    """The rows of our own names, and one for every way in which an answer may end badly."""
    causes = {cause: _CAUSES.get(cause, _otherwise(cause)) for cause in Cause if cause is not Cause.NONE}
    rows = {f"answer-{cause}": Meaning(*row) for cause, row in causes.items()}
    return {**_ENDPOINT, **_PEOPLE, **_CONTENT, **rows}


def _otherwise(cause: Cause) -> tuple[str, Weight, str, str]:
    return "errors", _F, f"Its answer was not whole: {cause}.", "See the connector's page."


TABLE: Mapping[str, Meaning] = _table()
