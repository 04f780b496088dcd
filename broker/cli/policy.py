"""`watersmeet policy`: check the policies, hold them to their cases, explain, tabulate and compare them."""

from __future__ import annotations

import dataclasses
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from broker.cli.policy_diff import diff
from broker.cli.policy_matrix import matrix
from broker.cli.policy_options import asked_options, situation_from
from broker.cli.policy_place import complaining, load, place_options, write_policy_json

if TYPE_CHECKING:
    from broker.domain.decision import Facts, Judgement
    from broker.domain.policy import PolicySet
    from broker.policy.explaining import Explanation


@click.group("policy")
def command() -> None:
    """Check, test, explain, tabulate and compare the policies."""


@command.command()
@place_options
def check(config_dir: Path, folder: Path | None, *, as_json: bool) -> None:
    r"""Read every policy and hold it to its cases, as a broker does before it takes them. Exit 1 names the
    first fault with file, line, column and remedy; `policy test` lists every case that does not hold.

    \b
    Example:
      watersmeet policy check
    """
    from broker.policy.keeping import hold_to  # noqa: PLC0415 - heavy; help must be quick

    with complaining(as_json=as_json):
        folder, policies, _ = load(config_dir, folder)
        cases = _cases(folder, policies)
        hold_to(cases, policies)
    if as_json:
        write_policy_json({"revision": policies.revision, "cases": len(cases), "fault": None})
    else:
        click.echo(f"The policies hold: revision {policies.revision}, {len(cases)} cases.")


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
@place_options
@click.option("--partner", "partner_id", help="Explain this partner's decision alone.")
@click.option("--category", help="Say for each partner whether this category may be shown.")
@asked_options
def explain(
    config_dir: Path,
    folder: Path | None,
    partner_id: str | None,
    category: str | None,
    *,
    as_json: bool,
    **asked: Any,
) -> None:
    r"""Say why a request would be decided as it would. What is not given is as in the usual case.

    Partners are judged with the status and the supplies of their registrations.

    \b
    Examples:
      watersmeet policy explain --role receptionist --partner harbour-clinic
      watersmeet policy explain --objection upheld --objection-partner addenbury --category documents
    """
    from broker.pipeline.decision import decide  # noqa: PLC0415 - heavy; help must be quick
    from broker.policy.explaining import as_text  # noqa: PLC0415 - as above
    from broker.policy.explaining import explain as explanation_of  # noqa: PLC0415 - as above
    from broker.policy.situation import facts_of, read_usual  # noqa: PLC0415 - as above

    with complaining(as_json=as_json):
        folder, policies, partners = load(config_dir, folder)
        situation = situation_from(
            asked, read_usual(folder, policies), frozenset(p.partner_id for p in partners)
        )
    facts = facts_of(situation, partners)
    judgement = decide(facts, policies)
    shown = _narrowed(explanation_of(judgement, policies), partner_id)
    held = _held_back(shown, category, judgement, facts, policies)
    answers = {partner: not why for partner, why in held.items()}
    if as_json:
        more = {"category": answers, "held_back_by": held} if category else {}
        write_policy_json(dataclasses.asdict(shown) | more)
        return
    click.echo(as_text(shown))
    for partner, why in held.items():
        said = f"is held back: {'; '.join(why)}" if why else "may be shown"
        click.echo(f"{partner}: {category} {said}.")


@command.command()
def vocabulary() -> None:
    """Write every word that a policy may use, as the reference page has it."""
    from broker.policy.vocabulary import reference_page  # noqa: PLC0415 - heavy; help must be quick

    click.echo(reference_page(), nl=False)


def _narrowed(explanation: Explanation, partner_id: str | None) -> Explanation:
    if partner_id is None:
        return explanation
    from broker.files import nearest  # noqa: PLC0415 - it loads a YAML reader

    known = [partner.partner_id for partner in explanation.partners]
    if partner_id not in known:
        raise click.UsageError(f"`{partner_id}` is not a registered partner. {nearest(partner_id, known)}")
    partners = tuple(partner for partner in explanation.partners if partner.partner_id == partner_id)
    return dataclasses.replace(explanation, partners=partners)


def _held_back(
    explanation: Explanation, category: str | None, judgement: Judgement, facts: Facts, policies: PolicySet
) -> dict[str, tuple[str, ...]]:
    """For each partner that is explained, the rules that hold `category` back; none when it may be shown."""
    if category is None:
        return {}
    from broker.domain.category import Category  # noqa: PLC0415 - help must be quick
    from broker.files import nearest  # noqa: PLC0415 - it loads a YAML reader
    from broker.policy.holding_back import held_back_by  # noqa: PLC0415 - as above

    if category not in set(Category):
        raise click.UsageError(f"`{category}` is not a category. {nearest(category, Category)}")
    asked = {partner.partner_id for partner in explanation.partners}
    return {
        partner.partner_id: held_back_by(Category(category), partner, decision, facts, policies)
        for partner, decision in zip(facts.partners, judgement.decisions, strict=True)
        if partner.partner_id in asked
    }


def _cases(folder: Path, policies: PolicySet) -> tuple[Any, ...]:
    from broker.policy.cases import load_cases  # noqa: PLC0415 - heavy; help must be quick

    return load_cases(folder, policies)


command.add_command(matrix)
command.add_command(diff)
