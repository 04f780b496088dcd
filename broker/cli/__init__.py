"""The command's frame: one module a command, imported only when it is called, and one guard for faults."""

from __future__ import annotations

from collections.abc import Sequence

import click

from broker import __version__
from broker.cli.lazy import LazyGroup

EXIT_DONE, EXIT_FAILED, EXIT_USAGE = 0, 1, 2

# Each name is a module `broker.cli.<name>` that exposes `command`; the sentence is its line in the help.
COMMANDS = {
    "demo": "Show one person's merged record from the demonstration network, then serve it.",
    "record": "Show a demonstration person's record as a role sees it.",
    "serve": "Run the broker on a folder of settings.",
    "token": "Issue a development token for the demonstration.",
    "partner": "Register partners, prove them, and see how they are.",
    "policy": "Check, test, explain, tabulate and compare the policies.",
    "schema": "Write the schema of every policy and configuration file, for editors.",
    "objection": "Record and review objections.",
    "emergency": "List, show, end and review emergency access.",
    "audit": "Verify and read the audit trail.",
    "keys": "Make, rotate and reseal keys.",
}

_EPILOG = (
    "Exit codes: 0 done, 1 found or failed, 2 usage. NO_COLOR turns colours off. Completion for bash: "
    'eval "$(_WATERSMEET_COMPLETE=bash_source watersmeet)", and the same with zsh_source or fish_source.'
)


@click.group(
    cls=LazyGroup,
    summaries=COMMANDS,
    epilog=_EPILOG,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
)
@click.version_option(__version__, prog_name="watersmeet")
def command() -> None:
    """A federated, read-only, transient view of one person's shared care record."""


def run(arguments: Sequence[str] | None = None) -> int:
    """Run one command line (`sys.argv` when None) and say how it ended: 0, 1 or 2."""
    try:
        # Always leaves by SystemExit: click writes its own complaints and turns them into codes.
        command.main(args=arguments, prog_name="watersmeet")
    except SystemExit as ending:
        return ending.code if isinstance(ending.code, int) else EXIT_DONE
    except Exception as fault:  # noqa: BLE001 - the last guard: a traceback could show a person's data
        click.echo(f"Error: {_sentence(fault)}", err=True)
        return EXIT_FAILED


def _sentence(fault: Exception) -> str:
    """Our own errors speak for themselves; of any other, only the class is safe to name."""
    from broker.adapters.plugins import PluginFault  # noqa: PLC0415 - a quick start needs no faults
    from broker.adapters.roads import UnfitRegistration  # noqa: PLC0415 - as above
    from broker.domain.errors import BrokerError  # noqa: PLC0415 - as above
    from broker.files import FileFault  # noqa: PLC0415 - as above, and it loads a YAML reader

    if isinstance(fault, BrokerError):
        return " ".join((fault.message, *fault.contact))
    if isinstance(fault, (FileFault, PluginFault, UnfitRegistration)):
        return str(fault)
    return f"stopped by an unexpected fault ({type(fault).__name__}). Nothing more was done."
