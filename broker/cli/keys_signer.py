"""`watersmeet keys signer`: a key with which somebody signs revisions of the policies."""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path

import click

from broker.cli.store_room import not_blank, write_json

_DAYS_MAX = 3_653


@click.command()
@click.argument("folder", type=click.Path(path_type=Path, file_okay=False))
@click.option("--key-id", required=True, help="The key's word, such as `caldicott-2026`.")
@click.option("--role", required=True, callback=not_blank, help="Whose it is, as a role, never a name.")
@click.option(
    "--days", type=click.IntRange(1, _DAYS_MAX), default=730, show_default=True, help="How long it counts."
)
@click.option("--json", "as_json", is_flag=True, help="Write JSON for a script.")
def signer(folder: Path, key_id: str, role: str, days: int, *, as_json: bool) -> None:
    r"""Make a signer's key in FOLDER, outside of any repository, and print its lines for revision.yaml.

    The private key is never printed. Whoever holds the file can sign: keep it where its owner alone is.

    \b
    Example:
      watersmeet keys signer /media/safe --key-id caldicott-2026 --role "Caldicott Guardian"
    """
    from broker.files import FileFault  # noqa: PLC0415 - heavy; help must be quick
    from broker.policy.reading import ID_PATTERN  # noqa: PLC0415 - as above
    from broker.policy.signer_keys import make_signer_key, signer_from, signer_lines  # noqa: PLC0415 - as above

    if not ID_PATTERN.fullmatch(key_id):
        raise click.UsageError(f"`{key_id}` is not an id. Use lower-case words joined by hyphens.")
    try:
        path, public = make_signer_key(folder, key_id)
    except FileExistsError:
        raise click.ClickException(f"{folder} has a key `{key_id}` already. Choose another id.") from None
    except FileFault as fault:
        raise click.ClickException(str(fault)) from None
    except OSError as error:
        raise click.ClickException(f"{folder} cannot be written ({error.strerror}).") from None
    made = signer_from(key_id, json.dumps(role), public, dt.datetime.now(dt.UTC).date(), days)
    if as_json:
        write_json({"file": str(path), "lines": signer_lines(made), "fingerprint": made.fingerprint})
        return
    click.echo(f"The private key stands in {path}; only you can read it.")
    click.echo("Under `signers` of revision.yaml:\n" + "\n".join(signer_lines(made)))
    click.echo(f"Fingerprint, for `policy_signers` in broker.yaml: {made.fingerprint}")
