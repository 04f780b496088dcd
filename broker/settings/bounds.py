"""What each limit means and how far it may be moved, and a file's limits into the domain's own."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, TypeVar

from broker.domain.limits import BrokerLimits, PartnerLimits, TransientCacheLimits
from broker.files import Section

_KIB = 1024
_MIB = 1024 * 1024

Limits = TypeVar("Limits", BrokerLimits, PartnerLimits, TransientCacheLimits)


@dataclass(frozen=True, slots=True)
class Bound:
    """The least and the most that a limit may be, both allowed, and what it limits in one sentence."""

    least: float
    most: float
    meaning: str


PARTNER_BOUNDS: Mapping[str, Bound] = MappingProxyType(
    {
        "connect_s": Bound(0.05, 10, "Longest wait for a connection, TLS included."),
        "first_byte_s": Bound(0.05, 30, "Longest wait for the first byte of an answer."),
        "idle_s": Bound(0.05, 30, "Longest silence in the middle of an answer."),
        "rate_bytes_per_s_min": Bound(1, 100 * _MIB, "Slowest answer that is still waited for."),
        "wire_bytes_max": Bound(1 * _KIB, 256 * _MIB, "Largest answer as it travels, compressed or not."),
        "decoded_bytes_max": Bound(1 * _KIB, 512 * _MIB, "Largest answer once decompressed."),
        "ratio_max": Bound(1, 1_000, "How many times larger an answer may become when decompressed."),
        "document_bytes_max": Bound(1 * _KIB, 1024 * _MIB, "Largest document that is handed on."),
        "documents_at_once_max": Bound(1, 100, "Documents of this partner on their way at one moment."),
        "entries_max": Bound(1, 100_000, "Entries taken from one partner; more makes the answer partial."),
        "pages_max": Bound(1, 1_000, "Pages taken from one partner; more makes the answer partial."),
        "retries_max": Bound(0, 1, "Repeats of one call, only before any response header."),
        "retry_budget_share": Bound(0, 0.5, "Share of a partner's calls that may be repeats."),
        "breaker_failures_in_a_row": Bound(1, 100, "Failures in a row that open the breaker."),
        "breaker_window_calls": Bound(1, 1_000, "Calls that the breaker's failure share is taken over."),
        "breaker_window_s": Bound(1, 600, "Age after which a call no longer counts for the breaker."),
        "breaker_failure_share": Bound(
            0.05, 1, "Share of failed calls in the window that opens the breaker."
        ),
        "breaker_open_s": Bound(0.1, 600, "First pause before an open breaker lets one probe through."),
        "breaker_open_max_s": Bound(0.1, 3_600, "Longest pause; each failed probe doubles it up to here."),
        "calls_at_once_max": Bound(1, 500, "Calls to this partner at one moment."),
        "calls_per_s_max": Bound(0.1, 10_000, "Calls to this partner in a second: the rate it agreed to."),
        "queue_wait_s_max": Bound(0, 30, "Longest wait for a free place before the call is given up."),
    }
)

BROKER_BOUNDS: Mapping[str, Bound] = MappingProxyType(
    {
        "deadline_s": Bound(0.5, 60, "Time from a question to its answer, whatever the partners do."),
        "reserve_s": Bound(0.05, 5, "The end of the deadline that is kept for merging and audit."),
        "identity_trace_ttl_s": Bound(0, 300, "How long a traced person is kept in memory; never R or V."),
        "identity_traces_max": Bound(1, 1_000_000, "Traced people in memory at one moment."),
        "requests_at_once_max": Bound(1, 10_000, "Questions in work at one moment; more are told to wait."),
        "token_bytes_max": Bound(512, 64 * _KIB, "Largest access token that is looked at."),
        "token_lifetime_s_max": Bound(30, 3_600, "Longest life of an access token, from issue to expiry."),
        "token_leeway_s": Bound(0, 120, "Difference between clocks that is forgiven."),
        "request_bytes_max": Bound(1 * _KIB, 1 * _MIB, "Largest body of a question."),
        "headers_s": Bound(0.5, 60, "Time in which a caller must have sent its headers."),
        "document_s_max": Bound(1, 600, "Time in which a document must have gone out, once it is asked for."),
        "stream_s_max": Bound(
            1, 600, "Time in which an event stream must have been taken, once it has begun."
        ),
        "patient_token_window_s": Bound(
            300, 24 * 3_600, "Life of the sealed ids that stand for a person or a document."
        ),
        "page_lifetime_s": Bound(10, 3_600, "Life of a `next` link; following it gives one with a new life."),
        "key_set_bytes_max": Bound(1 * _KIB, 1 * _MIB, "Largest key set that an issuer may publish."),
        "key_set_keys_max": Bound(1, 256, "Most keys in an issuer's key set."),
        "key_set_refresh_s_min": Bound(1, 3_600, "Shortest time between two fetches of one key set."),
        "key_set_stale_s_max": Bound(60, 24 * 3_600, "How long a key set serves while its issuer is silent."),
        "slice_s": Bound(0.0005, 0.05, "Longest work without letting other requests have a turn."),
        "policy_watch_s": Bound(0.01, 3_600, "How often the policies are looked at for a change."),
        "policy_compare_s_max": Bound(
            1, 3_600, "Longest comparison of a changed policy; one that takes longer counts as an opening."
        ),
        "door_refusals_per_minute_max": Bound(
            1, 6_000, "Audit records a minute of requests refused at the door; more are counted by kind."
        ),
        "objections_by_one_per_h_max": Bound(
            1, 10_000, "Objections that one person may receive in an hour without a second person."
        ),
        "grants_per_user_per_hour_max": Bound(
            1, 1_000, "Emergency accesses that one user may open in an hour; more are refused."
        ),
    }
)

TRANSIENT_CACHE_BOUNDS: Mapping[str, Bound] = MappingProxyType(
    {
        "seconds": Bound(
            0,
            60,
            "Age until which the same user's same question may be answered from memory; 0 is never.",
        ),
        "bytes_max": Bound(1 * _MIB, 1024 * _MIB, "Memory for such answers, of everybody together."),
    }
)


def optional_section(top: Section, name: str) -> Section | None:
    """The section of that name; None when the file has none, and `finish` knows the name either way."""
    return top.section(name, None)


def read_broker_limits(section: Section) -> BrokerLimits:
    """The file's limits over the ones that ship. Raises FileFault for one out of bounds."""
    limits = _moved(section, BrokerLimits(), BROKER_BOUNDS)
    if limits.reserve_s * 2 > limits.deadline_s:
        remedy = "Keep at least half of the deadline for the partners."
        raise section.fault("`reserve_s` takes more than half of `deadline_s`.", remedy, at="reserve_s")
    return limits


