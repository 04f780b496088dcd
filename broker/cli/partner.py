"""`watersmeet partner`: the road of a partner from a draft to live, one command a step."""

from __future__ import annotations

import click

from broker.cli.partner_check import check, sign_people
from broker.cli.partner_list import list_partners
from broker.cli.partner_new import new


@click.group("partner")
def command() -> None:
    """Register partners, prove them, and see how they are."""


command.add_command(new)
command.add_command(check)
command.add_command(sign_people)
command.add_command(list_partners)
