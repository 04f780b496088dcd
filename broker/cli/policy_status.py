"""`watersmeet policy status`: which revision stands in the folder, which is in force, and what it lacks."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from broker.cli.policy_place import FOLDER, complaining, config_option, write_policy_json

if TYPE_CHECKING:
    from broker.policy.standing import Standing


@click.command()
@config_option
@click.option("--policies", "folder", type=FOLDER, help="Policies, instead of the configuration's.")
@click.option("--json", "as_json", is_flag=True, help="Write JSON for a script.")
def status(config_dir: Path, folder: Path | None, *, as_json: bool) -> None:
    r"""Say number, digest, signers and signatures of a revision, and what it lacks until it can go live.

    What came into force last is read from the store, without any key. Nothing is compared: `policy diff`
    says whether it opens. Exit 1 when something is lacking.

    \b
    Example:
      watersmeet policy status --policies my-change
    """
    from broker.adapters.release_store.policy_steps import read_trail  # noqa: PLC0415 - help must be quick
    from broker.cli.policy_place import broker_file  # noqa: PLC0415 - as above
    from broker.policy.accepting import Rules  # noqa: PLC0415 - as above
    from broker.policy.kept import kept_beside  # noqa: PLC0415 - as above
    from broker.policy.snapshot import read_snapshot  # noqa: PLC0415 - as above
    from broker.policy.standing import standing  # noqa: PLC0415 - as above

    with complaining(as_json=as_json):
        broker = broker_file(config_dir)
        rules = Rules(
            demonstration=broker.environment == "demonstration", anchors=frozenset(broker.policy_signers)
        )
        found = standing(
            read_snapshot(folder or broker.policies_path),
            read_trail(broker.store_path),
            kept_beside(broker.store_path),
            rules,
            dt.datetime.now(dt.UTC),
        )
    if as_json:
        write_policy_json(_as_data(found))
    else:
        click.echo("\n".join(_lines(found)))
    if found.lacks:
        raise click.exceptions.Exit(1)


def _as_data(found: Standing) -> dict[str, Any]:
    return {
        "number": found.revision.number,
        "digest": found.digest,
        "in_force": None
        if found.last is None
        else {"number": found.last.number, "digest": found.last.digest},
        "signers": [signer.key_id for signer in found.signers],
        "signed_as_opening": found.signed_as_opening,
        "signed": found.signed,
        "lacks": found.lacks,
    }


def _lines(found: Standing) -> list[str]:
    number = f"Revision {found.revision.number}" if found.revision.number else "No number (no revision.yaml)"
    lines = [f"{number}, sha256:{found.digest}"]
    if found.last is None:
        lines.append("In force: nothing yet, as far as this store knows.")
    else:
        how = ", forced" if found.last.forced else ""
        lines.append(f"In force: revision {found.last.number}, sha256:{found.last.digest}{how}.")
    lines.append(f"May sign it: {', '.join(s.key_id for s in found.signers) or 'nobody'}.")
    lines.append(f"Signed as an opening by: {', '.join(found.signed_as_opening) or 'nobody'}.")
    lines.append(f"Signed, whether or not as an opening, by: {', '.join(found.signed) or 'nobody'}.")
    if not found.lacks:
        lines.append("Nothing is lacking.")
    lines += [f"Lacking: {one}" for one in found.lacks]
    return lines
