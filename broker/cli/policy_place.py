"""What every command on policies shares: where the files are, how they are read, how a fault is said."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from broker.domain.decision import PartnerFacts
    from broker.domain.policy import PolicySet
    from broker.files import FileFault
    from broker.settings.broker_file import BrokerFile

FOLDER = click.Path(path_type=Path, file_okay=False)


def place_options(function: Callable[..., Any]) -> Callable[..., Any]:
    """Add --config, --policies and --json."""
    function = click.option("--json", "as_json", is_flag=True, help="Write JSON for a script.")(function)
    function = click.option(
        "--policies", "folder", type=FOLDER, help="Policies, instead of the configuration's."
    )(function)
    return config_option(function)


def config_option(function: Callable[..., Any]) -> Callable[..., Any]:
    """Add --config."""
    return click.option(
        "--config",
        "config_dir",
        type=FOLDER,
        default=Path("config"),
        envvar="WATERSMEET_CONFIG",
        show_default=True,
        help="Folder of settings, for the registered partners.",
    )(function)


def load(config_dir: Path, folder: Path | None) -> tuple[Path, PolicySet, tuple[PartnerFacts, ...]]:
    """The policies and the registered partners."""
    in_force, partners = registered(config_dir)
    chosen = folder or in_force
    return chosen, policies_at(chosen, partners), partners


def policies_at(folder: Path, partners: tuple[PartnerFacts, ...]) -> PolicySet:
    """Read `folder`. Raises FileFault."""
    from broker.policy.loading import load_policies  # noqa: PLC0415 - heavy; help must be quick

    return load_policies(folder, {partner.partner_id: partner.ods_codes for partner in partners})


def registered(config_dir: Path) -> tuple[Path, tuple[PartnerFacts, ...]]:
    """The folder of the policies in force, and the registered partners. The rest of the configuration is
    not read: a missing key ring does not keep governance from checking a policy.
    """
    from broker.settings.registrations import read_partners  # noqa: PLC0415 - heavy; help must be quick

    config = config_dir.expanduser().resolve()
    broker = broker_file(config_dir)
    registrations = read_partners(
        config / "partners", environment=broker.environment, shipped=broker.partner_limits
    )
    return broker.policies_path, tuple(registration.facts for registration in registrations)


def broker_file(config_dir: Path) -> BrokerFile:
    """`broker.yaml` alone. Raises FileFault."""
    from broker.settings.broker_file import read_broker_file  # noqa: PLC0415 - heavy; help must be quick

    return read_broker_file(config_dir.expanduser().resolve() / "broker.yaml")


@contextmanager
def complaining(*, as_json: bool) -> Iterator[None]:
    """A fault in a file becomes JSON where a script reads; else the frame says it. Exit 1 either way."""
    from broker.files import FileFault  # noqa: PLC0415 - it loads a YAML reader

    try:
        yield
    except FileFault as fault:
        if not as_json:
            raise
        write_policy_json({"fault": _fault_of(fault)})
        sys.exit(1)


def _fault_of(fault: FileFault) -> dict[str, object]:
    return {
        "file": str(fault.path),
        "line": fault.line,
        "column": fault.column,
        "problem": fault.problem,
        "remedy": fault.remedy,
    }


def write_policy_json(value: object) -> None:
    """One JSON value on standard output; paths and days as text."""
    import orjson  # noqa: PLC0415 - help must be quick

    click.echo(orjson.dumps(value, option=orjson.OPT_INDENT_2, default=str).decode())
