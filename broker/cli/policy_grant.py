"""The options of `watersmeet policy explain` for emergency access into the grant that they describe."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from broker.policy.granting import GivenGrant

GRANT_OPTIONS: tuple[tuple[str, dict[str, Any]], ...] = (
    ("--grant", {"metavar": "GROUND", "help": "Emergency access on this ground, for example risk-to-life."}),
    ("--grant-partner", {"multiple": True, "help": "The grant names this partner; every one when left out."}),
    ("--grant-person", {"type": click.Choice(["same", "another"]), "help": "Whom it was made for."}),
    ("--grant-user", {"help": "Who made it."}),
    ("--grant-organisation", {"help": "ODS code of the organisation at which it was made."}),
    ("--grant-session", {"help": "The session in which it was made."}),
    ("--grant-purpose", {"help": "What it was made for."}),
    ("--grant-minutes-ago", {"type": int, "help": "Minutes since it was made."}),
    ("--grant-minutes", {"type": int, "help": "Minutes for which it was made."}),
    ("--grant-text", {"help": "The user's words why."}),
    ("--grant-witness", {"help": "Who heard the person ask; `none` for nobody."}),
    ("--grant-ended", {"is_flag": True, "help": "Somebody ended it."}),
)
_AS_THEY_ARE = ("person", "user", "organisation", "session", "purpose", "minutes_ago", "minutes", "text")


def grant_from(asked: Mapping[str, Any]) -> GivenGrant | None:
    """The grant that was asked about, fitting in what was not said; None without `--grant`.

    Raises click.UsageError when something is said of a grant and not its ground.
    """
    from broker.policy.granting import NOBODY, GivenGrant  # noqa: PLC0415 - heavy; help must be quick

    said = {name: asked[f"grant_{name}"] for name in _AS_THEY_ARE if asked[f"grant_{name}"] is not None}
    partners, witness, ended = asked["grant_partner"], asked["grant_witness"], asked["grant_ended"]
    if partners:
        said["partners"] = frozenset(partners)
    if witness is not None:
        said["witness"] = "" if witness == NOBODY else witness
    if ended:
        said["ended"] = True
    if not asked["grant"]:
        if said:
            raise click.UsageError("Something is said of a grant that has no ground. Add --grant GROUND.")
        return None
    return GivenGrant(ground=asked["grant"], **said)
