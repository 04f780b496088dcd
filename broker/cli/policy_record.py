"""`watersmeet policy explain --record`: what is on record, judged again by the policies of then."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import click

from broker.cli.policy_place import policies_at, registered
from broker.cli.store_room import find_place, with_store
from broker.domain.objection_life import Actor

if TYPE_CHECKING:
    from broker.adapters.release_store import JudgedRecord
    from broker.domain.decision import PartnerFacts
    from broker.domain.policy import PolicySet
    from broker.policy.replaying import Replay


def replay_record(
    sequence: int, config_dir: Path, folder: Path | None, revision: str | None, reader: Actor
) -> tuple[JudgedRecord, Replay, PolicySet]:
    """Raises FileFault, and click's own for a record that cannot be judged again."""
    in_force, partners = registered(config_dir)
    place = find_place(config_dir, None, None)
    record = with_store(place, lambda store: store.judged_record(sequence, reader=reader))
    if record is None:
        raise click.ClickException(f"The trail has no record {sequence}.")
    if record.requester is None or record.judged_on is None:
        raise click.ClickException(_undecided(record))
    with _folder(folder or in_force, revision) as then:
        policies = policies_at(then, partners)
        if policies.revision != record.policy_revision:
            raise click.ClickException(_other_revision(record, then, policies))
        return record, _again(record, partners, policies), policies


def _again(record: JudgedRecord, partners: tuple[PartnerFacts, ...], policies: PolicySet) -> Replay:
    from broker.pipeline.named_grant import NOBODYS, UNKNOWN  # noqa: PLC0415 - heavy; help must be quick
    from broker.policy.replaying import facts_again, replay  # noqa: PLC0415 - as above

    assert record.requester is not None
    assert record.judged_on is not None
    named_unknown = record.grant is None and record.grant_id == UNKNOWN
    facts = facts_again(
        record.requester,
        record.judged_on,
        partners,
        record.objections,
        grant=NOBODYS if named_unknown else record.grant,
        numbers=record.numbers,
    )
    return replay(facts, record.judged_on, record.reasons, policies, interaction=record.interaction)


@contextlib.contextmanager
def _folder(folder: Path, revision: str | None) -> Iterator[Path]:
    if revision is None:
        yield folder
        return
    from broker.cli.policy_revisions import folder_at  # noqa: PLC0415 - only where git is asked

    with folder_at(folder, revision) as then:
        yield then


def _undecided(record: JudgedRecord) -> str:
    why = f" ({record.cause})" if record.cause else ""
    return f"Record {record.sequence} is a `{record.kind}` on which nothing was decided{why}."


def _other_revision(record: JudgedRecord, folder: Path, policies: PolicySet) -> str:
    return (
        f"Record {record.sequence} was decided by revision {record.policy_revision}, and {folder} is "
        f"revision {policies.revision}. Give the files as they were with --policies, or with --from "
        "where git has them."
    )


def verdict_lines(record: JudgedRecord, again: Replay) -> Iterator[str]:
    """Whether it is decided the same, and what is to be known of it."""
    yield ""
    if not again.same_partners:
        yield "The registrations have changed since: this is judged on those of today."
    if again.is_same:
        yield f"Record {record.sequence} gives the same reasons."
        return
    yield f"Record {record.sequence} gives other reasons:"
    yield from (f"  {reason.effect:<6}  {reason.topic}/{reason.rule}" for reason in again.recorded)
