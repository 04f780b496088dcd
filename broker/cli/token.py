"""`watersmeet token`: an access token for a running demonstration, to standard output."""

from __future__ import annotations

from pathlib import Path

import click

from broker.cli.number import read_number
from broker.demonstration.partners import FEN_EDGE

_RELATIONSHIPS = ("launch-context", "registration", "referral", "booking", "self-claimed", "none")
_PERMISSIONS = ("asked", "not-asked", "unable-to-ask", "unknown")


@click.command("token")
@click.option("--as", "role", required=True, help="Role of the user: a local word, or a code such as R8000.")
@click.option("--organisation", default=FEN_EDGE.ods, show_default=True, help="ODS code of the user's own.")
@click.option("--purpose", default="TREAT", show_default=True, help="Why the record is asked for.")
@click.option("--relationship", type=click.Choice(_RELATIONSHIPS), default="registration", show_default=True)
@click.option("--permission", type=click.Choice(_PERMISSIONS), default="asked", show_default=True)
@click.option("--patient", "names_patient", is_flag=True, help="Read one NHS number and open it alone.")
@click.option("--lifetime", "lifetime_s", type=click.IntRange(1, 900), default=600, show_default=True)
@click.option("--user", "user_id", default="900000000001", show_default=True, help="User id.")
@click.option("--name", "user_name", default="Demonstration User", show_default=True)
@click.option("--session", "session_id", help="Session id, for emergency access.  [default: a new one]")
@click.option(
    "--run",
    "folder",
    type=click.Path(path_type=Path),
    help="The demonstration's run folder.  [default: WATERSMEET_DEMO_RUN, or one in the temporary folder]",
)
def command(folder: Path | None, *, names_patient: bool, **facts: str | int | None) -> None:
    """Mint an access token for a running demonstration.

    It opens nothing else: a production broker refuses this issuer. With --patient the NHS number is
    read from standard input or prompted for, and must be of the 999 range.

    Example: curl -H "Authorization: Bearer $(watersmeet token --as doctor)" ...
    """
    from broker.adapters.development_issuer import (  # noqa: PLC0415 - heavy; help must be quick
        DevelopmentIssuer,
        DevelopmentIssuerFault,
        default_run_folder,
    )

    patient = read_number() if names_patient else None
    try:
        issuer = DevelopmentIssuer.load(folder or default_run_folder())
        token = issuer.token(patient=patient, **facts)  # type: ignore[arg-type]  # click gave each its type
    except DevelopmentIssuerFault as fault:
        raise click.ClickException(str(fault)) from None
    click.echo(token)
