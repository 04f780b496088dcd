"""Every event that may be logged and every field that may stand beside one: the whole allow-list.

To log something new, add it here with a sentence that says what it tells an operator, and run
`python -m broker.logs.reference > docs/reference/log-events.md`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from broker.domain.grant import EmergencyGround
from broker.domain.outcome import Cause, OutcomeLabel
from broker.domain.query import Interaction
from broker.logs.fields import ClassName, Count, Duration, FieldKind, OpaqueId, Places, Word

LEVELS = ("debug", "info", "warning", "error", "critical")
SERVICES = ("release-store", "audit", "keys", "policy", "patient-index", "token-keys", "clock", "readiness")
METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "CONNECT", "other")


@dataclass(frozen=True, slots=True)
class Event:
    """One kind of line. The level is the event's own, whatever method wrote it."""

    name: str
    level: str
    sentence: str


EVENTS: Mapping[str, Event] = {
    event.name: event
    for event in (
        Event("started", "info", "The broker is listening."),
        Event("stopping", "info", "The broker was told to stop and finishes what is under way."),
        Event("stopped", "info", "The broker has stopped."),
        Event("ready", "info", "Readiness is true again."),
        Event("not-ready", "error", "One of our own services cannot do its work: nothing is released."),
        Event("request-answered", "info", "One request got its answer."),
        Event("request-refused", "info", "One request was turned away, and the audit trail says why."),
        Event("request-failed", "error", "A fault of the broker ended one request; nothing was released."),
        Event("request-malformed", "warning", "A request could not be read; nothing of it is repeated here."),
        Event("emergency-access-opened", "warning", "Emergency access was opened: it waits for review."),
        Event("relationship-self-claimed", "warning", "A user claims to care for somebody: for review."),
        Event("emergency-access-limited", "warning", "A user opens emergency access too often: refused."),
        Event("objection-not-noted", "warning", "A number is nobody's, and no objection says so yet."),
        Event("client-left", "info", "The caller closed the connection before the answer was complete."),
        Event("document-cut", "warning", "A document was cut on its way: the caller's transfer was broken."),
        Event("partner-secret-failed", "error", "A partner's secret cannot be read: it alone is not asked."),
        Event("breaker-opened", "warning", "A partner failed too often and is left alone for a while."),
        Event("breaker-closed", "info", "A partner answered its probe and is asked again."),
        Event("connector-failed", "error", "A connector failed unforeseen: that partner's outcome alone."),
        Event("index-failed", "error", "The patient index did not answer: nothing is released."),
        Event("store-failed", "error", "The release store failed: nothing is released."),
        Event("keys-failed", "error", "A key is missing or cannot be read: nothing is released."),
        Event("token-keys-failed", "warning", "An issuer's key set could not be read."),
        Event("policy-loaded", "info", "A policy revision is in force."),
        Event("policy-broken", "error", "A changed policy is broken; the last good revision stays in force."),
        Event("policy-refused", "error", "A changed policy may not come into force: number or signatures."),
        Event("policy-forced", "warning", "A revision that was forced out of its order is in force."),
        Event("clock-jumped", "critical", "The wall clock went back: nothing is released."),
        Event("unhandled-error", "critical", "An error reached the edge of a process, a thread or the loop."),
        Event("library", "warning", "A library wrote a line; what it said is not repeated."),
        Event("event-dropped", "warning", "The broker wrote a line that the catalogue does not know."),
    )
}  # fmt: skip

FIELDS: Mapping[str, FieldKind] = {
    "request_id": OpaqueId(),
    "partner": OpaqueId(),
    "connector": OpaqueId(),
    "revision": OpaqueId(),
    "key_id": OpaqueId(),
    "issuer_place": Count(999),
    "version": OpaqueId(),
    "organisation": OpaqueId(),
    "ground": Word.of(EmergencyGround),
    "environment": Word.of(("demonstration", "testing", "production")),
    "service": Word.of(SERVICES),
    "interaction": Word.of(Interaction),
    "method": Word.of(METHODS),
    "outcome": Word.of(OutcomeLabel),
    "cause": Word.of(Cause),
    "status": Count(599),
    "port": Count(65_535),
    "count": Count(),
    "shown": Count(),
    "partners": Count(),
    "entries": Count(),
    "pages": Count(),
    "attempts": Count(),
    "bytes": Count(),
    "sequence": Count(),
    "elapsed_ms": Duration(),
    "elapsed_s": Duration(),
    "open_s": Duration(),
    "error": ClassName(),
    "because": ClassName(),
    "frames": Places(),
    "logger": ClassName(),
    "library_level": Word.of(LEVELS),
    "dropped": Count(),
}
