"""Every limit in one place, each with its unit in its name and the value that ships. All settable."""

from __future__ import annotations

from dataclasses import dataclass

_KIB = 1024
_MIB = 1024 * 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class PartnerLimits:
    """What one partner may cost. A registration may lower or raise any of them."""

    connect_s: float = 1.5
    first_byte_s: float = 4.0
    idle_s: float = 1.0
    rate_bytes_per_s_min: int = 8 * _KIB
    wire_bytes_max: int = 8 * _MIB
    decoded_bytes_max: int = 32 * _MIB
    ratio_max: int = 100
    document_bytes_max: int = 50 * _MIB
    documents_at_once_max: int = 4
    entries_max: int = 2_000
    pages_max: int = 20
    retries_max: int = 1
    retry_budget_share: float = 0.10
    breaker_failures_in_a_row: int = 5
    breaker_window_calls: int = 20
    breaker_window_s: float = 10.0
    breaker_failure_share: float = 0.5
    breaker_open_s: float = 5.0
    breaker_open_max_s: float = 300.0
    calls_at_once_max: int = 16
    calls_per_s_max: float = 50.0
    queue_wait_s_max: float = 1.0


@dataclass(frozen=True, slots=True, kw_only=True)
class TransientCacheLimits:
    """For how long, and how much of, what partners answered is remembered. 0 seconds, as it ships, is not."""

    seconds: int = 0
    bytes_max: int = 64 * _MIB


@dataclass(frozen=True, slots=True, kw_only=True)
class BrokerLimits:
    """What one request, one caller and one process may cost."""

    deadline_s: float = 8.0
    reserve_s: float = 0.3
    identity_trace_ttl_s: float = 60.0
    identity_traces_max: int = 5_000
    requests_at_once_max: int = 200
    token_bytes_max: int = 8 * _KIB
    token_lifetime_s_max: int = 900
    token_leeway_s: int = 30
    request_bytes_max: int = 64 * _KIB
    headers_s: float = 5.0
    document_s_max: float = 120.0
    stream_s_max: float = 60.0
    patient_token_window_s: int = 12 * 3600
    page_lifetime_s: int = 600
    key_set_bytes_max: int = 64 * _KIB
    key_set_keys_max: int = 32
    key_set_refresh_s_min: int = 30
    key_set_stale_s_max: int = 3600
    slice_s: float = 0.005
    policy_watch_s: float = 2.0
    policy_compare_s_max: float = 600.0
    door_refusals_per_minute_max: int = 60
    objections_by_one_per_h_max: int = 30
    grants_per_user_per_hour_max: int = 10
