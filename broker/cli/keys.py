"""`watersmeet keys`: make a ring of keys, rotate one, and reseal what older ones sealed."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from broker.cli.keys_signer import signer
from broker.cli.store_room import find_place, place_options, with_store, write_json

_PURPOSES = ("index", "seal", "token", "item", "digest", "proof", "chain")
_FOLDER = click.Path(path_type=Path, file_okay=False)


@click.group("keys")
def command() -> None:
    """Make a ring of keys, rotate one, and reseal what older ones sealed."""


@command.command()
@click.argument("folder", type=_FOLDER)
@click.option("--environment", default="demonstration", show_default=True, help="What the keys are for.")
@click.option(
    "--governance",
    type=_FOLDER,
    help="Where the opening half of the proof key goes. Only governance should hold it.",
)
@click.option("--json", "as_json", is_flag=True)
def new(folder: Path, environment: str, governance: Path | None, *, as_json: bool) -> None:
    r"""Make a ring with one fresh key for each purpose in FOLDER, each in a file of its own.

    \b
    Example:
      watersmeet keys new /etc/watersmeet/keys --environment production --governance /media/safe
    """
    from broker.adapters.keys.development import make_keys  # noqa: PLC0415 - heavy; help must be quick

    if governance is None and environment != "demonstration":
        raise click.UsageError("Give --governance: operators may not hold the key that opens proofs.")
    try:
        ring = make_keys(folder, environment=environment, governance=governance or folder)
    except FileExistsError:
        raise click.ClickException(f"{folder} has a ring already. Use `keys rotate`.") from None
    except OSError as error:
        raise click.ClickException(f"{folder} cannot be written ({error.strerror}).") from None
    if as_json:
        write_json({"ring": str(ring)})
    else:
        click.echo(f"{ring} refers to {len(_PURPOSES)} new keys. Restart what uses it.")


@command.command()
@click.argument("purpose", type=click.Choice(_PURPOSES))
@place_options
@click.option("--governance", type=_FOLDER, help="Where a new proof key's opening half goes.")
@click.option("--json", "as_json", is_flag=True)
def rotate(purpose: str, governance: Path | None, **given: Any) -> None:
    """Put a new active key of PURPOSE into the ring. The old one is retired: it opens, and writes no more."""
    from broker.adapters.keys import Purpose  # noqa: PLC0415 - heavy; help must be quick
    from broker.adapters.keys.rotation import rotate_key  # noqa: PLC0415 - as above
    from broker.files import FileFault  # noqa: PLC0415 - as above

    place = find_place(given["config_dir"], given["store_path"] or given["keys_path"], given["keys_path"])
    try:
        key_id = rotate_key(
            place.keys, Purpose(purpose), environment=place.environment, governance=governance
        )
    except FileFault as fault:
        raise click.ClickException(str(fault)) from None
    except OSError as error:
        raise click.ClickException(
            f"{error.filename or place.keys} cannot be written ({error.strerror})."
        ) from None
    if given["as_json"]:
        write_json({"key": key_id})
    else:
        click.echo(f"{key_id} is active. Restart every process of the broker, then run `keys reseal`.")


@command.command()
@place_options
@click.option("--json", "as_json", is_flag=True)
def reseal(**given: Any) -> None:
    """Seal and hash every stored identifier under the active keys. The audit chain stays as it is."""
    place = find_place(given["config_dir"], given["store_path"], given["keys_path"])
    resealed = with_store(place, lambda store: store.reseal())
    if given["as_json"]:
        write_json({"resealed": resealed})
    else:
        click.echo(f"{resealed} records were resealed under the active keys.")


command.add_command(signer)