def read_transient_cache(section: Section) -> TransientCacheLimits:
    """The file's limits over the ones that ship. Raises FileFault for one out of bounds."""
    return _moved(section, TransientCacheLimits(), TRANSIENT_CACHE_BOUNDS)


def read_partner_limits(section: Section, shipped: PartnerLimits) -> PartnerLimits:
    """The file's limits over `shipped`. Raises FileFault for one out of bounds."""
    limits = _moved(section, shipped, PARTNER_BOUNDS)
    if limits.breaker_open_s > limits.breaker_open_max_s:
        remedy = "Raise the longest pause or lower the first."
        raise section.fault("`breaker_open_s` is over `breaker_open_max_s`.", remedy, at="breaker_open_s")
    return limits


def _moved(section: Section, shipped: Limits, bounds: Mapping[str, Bound]) -> Limits:
    """`shipped` with each limit that the section names. Every limit is taken, so `finish` knows them all."""
    moved: dict[str, Any] = {
        name: _within(section, name, getattr(shipped, name), bound) for name, bound in bounds.items()
    }
    section.finish()
    return dataclasses.replace(shipped, **moved)


def _within(section: Section, name: str, shipped: float, bound: Bound) -> float:
    if isinstance(shipped, int):
        value: float = section.integer(name, shipped, least=int(bound.least))
    else:
        value = section.number(name, shipped, least=bound.least)
    # Written this way round, `.nan` is refused too.
    if not bound.least <= value <= bound.most:
        problem = f"`{name}` must lie between {bound.least:,} and {bound.most:,}."
        raise section.fault(problem, f"It ships as {shipped:,}.", at=name)
    return value
