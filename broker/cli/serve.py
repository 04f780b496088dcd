"""`watersmeet serve`: the broker on a folder of settings, until it is told to stop."""

from __future__ import annotations

import asyncio
import errno
import signal
from pathlib import Path

import click

from broker.cli.stopping import forever, until_signalled
from broker.settings import CONFIG_VARIABLE, Settings


@click.command("serve")
@click.option(
    "--config",
    "config_dir",
    type=click.Path(path_type=Path),
    default=Path("config"),
    envvar=CONFIG_VARIABLE,
    show_default=True,
    show_envvar=True,
    help="Folder of settings.",
)
def command(config_dir: Path) -> None:
    r"""Run the broker until SIGTERM or SIGINT; what is under way then ends first.

    SIGHUP looks at the policies at once; they are also looked at every some seconds.
    Logs go to standard output, one JSON object a line, without any person's data.

    \b
    Example:
      watersmeet serve --config /etc/watersmeet
    """
    import uvloop  # noqa: PLC0415 - heavy; help must be quick

    from broker.adapters.plugins import PluginFault  # noqa: PLC0415 - as above
    from broker.adapters.roads import UnfitRegistration  # noqa: PLC0415 - as above
    from broker.domain.errors import ServiceDown  # noqa: PLC0415 - as above
    from broker.logs import configure  # noqa: PLC0415 - as above
    from broker.settings import load_settings  # noqa: PLC0415 - as above

    settings = load_settings(config_dir)
    configure()
    try:
        with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
            runner.run(until_signalled(_serve(settings)))
    except (PluginFault, UnfitRegistration) as fault:
        raise click.ClickException(str(fault)) from None
    except ServiceDown as down:
        raise click.ClickException(_cannot_start(down.service, settings)) from None
    except OSError as error:
        raise click.ClickException(_cannot_listen(settings, error)) from None


def _cannot_start(service: str, settings: Settings) -> str:
    """For an operator: the words of a fault at work would speak to somebody who asked for a record."""
    if service != "release-store":
        return f"The broker does not start: its {service} service is not available."
    return (
        f"The broker does not start: its store {settings.store_path} is not available. "
        "Check that the folder is there, that this user may write in it, and that the file is a store."
    )


def _cannot_listen(settings: Settings, error: OSError) -> str:
    place = f"{settings.listen_host}:{settings.listen_port}"
    if error.errno == errno.EADDRINUSE:
        return f"The broker cannot listen on {place}: it is taken. Change `listen` in broker.yaml."
    return f"The broker cannot listen on {place}: {error.strerror}."


async def _serve(settings: Settings) -> None:
    from broker.http.running import running  # noqa: PLC0415 - heavy; help must be quick

    look_now = asyncio.Event()
    loop = asyncio.get_running_loop()
    loop.add_signal_handler(signal.SIGHUP, look_now.set)
    try:
        async with running(settings, look_now=look_now):
            await forever()
    finally:
        loop.remove_signal_handler(signal.SIGHUP)
