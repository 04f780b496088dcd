"""Grants of emergency access and self-claimed relationships to the words that a privacy officer reads."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any

from broker.cli.table import printable
from broker.domain.grant_life import SELF_CLAIMED, GrantEvent, GrantHistory

if TYPE_CHECKING:
    from broker.adapters.release_store import Access

# What stands under a grant beside the requests that named it: its own steps, and looks at it.
_NO_REQUESTS = frozenset({"emergency-access", "audit-read"})


def is_overdue(history: GrantHistory, now: dt.datetime, due_within: dt.timedelta) -> bool:
    """It waits for review, and has waited longer than it may."""
    return history.is_open_for_review and now >= history.last.grant.granted_at + due_within


def review_word(history: GrantHistory, now: dt.datetime, due_within: dt.timedelta) -> str:
    """What was found, or how it waits."""
    found = history.review.outcome if history.review is not None else None
    if not history.is_open_for_review:
        return str(found)
    waits = "OVERDUE" if is_overdue(history, now, due_within) else "open"
    return waits if found is None else f"{waits} ({found})"


def state_word(history: GrantHistory, now: dt.datetime) -> str:
    """Whether it still opens anything."""
    grant = history.last.grant
    if grant.ground == SELF_CLAIMED:
        return "opens nothing"
    if grant.ended:
        return "ended"
    return "in force" if now < grant.expires_at else "over"


def history_row(history: GrantHistory, now: dt.datetime, due_within: dt.timedelta) -> tuple[str, ...]:
    """One line of a table. It names no person and no user."""
    grant = history.last.grant
    return (
        grant.grant_id,
        str(history.record),
        grant.granted_at.isoformat(timespec="seconds"),
        grant.ground,
        grant.organisation_ods,
        state_word(history, now),
        review_word(history, now, due_within),
    )


def history_json(history: GrantHistory, now: dt.datetime, due_within: dt.timedelta) -> dict[str, Any]:
    """The same for a script."""
    grant = history.last.grant
    return {
        "grant": grant.grant_id,
        "record": history.record,
        "opened_at": grant.granted_at,
        "expires_at": None if grant.ground == SELF_CLAIMED else grant.expires_at,
        "ground": grant.ground,
        "organisation": grant.organisation_ods,
        "state": state_word(history, now),
        "outcome": history.review.outcome if history.review is not None else None,
        "open_for_review": history.is_open_for_review,
        "overdue": is_overdue(history, now, due_within),
    }


def story_json(history: GrantHistory, accesses: tuple[Access, ...], *, show_numbers: bool) -> dict[str, Any]:
    """Who opened it, when, why and for which partners, every step since, and what was asked under it."""
    first, grant = history.events[0], history.last.grant
    told: dict[str, Any] = {
        "grant": grant.grant_id,
        "record": history.record,
        "ground": grant.ground,
        "text": grant.text,
        "witness": grant.witness,
        "user": {"issuer": grant.issuer, "id": grant.user_id, "name": first.user_name},
        "roles": first.roles,
        "organisation": grant.organisation_ods,
        "purpose": grant.purpose,
        "partners": sorted(grant.partners),
        "opened_at": grant.granted_at,
        "expires_at": None if grant.ground == SELF_CLAIMED else grant.expires_at,
        "steps": [_step_json(event) for event in history.events],
        "requests": [_request_json(one) for one in accesses if one.outcome not in _NO_REQUESTS],
    }
    if show_numbers:
        told["nhs_numbers"] = sorted(number.digits for number in grant.numbers)
    return told


def _step_json(event: GrantEvent) -> dict[str, Any]:
    return {
        "what": event.what,
        "at": event.at,
        "by": {"role": event.by.role, "name": event.by.name},
        "outcome": event.outcome,
        "note": event.note,
    }


def _request_json(access: Access) -> dict[str, Any]:
    return {
        "record": access.sequence,
        "at": access.at,
        "interaction": access.interaction,
        "resource_types": access.resource_types,
        "outcome": access.outcome,
        "ended": access.ended,
        "cause": access.cause,
        "released": access.released,
        "labels": access.labels,
    }


def story_lines(told: dict[str, Any]) -> list[str]:
    """The same for a reader, one thing on a line."""
    user = told["user"]
    until = f" until {told['expires_at']:%Y-%m-%d %H:%M:%S %Z}" if told["expires_at"] else ""
    lines = [
        f"{told['grant']} (record {told['record']}): {told['ground']}",
        f"opened   {told['opened_at']:%Y-%m-%d %H:%M:%S %Z}{until}",
        f"by       {user['name']} ({user['id']} at {user['issuer']})",
        f"as       {', '.join(told['roles'])} at {told['organisation']}, for {told['purpose']}",
        f"partners {', '.join(told['partners']) or 'none'}",
        f"words    {told['text'] or '(none)'}",
    ]
    if told["witness"]:
        lines.append(f"witness  {told['witness']}")
    for step in told["steps"][1:]:
        found = f" {step['outcome']}: {step['note']}" if step["outcome"] else ""
        lines.append(f"{step['what']:<8} {step['at']:%Y-%m-%d %H:%M:%S %Z} by {step['by']['name']}{found}")
    lines.extend(_request_line(one) for one in told["requests"])
    return [printable(line) for line in lines]


def _request_line(one: dict[str, Any]) -> str:
    shown = ", ".join(f"{partner} {count}" for partner, count in one["released"].items())
    what = ", ".join(one["resource_types"]) or one["interaction"]
    outcome = " ".join(filter(None, [one["outcome"], one["ended"], one["cause"]]))
    return f"request  {one['at']:%Y-%m-%d %H:%M:%S %Z} {what}: {outcome}{f': {shown}' if shown else ''}"
