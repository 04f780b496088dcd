"""`watersmeet schema`: write the JSON Schema of every policy and configuration file, for editors."""

from __future__ import annotations

from pathlib import Path

import click


@click.command("schema")
@click.argument("folder", type=click.Path(path_type=Path, file_okay=False))
@click.option("--check", is_flag=True, help="Write nothing; exit 1 when the files there differ.")
@click.option(
    "--connectors",
    "distributions",
    multiple=True,
    default=("watersmeet",),
    show_default=True,
    help="A package whose connectors' settings are known, as in trust.yaml. May be given several times.",
)
def command(folder: Path, distributions: tuple[str, ...], *, check: bool) -> None:
    r"""Write the JSON Schema of every policy and configuration file to FOLDER.

    An editor completes and underlines by them; what they mean is decided by the broker alone.

    \b
    Example:
      watersmeet schema docs/reference/schemas --check
    """
    from broker.adapters.plugins import load_plugins  # noqa: PLC0415 - heavy; help must be quick
    from broker.cli.schema_files import differences, schema_texts  # noqa: PLC0415 - as above

    texts = schema_texts(load_plugins(distributions))
    try:
        if check:
            found = differences(folder, texts)
        else:
            found = ()
            folder.mkdir(parents=True, exist_ok=True)
            for name, text in texts.items():
                (folder / name).write_text(text, encoding="utf-8")
    except OSError as error:
        raise click.ClickException(f"{folder} cannot be used ({error.strerror}).") from None
    if found:
        raise click.ClickException(" ".join((*found, f"Run: watersmeet schema {folder}")))
    click.echo(f"{len(texts)} schemas {'are as they should be' if check else 'stand'} in {folder}.")
