"""`watersmeet policy explain`: why a request would be decided so, or was, by rule and line."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from broker.cli.policy_options import asked_options, situation_from
from broker.cli.policy_place import complaining, load, place_options, write_policy_json
from broker.domain.objection import Direction
from broker.domain.objection_life import Actor

if TYPE_CHECKING:
    from broker.adapters.release_store import JudgedRecord
    from broker.domain.decision import Facts, Judgement
    from broker.domain.policy import PolicySet
    from broker.policy.explaining import Explanation
    from broker.policy.replaying import Replay

_OF_RECORD = ("sequence", "revision", "by_role", "by_name")
_Held = Mapping[str, tuple[str, ...]]


@click.command()
@place_options
@click.option("--partner", "partner_id", help="Explain this partner's decision alone.")
@click.option("--category", help="Say for each partner whether this category may be shown, and why not.")
@click.option("--record", "sequence", type=int, help="Explain what is on record under this number.")
@click.option("--from", "revision", metavar="REV", help="With --record: the policies as git has them at REV.")
@click.option("--by-role", default="", help="With --record: your role; the look is recorded.")
@click.option("--by-name", default="", help="With --record: your name.")
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

    Partners are judged with the status and the supplies of their registrations. With --record the facts are
    those of the trail, and exit 1 says that they are decided otherwise now.

    \b
    Examples:
      watersmeet policy explain --role receptionist --partner harbour-clinic
      watersmeet policy explain --objection upheld --objection-partner addenbury --category documents
      watersmeet policy explain --record 17 --by-role "Caldicott Guardian" --by-name "A. Ash"
    """
    with complaining(as_json=as_json):
        of_record = {name: asked.pop(name) for name in _OF_RECORD}
        if of_record["sequence"] is not None:
            explained = _of_record(config_dir, folder, of_record, _reader(of_record, asked))
        else:
            explained = _of_situation(config_dir, folder, asked)
    shown = _narrowed(explained.explanation, partner_id)
    held = _held_back(shown, category, explained)
    if as_json:
        write_policy_json(_as_data(shown, held, explained))
    else:
        click.echo("\n".join(_as_lines(shown, held, category, explained)))
    if explained.replayed is not None and not explained.replayed[1].is_same:
        raise click.exceptions.Exit(1)


@dataclass(frozen=True, slots=True)
class _Explained:
    """A judgement with what it rested on; `replayed` is the record that it was made again from."""

    explanation: Explanation
    facts: Facts
    judgement: Judgement
    policies: PolicySet
    replayed: tuple[JudgedRecord, Replay] | None = None


def _reader(of_record: Mapping[str, Any], asked: Mapping[str, Any]) -> Actor:
    reader = Actor(role=of_record["by_role"].strip(), name=of_record["by_name"].strip())
    if not reader.role or not reader.name:
        raise click.UsageError("--record looks into the trail: give --by-role and --by-name.")
    given = sorted(name for name, value in asked.items() if value and value != Direction.BOTH)
    if given:
        raise click.UsageError(f"--record takes its facts from the trail: leave out --{given[0]}.")
    return reader


def _of_record(
    config_dir: Path, folder: Path | None, of_record: Mapping[str, Any], reader: Actor
) -> _Explained:
    from broker.cli.policy_record import replay_record  # noqa: PLC0415 - heavy; help must be quick
    from broker.policy.explaining import explain as explanation_of  # noqa: PLC0415 - as above

    record, again, policies = replay_record(
        of_record["sequence"], config_dir, folder, of_record["revision"], reader
    )
    explanation = explanation_of(again.judgement, policies)
    return _Explained(explanation, again.facts, again.judgement, policies, (record, again))


def _of_situation(config_dir: Path, folder: Path | None, asked: Mapping[str, Any]) -> _Explained:
    from broker.pipeline.decision import decide  # noqa: PLC0415 - heavy; help must be quick
    from broker.policy.explaining import explain as explanation_of  # noqa: PLC0415 - as above
    from broker.policy.situation import facts_of, read_usual  # noqa: PLC0415 - as above

    folder, policies, partners = load(config_dir, folder)
    usual = read_usual(folder, policies)
    situation = situation_from(asked, usual, frozenset(one.partner_id for one in partners))
    _hint_at_roles(situation.roles, policies)
    facts = facts_of(situation, partners)
    judgement = decide(facts, policies)
    return _Explained(explanation_of(judgement, policies), facts, judgement, policies)


def _hint_at_roles(roles: Iterable[str], policies: PolicySet) -> None:
    """To ask about a role that nobody lists is no mistake, but it may be one of spelling."""
    from broker.files import nearest  # noqa: PLC0415 - it loads a YAML reader
    from broker.pipeline.decision.standing import groups_of  # noqa: PLC0415 - heavy; help must be quick

    for role in roles:
        if not groups_of((role,), policies)[0]:
            hint = nearest(role, policies.local_roles)
            click.echo(f"No role group lists `{role}`. {hint}", err=True)


def _as_data(shown: Explanation, held: _Held, explained: _Explained) -> dict[str, Any]:
    data = dataclasses.asdict(shown)
    if held:
        data |= {"category": {name: not why for name, why in held.items()}, "held_back_by": held}
    if explained.replayed is not None:
        record, again = explained.replayed
        data["record"] = {
            "sequence": record.sequence,
            "at": record.at.isoformat(),
            "same": again.is_same,
            "same_partners": again.same_partners,
            "reasons": [dataclasses.asdict(reason) for reason in again.recorded],
        }
    return data


def _as_lines(shown: Explanation, held: _Held, category: str | None, explained: _Explained) -> Iterator[str]:
    from broker.policy.explaining import as_text  # noqa: PLC0415 - heavy; help must be quick

    yield as_text(shown)
    for partner, why in held.items():
        said = f"is held back: {'; '.join(why)}" if why else "may be shown"
        yield f"{partner}: {category} {said}."
    if explained.replayed is not None:
        from broker.cli.policy_record import verdict_lines  # noqa: PLC0415 - as above

        yield from verdict_lines(*explained.replayed)


def _narrowed(explanation: Explanation, partner_id: str | None) -> Explanation:
    if partner_id is None:
        return explanation
    from broker.files import nearest  # noqa: PLC0415 - it loads a YAML reader

    known = [partner.partner_id for partner in explanation.partners]
    if partner_id not in known:
        raise click.UsageError(f"`{partner_id}` is not a registered partner. {nearest(partner_id, known)}")
    partners = tuple(partner for partner in explanation.partners if partner.partner_id == partner_id)
    return dataclasses.replace(explanation, partners=partners)


def _held_back(explanation: Explanation, category: str | None, explained: _Explained) -> _Held:
    """For each partner that is explained, the rules that hold `category` back; none when it may be shown."""
    if category is None:
        return {}
    from broker.domain.category import Category  # noqa: PLC0415 - help must be quick
    from broker.files import nearest  # noqa: PLC0415 - it loads a YAML reader
    from broker.policy.holding_back import held_back_by  # noqa: PLC0415 - as above

    if category not in set(Category):
        raise click.UsageError(f"`{category}` is not a category. {nearest(category, Category)}")
    facts, asked = explained.facts, {partner.partner_id for partner in explanation.partners}
    return {
        partner.partner_id: held_back_by(Category(category), partner, decision, facts, explained.policies)
        for partner, decision in zip(facts.partners, explained.judgement.decisions, strict=True)
        if partner.partner_id in asked
    }
