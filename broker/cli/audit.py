"""`watersmeet audit`: prove the trail whole, and show a person who looked."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from broker.cli.audit_replay import replay
from broker.cli.store_room import (
    actor_options,
    find_place,
    place_options,
    read_numbers,
    read_ring,
    require_store,
    with_store,
    write_json,
    write_table,
)
from broker.domain.errors import ServiceDown
from broker.domain.objection_life import Actor

if TYPE_CHECKING:
    from broker.adapters.release_store import Access, Anchor, Verification


@click.group("audit")
def command() -> None:
    """Prove the trail whole, and show a person who looked."""


@command.command()
@place_options
@click.option(
    "--anchors",
    "anchors_path",
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    help="An earlier --json verdict that was kept elsewhere.",
)
@click.option("--json", "as_json", is_flag=True)
def verify(**given: Any) -> None:
    r"""Follow every record from the first. Exit 1 names the first that does not follow.

    Keep the --json verdict somewhere that the store's operators cannot write, and give it to the next
    run: only that shows an older whole file that was put back.

    \b
    Example:
      watersmeet audit verify --json > /elsewhere/heads.json
      watersmeet audit verify --anchors /elsewhere/heads.json
    """
    from broker.adapters.release_store import verify_store  # noqa: PLC0415 - heavy; help must be quick

    place = find_place(given["config_dir"], given["store_path"], given["keys_path"])
    require_store(place)
    try:
        verdict = verify_store(place.store, read_ring(place), anchors=_anchors(given["anchors_path"]))
    except ServiceDown as down:
        raise click.ClickException(
            f"{place.store}: the trail cannot be read ({down.service} is not available)."
        ) from None
    _say_verdict(verdict, anchored=given["anchors_path"] is not None, as_json=given["as_json"])
    if verdict.fault is not None:
        raise click.exceptions.Exit(1)


@command.command()
@place_options
@actor_options
@click.option("--names", is_flag=True, help="Name the members of staff, where policy lets the person know.")
@click.option("--json", "as_json", is_flag=True)
def patient(**given: Any) -> None:
    r"""Show who asked for a person's record: when, organisation, role, what and outcome.

    The NHS number is read from standard input or prompted for. The look itself is recorded. Where this
    place holds governance's key, --json also lists each released item's type, id, version and digest.

    \b
    Example:
      watersmeet audit patient --by-role "privacy officer" --by-name "A. Ash"
    """
    numbers = read_numbers()
    place = find_place(given["config_dir"], given["store_path"], given["keys_path"])
    reader = Actor(role=given["by_role"], name=given["by_name"])
    accesses = with_store(place, lambda store: store.accesses(numbers, reader=reader))
    if given["as_json"]:
        write_json([_access_json(access, names=given["names"]) for access in accesses])
        return
    headings = ["record", "when", "organisation", "role", "purpose", "what", "outcome"]
    rows = [_access_row(access) for access in accesses]
    if given["names"]:
        headings.append("who")
        rows = [(*row, access.user) for row, access in zip(rows, accesses, strict=True)]
    write_table(headings, rows, nothing="No request about this person is on file.")


command.add_command(replay)


def _anchors(path: Path | None) -> tuple[Anchor, ...]:
    from broker.adapters.release_store import Anchor  # noqa: PLC0415 - heavy; help must be quick

    if path is None:
        return ()
    import orjson  # noqa: PLC0415 - as above

    try:
        heads = orjson.loads(path.read_bytes())["heads"]
        return tuple(Anchor(head["chain"], head["sequence"], head["link"]) for head in heads)
    except (ValueError, KeyError, TypeError):
        raise click.UsageError(f"{path} is not a verdict of `audit verify --json`.") from None


def _say_verdict(verdict: Verification, *, anchored: bool, as_json: bool) -> None:
    if as_json:
        write_json(verdict)
        return
    if verdict.fault is None:
        chains = "one chain" if len(verdict.heads) == 1 else f"{len(verdict.heads)} chains"
        click.echo(f"{verdict.records} records in {chains}: each follows from the one before.")
    else:
        fault = verdict.fault
        where = f"record {fault.record}" if fault.record else "a record"
        click.echo(f"{where} (chain `{fault.chain}`, sequence {fault.sequence}) {fault.problem}.")
    if verdict.unanchored:
        since = "came after the newest anchor" if anchored else "stand without an anchor (see --anchors)"
        click.echo(
            f"{verdict.unanchored} records {since}: that none is missing rests on the chain key alone."
        )


def _access_row(access: Access) -> tuple[str, ...]:
    what = ", ".join(access.resource_types) or access.interaction
    released = ", ".join(f"{partner} {count}" for partner, count in access.released.items())
    under = f"under {access.grant}" if access.grant else ""
    outcome = " ".join(filter(None, [access.outcome, access.ended, access.cause, under]))
    return (
        str(access.sequence),
        access.at.isoformat(timespec="seconds"),
        access.organisation_ods,
        ", ".join(access.roles),
        access.purpose,
        what,
        f"{outcome}: {released}" if released else outcome,
    )


def _access_json(access: Access, *, names: bool) -> dict[str, Any]:
    items = access.items
    return {
        "record": access.sequence,
        "at": access.at,
        "organisation": access.organisation_ods,
        "roles": access.roles,
        "purpose": access.purpose,
        "relationship": access.relationship,
        "interaction": access.interaction,
        "resource_types": access.resource_types,
        "outcome": access.outcome,
        "ended": access.ended,
        "cause": access.cause,
        "grant": access.grant or None,
        "released": access.released,
        "labels": access.labels,
        "proof": None if items is None else [_item_json(item) for item in items],
        **_document_json(access),
        **({"user": access.user} if names else {}),
    }


def _document_json(access: Access) -> dict[str, Any]:
    """Of an opened document: what its holder declared, and what went out. Nothing of any other request."""
    listed, sent = access.document, access.sent
    if listed is None:
        return {}
    document: dict[str, Any] = {
        "pointer": listed.pointer.hex(),
        "declared_size": None if listed.size < 0 else listed.size,
        "declared_hash": listed.hash or None,
    }
    if sent is not None:
        document.update(bytes=sent.size, digest=sent.digest.hex(), whole=sent.whole)
    return {"document": document}


def _item_json(item: Any) -> dict[str, str]:
    return {
        "partner": item.partner_id,
        "type": item.resource_type,
        "id": item.local_id,
        "version": item.version,
        "digest": item.digest.hex(),
    }
