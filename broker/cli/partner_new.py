"""`watersmeet partner new`: a partner's registration, by questions or by flags, as a draft."""

from __future__ import annotations

import datetime as dt
import shlex
from pathlib import Path
from typing import TYPE_CHECKING

import click

from broker.cli.partner_questions import a_flag_for_each, answered, words
from broker.cli.store_room import config_option

if TYPE_CHECKING:
    from broker.ports.connector import Plugin
    from broker.settings.scaffold import NewPartner


@click.command("new")
@config_option
@a_flag_for_each
def new(config_dir: Path, **given: str | None) -> None:
    r"""Write a new partner's registration as a draft. What no flag says is asked for at a terminal.

    Nobody is asked while a partner is a draft, and its sharing agreement is governance's to write: the
    lines that they need are printed.

    \b
    Examples:
      watersmeet partner new
      watersmeet partner new --id nene-clinic --name "Nene Clinic" --ods RX907 --kind community \
        --connector fhir_r4 --endpoint https://fhir.nene.example/r4 --supplies allergies,medicines \
        --contact "Nene Clinic, 01632 960303"
    """
    from broker.settings.scaffold import agreement_text  # noqa: PLC0415 - heavy; help must be quick

    folder = config_dir / "partners"
    if not folder.is_dir():
        raise click.UsageError(f"{config_dir} is no folder of settings. Name it with --config.")
    plugins = _plugins(config_dir)
    environment = _environment(config_dir)
    answers = {name: answered(name, value, plugins, environment) for name, value in given.items()}
    path = folder / f"{answers['partner_id']}.yaml"
    if path.exists():
        raise click.ClickException(f"{path} is there already. Edit it, or choose another id.")
    partner = _partner(answers)
    _write(path, partner, plugins[partner.connector], config_dir)
    click.echo(f"{path} is written, as a draft. What is left to do:")
    click.echo(
        f"1. Write its settings and credentials there; the comments name those of {partner.connector}."
    )
    check = f"watersmeet partner check {partner.partner_id} --config {shlex.quote(str(config_dir))}"
    click.echo("2. Set `status: testing`, sign a list of invented people, and run, with whose name it is:")
    click.echo(f'   {check} --by-name "Ada Fenn" --by-role "integration lead"')
    click.echo("3. Let governance add this party to the sharing agreement, with the phase, day and reach:\n")
    click.echo(agreement_text(partner, dt.datetime.now(dt.UTC).date()))
    click.echo("4. Set `status: live`, for some with `switches` first if you wish, and restart the broker.")


def _plugins(config_dir: Path) -> dict[str, Plugin]:
    from broker.adapters.plugins import load_plugins  # noqa: PLC0415 - heavy; help must be quick
    from broker.adapters.tokens.trust_file import read_trust  # noqa: PLC0415 - as above

    trust = read_trust(config_dir / "trust.yaml", environment=_environment(config_dir))
    loaded = load_plugins(trust.connector_distributions)
    return {name: one for name, one in loaded.items() if one.manifest.role == "records"}


def _environment(config_dir: Path) -> str:
    from broker.settings.broker_file import read_broker_file  # noqa: PLC0415 - help must be quick

    return read_broker_file(config_dir / "broker.yaml").environment


def _partner(answers: dict[str, str]) -> NewPartner:
    from broker.domain.category import Category  # noqa: PLC0415 - help must be quick
    from broker.settings.scaffold import NewPartner  # noqa: PLC0415 - as above

    supplies = tuple(map(Category, words(answers.pop("supplies"))))
    return NewPartner(ods_codes=words(answers.pop("ods")), supplies=supplies, **answers)


def _write(path: Path, partner: NewPartner, plugin: Plugin, config_dir: Path) -> None:
    """Write it and read it back: a file that would stop the start is not left behind."""
    from broker.domain.limits import PartnerLimits  # noqa: PLC0415 - help must be quick
    from broker.files import FileFault  # noqa: PLC0415 - as above
    from broker.settings.registrations import read_partner  # noqa: PLC0415 - as above
    from broker.settings.scaffold import registration_text  # noqa: PLC0415 - as above

    manifest = plugin.manifest
    text = registration_text(partner, manifest.settings, tuple(manifest.services))
    try:
        path.write_text(text, encoding="utf-8")
        read_partner(path, environment=_environment(config_dir), shipped=PartnerLimits())
    except FileFault as fault:
        path.unlink()
        raise click.UsageError(f"{fault.problem} {fault.remedy}".strip()) from None
    except OSError as error:
        raise click.ClickException(f"{path} cannot be written ({error.strerror}).") from None
