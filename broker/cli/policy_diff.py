"""`watersmeet policy diff`: which cells open and which close between two revisions of the policies."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from broker.cli.policy_place import (
    FOLDER,
    complaining,
    config_option,
    policies_at,
    registered,
    write_policy_json,
)

if TYPE_CHECKING:
    from broker.domain.decision import PartnerFacts
    from broker.domain.policy import PolicySet
    from broker.policy.situation import Situation

_FOLDERS_MAX = 2


@click.command()
@config_option
@click.option("--from", "revision", metavar="REV", help="Compare with the folder as git has it at REV.")
@click.option("--acknowledge", is_flag=True, help="What opens is meant to open.")
@click.option("--json", "as_json", is_flag=True, help="Write JSON for a script.")
@click.argument("folders", nargs=-1, type=FOLDER)
def diff(
    config_dir: Path, revision: str | None, folders: tuple[Path, ...], *, acknowledge: bool, as_json: bool
) -> None:
    r"""Say exactly what opens and what closes from one revision to the other, by deciding both ways.

    With two folders, from the first to the second; with one, from the policies in force to it; with --from,
    from what git has to what is there now. It takes some seconds. Exit 0 when nothing opens or --acknowledge
    is given, 1 when something opens.

    \b
    Examples:
      watersmeet policy diff my-change
      watersmeet policy diff --from HEAD~1 policies
      watersmeet policy diff old-policies my-change --acknowledge
    """
    from broker.cli.diff_lines import as_data, as_lines  # noqa: PLC0415 - heavy; help must be quick
    from broker.policy.comparing import compare  # noqa: PLC0415 - as above
    from broker.policy.matrix import as_permitted  # noqa: PLC0415 - as above
    from broker.policy.points import space_of  # noqa: PLC0415 - as above
    from broker.policy.signatures_needed import shows_no_opening  # noqa: PLC0415 - as above
    from broker.policy.situation import read_usual  # noqa: PLC0415 - as above

    with complaining(as_json=as_json):
        in_force, partners = registered(config_dir)
        before, after = _which(folders, revision, in_force)
        old = _old(before, revision, partners)
        new = policies_at(after, partners)
        space = space_of(old, new, read_usual(after, new))
        permitted = as_permitted(partners)
        _refuse_blind(after, space.usual, (old, new), permitted)
    found = compare(old, new, space, permitted)
    tightens = shows_no_opening(opens=found.opens, rules=found.rules)
    if as_json:
        counts = {"counts_as_opening": not tightens}
        write_policy_json(as_data(found, space) | {"acknowledged": acknowledge} | counts)
    else:
        click.echo("\n".join(as_lines(found, space)))
        click.echo(_signatures(tightens=tightens))
        click.echo(_verdict(opens=found.opens, acknowledge=acknowledge))
    if found.opens and not acknowledge:
        raise click.exceptions.Exit(1)


def _refuse_blind(
    folder: Path, usual: Situation, both: tuple[PolicySet, ...], partners: tuple[PartnerFacts, ...]
) -> None:
    """Around a request that sees nothing by either revision, much of what opens would stay unseen."""
    from broker.domain.decision import Effect  # noqa: PLC0415 - heavy; help must be quick
    from broker.files import FileFault  # noqa: PLC0415 - as above
    from broker.pipeline.decision import decide  # noqa: PLC0415 - as above
    from broker.policy.loading import USUAL_CASE  # noqa: PLC0415 - as above
    from broker.policy.situation import facts_of  # noqa: PLC0415 - as above

    facts = facts_of(usual, partners)
    if all(decide(facts, one).effect is Effect.DENY for one in both):
        problem = "is refused by both revisions, so a comparison around it would not show what opens."
        remedy = "Describe a request that is permitted."
        raise FileFault(folder / USUAL_CASE, 1, 1, problem, remedy)


def _which(folders: tuple[Path, ...], revision: str | None, in_force: Path) -> tuple[Path, Path]:
    if revision is not None:
        if len(folders) > 1:
            raise click.UsageError("--from takes one folder at most: it is compared with itself as it was.")
        after = folders[0] if folders else in_force
        return after, after
    if not folders or len(folders) > _FOLDERS_MAX:
        raise click.UsageError("Give one or two folders of policies, or --from with a revision of git.")
    return (in_force, folders[0]) if len(folders) == 1 else (folders[0], folders[1])


def _old(before: Path, revision: str | None, partners: tuple[PartnerFacts, ...]) -> PolicySet:
    if revision is None:
        return policies_at(before, partners)
    from broker.cli.policy_revisions import folder_at  # noqa: PLC0415 - only where git is asked

    with folder_at(before, revision) as then:
        return policies_at(then, partners)


def _signatures(*, tightens: bool) -> str:
    """How many of those who may sign have to, outside the demonstration."""
    if tightens:
        return "Signatures: one, unless `revision.yaml` names other signers. It is proved only to tighten."
    return "Signatures: two. It is not proved only to tighten."


def _verdict(*, opens: bool, acknowledge: bool) -> str:
    if not opens:
        return "Nothing opens."
    if acknowledge:
        return "Something opens, and it is acknowledged."
    return "Something opens. When that is decided, say so with --acknowledge."
