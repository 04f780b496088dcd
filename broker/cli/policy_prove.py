"""`watersmeet policy prove`: the policies held to theorems over every request that their rules tell apart."""

from __future__ import annotations

from pathlib import Path

import click

from broker.cli.policy_place import complaining, load, place_options, write_policy_json


@click.command()
@place_options
def prove(config_dir: Path, folder: Path | None, *, as_json: bool) -> None:
    r"""Hold the policies to what must be true of every request, by deciding every one that their rules tell
    apart. It takes some seconds. Exit 1 names each theorem that does not hold, with a request that breaks it.

    \b
    Example:
      watersmeet policy prove --policies my-change
    """
    from broker.policy.matrix import as_permitted  # noqa: PLC0415 - heavy; help must be quick
    from broker.policy.points import space_of  # noqa: PLC0415 - as above
    from broker.policy.proving import prove as proved_over  # noqa: PLC0415 - as above
    from broker.policy.situation import read_usual  # noqa: PLC0415 - as above

    with complaining(as_json=as_json):
        folder, policies, partners = load(config_dir, folder)
        space = space_of(policies, policies, read_usual(folder, policies))
    proved = proved_over(policies, space, as_permitted(partners))
    if as_json:
        theorems = [{"sentence": one.sentence, "broken_by": example} for one, example in proved.found]
        write_policy_json({"revision": policies.revision, "requests": proved.requests, "theorems": theorems})
    else:
        for theorem, example in proved.found:
            click.echo(f"{'holds ' if example is None else 'BROKEN'}  {theorem.sentence}")
            if example is not None:
                click.echo(f"        by {example}")
        held = sum(example is None for _, example in proved.found)
        click.echo(
            f"Revision {policies.revision}: {proved.requests:,} requests decided, "
            f"{held} of {len(proved.found)} theorems hold."
        )
    if not proved.holds:
        raise click.exceptions.Exit(1)
