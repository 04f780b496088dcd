"""What the commands that show a record share: the roles, the run of the loop, and the way out."""

from __future__ import annotations

import asyncio
import os
import sys
from collections.abc import Coroutine
from typing import TYPE_CHECKING, Any, TypeVar

import click

if TYPE_CHECKING:
    from broker.demonstration.client import Answered

Ended = TypeVar("Ended")


def run(coroutine: Coroutine[Any, Any, Ended]) -> Ended:
    """Run to the end on the fast loop, with the process's logs on standard error and warnings alone."""
    import uvloop  # noqa: PLC0415 - heavy; help must be quick

    from broker.logs import configure  # noqa: PLC0415 - as above

    configure(sys.stderr.buffer, level="warning")
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        return runner.run(coroutine)


def wants_colour() -> bool:
    """True on a terminal, unless NO_COLOR is set to anything (no-color.org)."""
    return not os.environ.get("NO_COLOR") and sys.stdout.isatty()


def show(answered: Answered, *, as_json: bool) -> bool:
    """Print a record to standard output; a refusal's sentences to standard error. True for a record.

    With `as_json`, each page's bytes as they came, one on a line.
    """
    from broker.cli.bundle_pages import read_pages, refusal_sentences  # noqa: PLC0415 - help must be quick
    from broker.cli.table import printable, render_record  # noqa: PLC0415 - as above
    from broker.cli.view_table import is_view, render_view  # noqa: PLC0415 - as above

    if as_json:
        for body in answered.bodies:
            click.echo(body)
    elif answered.is_record and is_view(answered.bodies):
        click.echo(render_view(answered.bodies[0], colour=wants_colour()), nl=False)
    elif answered.is_record:
        click.echo(render_record(read_pages(answered.bodies), colour=wants_colour()), nl=False)
    else:
        click.echo(f"The broker answered {answered.status}:", err=True)
        for sentence in refusal_sentences(answered.bodies[-1]):
            click.echo(f"  {printable(sentence)}", err=True)
    return answered.is_record
