"""A command name into its module, at the moment it is called: help and completion import none of them."""

from __future__ import annotations

import importlib
from collections.abc import Mapping
from typing import Any

import click

# click's mark for "keep these lines as they are" is a backspace; docstrings write it as these two letters.
_WRITTEN_MARK, _MARK = "\\b\n", "\b\n"


class LazyGroup(click.Group):
    """A group whose commands live in `broker.cli.<name>`, each module exposing `command`."""

    def __init__(self, *args: Any, summaries: Mapping[str, str], **kwargs: Any) -> None:
        """`summaries` maps each command's name to its line in the help, in the order of the help."""
        super().__init__(*args, **kwargs)
        self.summaries = summaries

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - click's own signature
        """Every name, without importing anything."""
        return list(self.summaries)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002 - as above
        """The command itself, imported now; None for a name that is not one."""
        if cmd_name not in self.summaries:
            return None
        found: click.Command = importlib.import_module(f"broker.cli.{cmd_name}").command
        _keep_examples(found)
        return found

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """As click does it, with the nearest of our names in the complaint."""
        try:
            return super().resolve_command(ctx, args)
        except click.NoSuchCommand as unknown:
            raise click.NoSuchCommand(
                unknown.command_name, possibilities=list(self.summaries), ctx=ctx
            ) from None

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002 - as above
        """The list in the help, from the summaries alone."""
        with formatter.section("Commands"):
            formatter.write_dl(list(self.summaries.items()))

    def shell_complete(
        self, ctx: click.Context, incomplete: str
    ) -> list[click.shell_completion.CompletionItem]:
        """Command names from the summaries, then options as click does it."""
        from click.shell_completion import CompletionItem  # noqa: PLC0415 - only when a shell asks

        names = [
            CompletionItem(name, help=summary)
            for name, summary in self.summaries.items()
            if name.startswith(incomplete)
        ]
        return names + click.Command.shell_complete(self, ctx, incomplete)


def _keep_examples(command: click.Command) -> None:
    """Every example in the help of a command and of those below it stays on lines of its own.

    In its group's list a command stands with its whole first sentence, which click would cut short.
    """
    if command.help:
        command.help = command.help.replace(_WRITTEN_MARK, _MARK)
        sentence = " ".join(command.help.partition("\n\n")[0].split()).partition(". ")[0]
        command.short_help = command.short_help or f"{sentence.removesuffix('.')}."
    for below in command.commands.values() if isinstance(command, click.Group) else ():
        _keep_examples(below)
