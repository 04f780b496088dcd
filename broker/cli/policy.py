"""`watersmeet policy`: check the policies, hold them to their cases, explain, tabulate and compare them."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from broker.cli.policy_diff import diff
from broker.cli.policy_explain import explain
from broker.cli.policy_force import force
from broker.cli.policy_matrix import matrix
from broker.cli.policy_place import complaining, load, place_options, write_policy_json
from broker.cli.policy_prove import prove
from broker.cli.policy_sign import sign
from broker.cli.policy_status import status

if TYPE_CHECKING:
    from broker.domain.policy import PolicySet


_UNNUMBERED = "They have no revision.yaml: the demonstration alone takes them."


@click.group("policy")
def command() -> None:
    """Check, test, explain, tabulate, compare and prove the policies."""


@command.command()
@place_options
def check(config_dir: Path, folder: Path | None, *, as_json: bool) -> None:
    r"""Read every policy and hold it to the promises and to its cases, as a broker does before it takes them.
    Exit 1 names the first fault with file, line, column and remedy; `policy test` lists every case that does
    not hold.

    \b
    Example:
      watersmeet policy check
    """
    from broker.policy.holding import hold_to, hold_to_promises  # noqa: PLC0415 - heavy; help must be quick
    from broker.policy.revision_file import read_revision  # noqa: PLC0415 - as above
    from broker.policy.snapshot import read_snapshot  # noqa: PLC0415 - as above

    with complaining(as_json=as_json):
        folder, policies, _ = load(config_dir, folder)
        hold_to_promises(folder, policies)
        cases = _cases(folder, policies)
        hold_to(cases, policies)
        revision = read_revision(read_snapshot(folder))
    if as_json:
        write_policy_json(
            {
                "revision": policies.revision,
                "cases": len(cases),
                "number": revision.number or None,
                "fault": None,
            }
        )
    else:
        click.echo(f"The policies hold: revision {policies.revision}, {len(cases)} cases.")
        click.echo(
            f"Number {revision.number}, {len(revision.signers)} signers." if revision.number else _UNNUMBERED
        )


@command.command()
@place_options
def test(config_dir: Path, folder: Path | None, *, as_json: bool) -> None:
    r"""Hold the policies to every case. Exit 1 lists each that does not hold.

    \b
    Example:
      watersmeet policy test --policies my-change
    """
    from broker.policy.cases import failures_of  # noqa: PLC0415 - heavy; help must be quick

    with complaining(as_json=as_json):
        folder, policies, _ = load(config_dir, folder)
        cases = _cases(folder, policies)
    results = [(case, failures_of(case, policies)) for case in cases]
    failed = [(case, failures) for case, failures in results if failures]
    if as_json:
        rows = [{"place": c.place, "topic": c.topic, "name": c.name, "failures": f} for c, f in results]
        write_policy_json({"revision": policies.revision, "failed": len(failed), "cases": rows})
    else:
        for case, failures in failed:
            click.echo(f"{case.place}: {case.name}")
            for failure in failures:
                click.echo(f"    {failure}")
        click.echo(
            f"{len(results) - len(failed)} of {len(results)} cases hold (revision {policies.revision})."
        )
    sys.exit(1 if failed else 0)


@command.command()
def vocabulary() -> None:
    """Write every word that a policy may use, as the reference page has it."""
    from broker.policy.vocabulary import reference_page  # noqa: PLC0415 - heavy; help must be quick

    click.echo(reference_page(), nl=False)


def _cases(folder: Path, policies: PolicySet) -> tuple[Any, ...]:
    from broker.policy.cases import load_cases  # noqa: PLC0415 - heavy; help must be quick

    return load_cases(folder, policies)


command.add_command(explain)
command.add_command(matrix)
command.add_command(prove)
command.add_command(diff)
command.add_command(sign)
command.add_command(status)
command.add_command(force)
