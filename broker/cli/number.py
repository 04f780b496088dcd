"""Standard input or a prompt into one NHS number, so that it never stands in a shell's history."""

from __future__ import annotations

import sys

import click

from broker.domain.errors import InvalidNhsNumber
from broker.domain.identity import NhsNumber


def read_number() -> NhsNumber:
    """The one that was typed; a usage error says what is wrong and never repeats it."""
    if sys.stdin.isatty():
        text: str = click.prompt("NHS number", err=True)
    else:
        text = sys.stdin.readline()
    if not text.strip():
        raise click.UsageError("Give the NHS number on standard input; none came.")
    try:
        return NhsNumber.parse(text.strip())
    except InvalidNhsNumber as error:
        raise click.UsageError(error.message) from None
