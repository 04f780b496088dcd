"""`watersmeet objection`: receive, import, review, withdraw, list and count objections."""

from __future__ import annotations

import click

from broker.cli.objection_canary import canary
from broker.cli.objection_confirmation import command as confirmation
from broker.cli.objection_files import import_, reconcile
from broker.cli.objection_intake import dispute, record, withdraw
from broker.cli.objection_list import command as list_
from broker.cli.objection_review import link, review
from broker.cli.objection_trace import command as trace


@click.group("objection")
def command() -> None:
    """Receive, import, review, withdraw, list and count objections."""


for _one in (record, review, withdraw, dispute, list_, trace, link, confirmation, import_, reconcile, canary):
    command.add_command(_one)
