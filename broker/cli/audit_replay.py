"""`watersmeet audit replay`: one disclosure on file, held against what its partners hold now."""

from __future__ import annotations

import asyncio
import re
from typing import TYPE_CHECKING, Any

import click

from broker.cli.store_room import (
    actor_options,
    config_option,
    find_place,
    with_store,
    write_json,
    write_table,
)
from broker.domain.objection_life import Actor
from broker.domain.policy import Decider

if TYPE_CHECKING:
    from broker.domain.reconstruction import Compared, OnFile
    from broker.domain.requester import Requester
    from broker.settings import Settings

_APPROVED = re.compile(rf"(?:{'|'.join(Decider)}) [0-9]{{4}}-[0-9]{{1,6}}", re.ASCII)


def _approval(_context: click.Context, _option: click.Parameter, given: str) -> str:
    """A role and the number of its decision: never anybody's name."""
    if not _APPROVED.fullmatch(given):
        roles = ", ".join(Decider)
        raise click.BadParameter(f"write a role ({roles}) and its decision's number, such as 2026-031.")
    return given


@click.command("replay")
@config_option
@actor_options
@click.option("--record", type=click.IntRange(min=1), required=True, help="The disclosure's record number.")
@click.option("--purpose", required=True, help="Why, as the sharing agreement lists it, such as HOPERAT.")
@click.option(
    "--approved-by",
    required=True,
    callback=_approval,
    help="Whose decision it is: a role and the decision's number.",
)
@click.option("--organisation", default="", help="Your ODS code; whoever keeps the register when left out.")
@click.option("--json", "as_json", is_flag=True)
def replay(**given: Any) -> None:
    r"""Ask partners again for what was disclosed, and say of each item whether it is still so.

    Nothing of any item is shown. It is a request of its own: policy, each partner's agreement and any
    objection can refuse it, and it is on record. --by-role is a role of the roles policy. Exit 1 where an
    item is not as it was shown, or a partner did not say; what was not asked for is named, and is no finding.

    \b
    Example:
      watersmeet audit replay --record 17 --purpose HOPERAT --approved-by "caldicott-guardian 2026-031" \
        --by-role privacy-officer --by-name "A. Ash"
    """
    from broker.adapters.plugins import PluginFault  # noqa: PLC0415 - heavy; help must be quick
    from broker.adapters.release_store import NotProved  # noqa: PLC0415 - as above
    from broker.adapters.roads import UnfitRegistration  # noqa: PLC0415 - as above
    from broker.domain.errors import BrokerError, ServiceDown  # noqa: PLC0415 - as above
    from broker.files import FileFault  # noqa: PLC0415 - as above
    from broker.settings import load_settings  # noqa: PLC0415 - as above

    by = Actor(role=given["by_role"].strip(), name=given["by_name"].strip())
    place = find_place(given["config_dir"], None, None)
    try:
        on_file = with_store(place, lambda store: store.proved(given["record"], reader=by))
        found = asyncio.run(_replayed(load_settings(given["config_dir"]), on_file, by, given))
    except (FileFault, PluginFault, UnfitRegistration, NotProved) as fault:
        raise click.ClickException(str(fault)) from None
    except ServiceDown as down:
        raise click.ClickException(f"The {down.service} service is not available; nothing is told.") from None
    except BrokerError as refused:
        raise click.ClickException(
            f"Refused ({refused.cause}); the refusal is on record with its reasons: "
            "`watersmeet policy explain --record` names the rule."
        ) from None
    _say(found, given["record"], as_json=given["as_json"])
    if any(one.verdict.is_a_finding for one in found):
        raise click.exceptions.Exit(1)


async def _replayed(
    settings: Settings, on_file: OnFile, by: Actor, given: dict[str, Any]
) -> tuple[Compared, ...]:
    import dataclasses  # noqa: PLC0415 - beside its neighbours
    import secrets  # noqa: PLC0415 - as above
    from contextlib import AsyncExitStack  # noqa: PLC0415 - as above

    import msgspec  # noqa: PLC0415 - as above

    from broker.app import assemble, finish  # noqa: PLC0415 - heavy; help must be quick
    from broker.domain.query import Interaction  # noqa: PLC0415 - as above
    from broker.domain.reconstruction import Compared  # noqa: PLC0415 - as above
    from broker.pipeline import Question, answer  # noqa: PLC0415 - as above

    async with AsyncExitStack() as stack:
        broker = await assemble(settings, stack)
        keeper = broker.policies.current.objections.governance.kept_by
        desk = AtTheDesk(_requester(by, given["purpose"], given["organisation"] or keeper))
        services = dataclasses.replace(broker.services, authenticator=desk)
        stack.push_async_callback(finish, services)
        question = Question(
            request_id=f"replay-{secrets.token_hex(8)}",
            authorization="",
            interaction=Interaction.RECONSTRUCT,
            base_url="",
            on_file=on_file,
            approved_by=given["approved_by"],
        )
        reply = await answer(question, services)
        body = b"".join(reply.body)
        if reply.finished is not None:
            reply.finished("sent", len(body))
        return msgspec.json.decode(body, type=tuple[Compared, ...])


class AtTheDesk:
    """Implements ports.authenticator.Authenticator for whoever stands at the desk: who may use this command
    may read the keys and the store themselves.
    """

    def __init__(self, requester: Requester) -> None:
        self._requester = requester

    async def authenticate(self, _authorization: str | None, /) -> Requester:
        """The one who gave the command."""
        return self._requester

    async def aclose(self) -> None:
        """Nothing is open."""


def _requester(by: Actor, purpose: str, organisation_ods: str) -> Requester:
    from broker.domain.requester import RelationshipGround, Requester  # noqa: PLC0415 - help must be quick

    return Requester(
        issuer="desk",
        user_id=by.name,
        user_name=by.name,
        organisation_ods=organisation_ods,
        roles=(by.role,),
        purpose=purpose,
        relationship=RelationshipGround.NONE,
    )


def _say(found: tuple[Compared, ...], record: int, *, as_json: bool) -> None:
    if as_json:
        items = [
            {
                "partner": one.partner_id,
                "type": one.resource_type,
                "id": one.local_id,
                "version": one.version,
                "verdict": one.verdict.value,
                "why": one.why or None,
            }
            for one in found
        ]
        write_json({"record": record, "items": items})
        return
    headings = ("partner", "type", "id", "version", "verdict", "why")
    rows = [
        (one.partner_id, one.resource_type, one.local_id, one.version, one.verdict.value, one.why)
        for one in found
    ]
    write_table(headings, rows, nothing=f"Record {record} released no item.")
