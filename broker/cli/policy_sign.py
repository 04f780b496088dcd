"""`watersmeet policy sign`: check, test and compare a revision, say what opens, and sign it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from broker.cli.policy_place import FOLDER, complaining, config_option, registered, write_policy_json

if TYPE_CHECKING:
    from broker.policy.signable import Signable

_PATH = click.Path(path_type=Path, dir_okay=False)


@click.command()
@config_option
@click.argument("folder", type=FOLDER)
@click.option("--key", "key_path", type=_PATH, required=True, help="The file of your private key.")
@click.option("--against", type=FOLDER, help="The revision in force, instead of the configuration's folder.")
@click.option("--opening", is_flag=True, help="What opens is meant to open: sign it as an opening.")
@click.option("--json", "as_json", is_flag=True, help="Write JSON for a script.")
def sign(
    config_dir: Path, folder: Path, key_path: Path, against: Path | None, *, opening: bool, as_json: bool
) -> None:
    r"""Sign the revision in FOLDER, once everything that a broker would hold it to holds.

    It is read, held to its cases and compared with the revision in force, which takes some seconds; what
    opens is printed before anything is signed. Exit 1, and no signature, when anything is wrong, when your
    key may not sign, or when something opens without --opening. A first revision opens whatever it permits.

    \b
    Example:
      watersmeet policy sign my-change --key /media/safe/caldicott-2026.pem --opening
    """
    from broker.policy.signable import signable, signer_of, write_signature  # noqa: PLC0415 - help must be quick
    from broker.policy.signer_keys import read_signer_key  # noqa: PLC0415 - as above
    from broker.policy.snapshot import read_snapshot  # noqa: PLC0415 - as above

    with complaining(as_json=as_json):
        private = read_signer_key(key_path)
        in_force, partners = registered(config_dir)
        one = signable(read_snapshot(folder), read_snapshot(against or in_force), partners)
        signer = signer_of(private, one)
        if not as_json:
            _show(one)
    if one.opens and not opening:
        raise click.ClickException(
            "Not signed: something opens, or is not proved not to. When that is decided, sign with --opening."
        )
    try:
        path = write_signature(one, signer, private, opening=opening)
    except OSError as error:
        raise click.ClickException(f"{folder} cannot be written ({error.strerror}).") from None
    if as_json:
        write_policy_json(
            {"signature": path, "key_id": signer.key_id, "opens": one.opens, "opening": opening}
        )
    else:
        what = "as an opening" if opening else "as a change that only tightens"
        click.echo(f"{path} signs revision {one.revision.number} {what}.")


def _show(one: Signable) -> None:
    """What a signer must have seen, before the signature stands."""
    from broker.cli.diff_lines import as_lines  # noqa: PLC0415 - help must be quick

    click.echo(f"Revision {one.revision.number}, sha256:{one.candidate.digest}: {one.revision.change}")
    if one.found is None or one.space is None:
        click.echo("A first revision: whatever it permits opens. `watersmeet policy matrix` shows it.")
        return
    click.echo("\n".join(as_lines(one.found, one.space)))
    if one.opens and not one.found.opens:
        click.echo("No compared request opens, and other signers or other words are not proved to tighten.")
