"""What an objection cannot take, to a refusal in whole sentences that names nobody."""

from __future__ import annotations

from broker.domain.objection_life import Actor


class IllegalStep(Exception):
    """This objection cannot take this step. The message is whole sentences and names nobody."""


def refuse_actor(by: Actor) -> None:
    """Raises IllegalStep of nobody."""
    if not by.role.strip() or not by.name.strip():
        raise IllegalStep("Every step is taken by a named person in a role. Give both.")
