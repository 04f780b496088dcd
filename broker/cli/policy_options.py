"""The options of `watersmeet policy explain` into the situation that they describe."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import click

from broker.cli.policy_grant import GRANT_OPTIONS, grant_from
from broker.domain.category import Category
from broker.domain.objection import Carveout, Direction, Objection, ObjectionState, Scope
from broker.domain.requester import RelationshipGround

if TYPE_CHECKING:
    from broker.policy.situation import Situation

_DAY = click.DateTime(formats=["%Y-%m-%d"])
_CATEGORY = click.Choice([str(category) for category in Category])
_RESTRICTIONS = click.Choice(["not-yet-known", "none", "restricted", "very-restricted"])

_OPTIONS: tuple[tuple[str, dict[str, Any]], ...] = (
    ("--role", {"multiple": True, "help": "Role code or local word, as the token gives it."}),
    ("--organisation", {"help": "ODS code of the caller's organisation."}),
    ("--user", {"help": "User id, for objections to named staff."}),
    ("--purpose", {"help": "Why the record is asked for, for example TREAT."}),
    ("--relationship", {"type": click.Choice([str(ground) for ground in RelationshipGround])}),
    ("--scope", {"multiple": True, "help": "SMART scope of the token."}),
    ("--day", {"type": _DAY, "help": "The day of the request."}),
    ("--practice", {"help": "ODS code of the person's practice; `none` for nobody's."}),
    ("--restriction", {"type": _RESTRICTIONS, "help": "What the patient index says of the person."}),
    ("--died", {"help": "Date of death as the patient index gives it."}),
    ("--not-live", {"multiple": True, "help": "A partner that is suspended."}),
    ("--objection", {"type": click.Choice([str(state) for state in ObjectionState])}),
    ("--objection-partner", {"multiple": True, "help": "The objection names this partner or ODS code."}),
    ("--objection-direction", {"type": click.Choice([str(side) for side in Direction]), "default": "both"}),
    ("--objection-category", {"multiple": True, "type": _CATEGORY}),
    ("--objection-staff", {"multiple": True, "help": "The objection names this user."}),
    ("--objection-from", {"type": _DAY, "help": "First day of the time objected to."}),
    ("--objection-until", {"type": _DAY, "help": "First day after it."}),
    ("--carve-out-ground", {"help": "Why it was not upheld, for example safeguarding."}),
    ("--carve-out-role", {"multiple": True, "help": "Role group that it opens to."}),
    ("--carve-out-category", {"multiple": True, "type": _CATEGORY}),
    ("--carve-out-partner", {"multiple": True, "help": "Partner whose record it opens."}),
    ("--review-on", {"type": _DAY, "help": "The day on which it is closed again."}),
    *GRANT_OPTIONS,
)


def asked_options(function: Callable[..., Any]) -> Callable[..., Any]:
    """Add every option that describes a request."""
    for name, settings in reversed(_OPTIONS):
        function = click.option(name, **settings)(function)
    return function


def situation_from(asked: Mapping[str, Any], usual: Situation, partners: frozenset[str]) -> Situation:
    """`usual` with what was asked. Raises click.UsageError for a partner that is not registered."""
    unknown = sorted(set(asked["not_live"]) - partners)
    if unknown:
        raise click.UsageError(f"`{unknown[0]}` is not a registered partner.")
    given = {name: asked[name] for name in ("organisation", "user", "purpose", "died") if asked[name]}
    situation = replace(
        usual,
        roles=asked["role"] or usual.roles,
        scopes=frozenset(asked["scope"]) or usual.scopes,
        not_live=frozenset(asked["not_live"]) or usual.not_live,
        day=_date(asked["day"]) or usual.day,
        **given,
    )
    return _about_the_person(asked, situation)


def _about_the_person(asked: Mapping[str, Any], situation: Situation) -> Situation:
    from broker.policy.situation import RESTRICTION_WORDS  # noqa: PLC0415 - heavy; help must be quick

    if asked["relationship"]:
        situation = replace(situation, relationship=RelationshipGround(asked["relationship"]))
    if asked["practice"]:
        situation = replace(situation, practice=None if asked["practice"] == "none" else asked["practice"])
    if asked["restriction"]:
        situation = replace(situation, restriction=RESTRICTION_WORDS[asked["restriction"]])
    if asked["objection"]:
        situation = replace(situation, objections=(_objection(asked),))
    return replace(situation, grant=grant_from(asked) or situation.grant)


def _objection(asked: Mapping[str, Any]) -> Objection:
    start, end = _date(asked["objection_from"]), _date(asked["objection_until"])
    return Objection(
        objection_id="asked",
        state=ObjectionState(asked["objection"]),
        scope=Scope(
            partners=frozenset(asked["objection_partner"]),
            direction=Direction(asked["objection_direction"]),
            staff=frozenset(asked["objection_staff"]),
            categories=frozenset(Category(word) for word in asked["objection_category"]),
            period_start=start.isoformat() if start else None,
            period_end=end.isoformat() if end else None,
        ),
        acknowledged_at=dt.datetime(2026, 1, 1, tzinfo=dt.UTC),
        carveout=_carveout(asked) if asked["carve_out_ground"] else None,
    )


def _carveout(asked: Mapping[str, Any]) -> Carveout:
    return Carveout(
        ground=asked["carve_out_ground"],
        roles=frozenset(asked["carve_out_role"]),
        categories=frozenset(Category(word) for word in asked["carve_out_category"]),
        partners=frozenset(asked["carve_out_partner"]),
        review_on=_date(asked["review_on"]),
    )


def _date(given: dt.datetime | None) -> dt.date | None:
    return given.date() if given else None
