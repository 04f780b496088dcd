"""`watersmeet policy`: check the policies, hold them to their cases, and explain one decision."""

from __future__ import annotations

import dataclasses
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from broker.cli.policy_options import asked_options, situation_from

if TYPE_CHECKING:
    from broker.domain.decision import PartnerFacts
    from broker.domain.policy import PolicySet
    from broker.files import FileFault
    from broker.policy.explaining import Explanation

_FOLDER = click.Path(path_type=Path, file_okay=False)


def _place_options(function: Callable[..., Any]) -> Callable[..., Any]:
    """Add --config, --policies and --json."""
    function = click.option("--json", "as_json", is_flag=True, help="Write JSON for a script.")(function)
    function = click.option(
        "--policies", "folder", type=_FOLDER, help="Policies, instead of the configuration's."
    )(function)
    return click.option(
        "--config",
        "config_dir",
        type=_FOLDER,
        default=Path("config"),
        envvar="WATERSMEET_CONFIG",
        show_default=True,
        help="Folder of settings, for the registered partners.",
    )(function)


@click.group("policy")
def command() -> None:
    """Check, test and explain the policies."""


@command.command()
@_place_options
def check(config_dir: Path, folder: Path | None, *, as_json: bool) -> None:
    r"""Read every policy. Exit 1 names the first fault with file, line, column and remedy.

    \b
    Example:
      watersmeet policy check
    """
    with _complaining(as_json=as_json):
        folder, policies, _ = _load(config_dir, folder)
        cases = len(_cases(folder, policies))
    if as_json:
        _write_json({"revision": policies.revision, "cases": cases, "fault": None})
    else:
        click.echo(f"The policies can be read: revision {policies.revision}, {cases} cases.")


@command.command()
@_place_options
def test(config_dir: Path, folder: Path | None, *, as_json: bool) -> None:
    r"""Hold the policies to every case. Exit 1 lists each that does not hold.

    \b
    Example:
      watersmeet policy test --policies my-change
    """
    from broker.policy.cases import failures_of  # noqa: PLC0415 - heavy; help must be quick

    with _complaining(as_json=as_json):
        folder, policies, _ = _load(config_dir, folder)
        cases = _cases(folder, policies)
    results = [(case, failures_of(case, policies)) for case in cases]
    failed = [(case, failures) for case, failures in results if failures]
    if as_json:
        rows = [{"place": c.place, "topic": c.topic, "name": c.name, "failures": f} for c, f in results]
        _write_json({"revision": policies.revision, "failed": len(failed), "cases": rows})
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
@_place_options
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

    with _complaining(as_json=as_json):
        folder, policies, partners = _load(config_dir, folder)
        situation = situation_from(
            asked, read_usual(folder, policies), frozenset(p.partner_id for p in partners)
        )
    explanation = explanation_of(decide(facts_of(situation, partners), policies), policies)
    shown = _narrowed(explanation, partner_id)
    answers = _category_answers(shown, category)
    if as_json:
        _write_json(dataclasses.asdict(shown) | ({"category": answers} if category else {}))
        return
    click.echo(as_text(shown))
    for partner, may_be_shown in answers.items():
        click.echo(f"{partner}: {category} {'may be shown' if may_be_shown else 'is held back'}.")


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


def _category_answers(explanation: Explanation, category: str | None) -> dict[str, bool]:
    if category is None:
        return {}
    from broker.domain.category import Category  # noqa: PLC0415 - help must be quick
    from broker.files import nearest  # noqa: PLC0415 - it loads a YAML reader

    if category not in set(Category):
        raise click.UsageError(f"`{category}` is not a category. {nearest(category, Category)}")
    return {partner.partner_id: category in partner.categories for partner in explanation.partners}


def _load(config_dir: Path, folder: Path | None) -> tuple[Path, PolicySet, tuple[PartnerFacts, ...]]:
    """The policies and the registered partners. The rest of the configuration is not read: a missing
    key ring does not keep governance from checking a policy.
    """
    from broker.policy.loading import load_policies  # noqa: PLC0415 - heavy; help must be quick
    from broker.settings.broker_file import read_broker_file  # noqa: PLC0415 - as above
    from broker.settings.registrations import read_partners  # noqa: PLC0415 - as above

    config = config_dir.expanduser().resolve()
    broker = read_broker_file(config / "broker.yaml")
    registrations = read_partners(
        config / "partners", environment=broker.environment, shipped=broker.partner_limits
    )
    partners = tuple(registration.facts for registration in registrations)
    chosen = folder or broker.policies_path
    return chosen, load_policies(chosen, {p.partner_id: p.ods_codes for p in partners}), partners


def _cases(folder: Path, policies: PolicySet) -> tuple[Any, ...]:
    from broker.policy.cases import load_cases  # noqa: PLC0415 - heavy; help must be quick

    return load_cases(folder, policies)


@contextmanager
def _complaining(*, as_json: bool) -> Iterator[None]:
    """A fault in a file becomes JSON where a script reads; else the frame says it. Exit 1 either way."""
    from broker.files import FileFault  # noqa: PLC0415 - it loads a YAML reader

    try:
        yield
    except FileFault as fault:
        if not as_json:
            raise
        _write_json({"fault": _fault_of(fault)})
        sys.exit(1)


def _fault_of(fault: FileFault) -> dict[str, object]:
    return {
        "file": str(fault.path),
        "line": fault.line,
        "column": fault.column,
        "problem": fault.problem,
        "remedy": fault.remedy,
    }


def _write_json(value: object) -> None:
    import orjson  # noqa: PLC0415 - help must be quick

    click.echo(orjson.dumps(value, option=orjson.OPT_INDENT_2, default=str).decode())
