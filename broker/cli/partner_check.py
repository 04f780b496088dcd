"""`watersmeet partner check` and `partner sign`: a partner proved with invented people alone."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import TYPE_CHECKING

import click

from broker.cli.store_room import actor_options, config_option, write_json

if TYPE_CHECKING:
    from broker.conformance.kit import Report
    from broker.conformance.people import TestPeople
    from broker.domain.registration import PartnerRegistration
    from broker.settings import Settings

_FILE = click.Path(path_type=Path, dir_okay=False, exists=True)
_LISTS = "test-people"


@click.command("check")
@click.argument("partner")
@config_option
@actor_options
@click.option("--people", "people_path", type=_FILE, help=f"Signed list, instead of {_LISTS}/PARTNER.yaml.")
@click.option("--json", "as_json", is_flag=True)
def check(
    partner: str,
    config_dir: Path,
    by_name: str,
    by_role: str,
    people_path: Path | None,
    *,
    as_json: bool,
) -> None:
    r"""Ask PARTNER for every invented person on a signed list, and say what is wrong and how to mend it.

    Each question is recorded in the audit trail before it is asked. Nothing of an answer is kept. The
    partner's status must be `testing` or `live`. Ends with 1 when there is a fault.

    \b
    Example:
      watersmeet partner check addenbury --by-name "Ada Fenn" --by-role "integration lead"
    """
    from broker.conformance.people import read_test_people  # noqa: PLC0415 - heavy; help must be quick
    from broker.conformance.report import as_text, as_tree  # noqa: PLC0415 - as above
    from broker.domain.errors import ServiceDown  # noqa: PLC0415 - as above
    from broker.settings import load_settings  # noqa: PLC0415 - as above

    settings = load_settings(config_dir)
    registration = _registered(settings, partner)
    listed = people_path or settings.config_dir / _LISTS / f"{partner}.yaml"
    people = read_test_people(listed, _signers(settings))
    try:
        report = asyncio.run(_checked(settings, registration, people, by_name, by_role))
    except ServiceDown as down:
        raise click.ClickException(f"Nobody was asked: our own {down.service} is not available.") from None
    if as_json:
        write_json(as_tree(report))
    else:
        click.echo(as_text(report), nl=False)
    if not report.passed:
        raise click.exceptions.Exit(1)


@click.command("sign")
@click.argument("people", type=_FILE)
@click.option("--key", type=_FILE, required=True, help="Private Ed25519 key (PEM) of whoever answers for it.")
def sign_people(people: Path, key: Path) -> None:
    r"""Sign the list PEOPLE, once you have read that nobody on it is real.

    \b
    Example:
      watersmeet partner sign config/test-people.yaml --key /media/safe/test-people.pem
    """
    from broker.conformance.people import read_unsigned, sign  # noqa: PLC0415 - heavy; help must be quick

    read_unsigned(people)
    try:
        written = sign(people, key)
    except (ValueError, OSError) as fault:
        raise click.ClickException(
            f"{key} cannot sign ({type(fault).__name__}). Give an Ed25519 key without a password, as PEM."
        ) from None
    click.echo(f"{written} is written.")


def _registered(settings: Settings, partner: str) -> PartnerRegistration:
    from broker.domain.registration import PartnerStatus  # noqa: PLC0415 - help must be quick
    from broker.files import nearest  # noqa: PLC0415 - as above

    known = {one.partner_id: one for one in settings.partners}
    if partner not in known:
        raise click.UsageError(f"`{partner}` is not registered. {nearest(partner, known)}")
    status = known[partner].status
    if status not in {PartnerStatus.TESTING, PartnerStatus.LIVE}:
        raise click.ClickException(f"{partner} is `{status}`: nobody is asked. Set `status: testing` first.")
    return known[partner]


def _signers(settings: Settings) -> tuple[Path, ...]:
    from broker.adapters.tokens.trust_file import read_trust  # noqa: PLC0415 - help must be quick

    return read_trust(settings.trust_path, environment=settings.environment).test_people_keys


async def _checked(
    settings: Settings, registration: PartnerRegistration, people: TestPeople, name: str, role: str
) -> Report:
    from broker.conformance.assembling import kit_for  # noqa: PLC0415 - help must be quick
    from broker.conformance.kit import Checker  # noqa: PLC0415 - as above

    async with kit_for(settings, registration, Checker(name=name, role=role)) as kit:
        return await kit.check(people)
