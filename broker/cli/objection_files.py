"""`watersmeet objection import` and `reconcile`: a source's file to the register, and the two compared."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from broker.cli.objection_desk import actor_of, place_of, second_of
from broker.cli.objection_processes import say_processes
from broker.cli.store_room import (
    actor_options,
    not_blank,
    place_options,
    second_person_options,
    with_store,
    write_table,
)
from broker.domain.objection_life import IdentityCheck

if TYPE_CHECKING:
    from broker.adapters.release_store import SqliteReleaseStore
    from broker.objections.importing import Result, Sender
    from broker.objections.reconciling import Found
    from broker.objections.source_file import SourceFile

_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)
_FORMS = click.Choice(["csv", "json", "ndjson"])
_PROGRESS_ROWS = 3_200


def _file_options(function: Callable[..., Any]) -> Callable[..., Any]:
    form = click.option("--format", "form", type=_FORMS, help="[default: by the file's name]")
    source = click.option(
        "--source",
        required=True,
        callback=not_blank,
        help="Whose file it is: the same word each time, because a row is known by it and the row's id.",
    )
    as_json = click.option("--json", "as_json", is_flag=True, help="Every row, one JSON value a line.")
    return click.argument("file", type=_FILE)(source(form(as_json(place_options(function)))))


@click.command("import")
@_file_options
@actor_options
@second_person_options
@click.option(
    "--identity-check",
    type=click.Choice([c.value for c in IdentityCheck]),
    default="none",
    show_default=True,
    help="How this source checks identities, where a row does not say. `none` holds provisionally.",
)
def import_(**given: Any) -> None:
    r"""Record the objections in a file of CSV or of FHIR R4 Consents. Safe to run again.

    What is not understood binds, in its widest meaning, and is for review today. Only a row that names nobody
    is refused, and what one person may not record in an hour without a second. The report has row
    numbers and reasons; nobody is named in it.

    \b
    Example:
      watersmeet objection import objections.csv --source practice-system \
        --by-role "call handler" --by-name "R. Rowan"
    """
    counts = _at_the_store(given, _import)
    if counts["refused"]:
        raise click.ClickException(f"Refused rows: {counts['refused']}. Put them right, and run it again.")


@click.command("reconcile")
@_file_options
@click.option("--processes", type=click.IntRange(min=0), help="So many must run, and see it all.")
def reconcile(**given: Any) -> None:
    r"""Count a source's file against the register: is every row in force, and what is there beside them.

    Every running process of the broker that shares the store is asked what it sees.

    \b
    Example:
      watersmeet objection reconcile objections.csv --source practice-system
    """
    counts = _at_the_store(given, _reconcile)
    if counts["missing"]:
        raise click.ClickException(
            f"Missing rows: {counts['missing']}. Each is given above, with what to do."
        )


def _at_the_store(
    given: dict[str, Any], work: Callable[[dict[str, Any], SqliteReleaseStore, SourceFile], Any]
) -> Counter[str]:
    """Survey the file, then do the work. A file that cannot be read to its end is refused whole."""
    from broker.adapters.clock import SystemClock  # noqa: PLC0415 - heavy; help must be quick
    from broker.objections import IllegalStep  # noqa: PLC0415 - as above
    from broker.objections.reading import UnreadableFile  # noqa: PLC0415 - as above
    from broker.objections.source_file import Form, SourceFile, form_of  # noqa: PLC0415 - as above

    place = place_of(given)
    try:
        form = Form(given["form"]) if given["form"] else form_of(given["file"])
        now = SystemClock().now()
        surveyed = SourceFile.survey(given["file"], form, partners=place.partners, now=now)
        counts: Counter[str] = with_store(place, lambda store: work(given, store, surveyed))
    except UnreadableFile as fault:
        raise click.ClickException(f"{given['file'].name}: {fault}") from None
    except IllegalStep as fault:
        raise click.ClickException(str(fault)) from None
    if counts.total() != surveyed.rows:
        raise click.ClickException("The file changed while it was read. Run it again.")
    return counts


async def _import(given: dict[str, Any], store: SqliteReleaseStore, file: SourceFile) -> Counter[str]:
    """The report is written as it comes: what was written is on file, also when the command is killed."""
    from broker.adapters.clock import SystemClock  # noqa: PLC0415 - heavy; help must be quick
    from broker.domain.errors import ServiceDown  # noqa: PLC0415 - as above
    from broker.objections.importing import Importing, Outcome  # noqa: PLC0415 - as above
    from broker.objections.throttling import Throttle  # noqa: PLC0415 - as above

    sender = _sender(given)
    most = place_of(given).objections_by_one_per_h_max
    left = await Throttle(store, SystemClock(), per_h_max=most).left(sender.by, seconded=sender.seconded)
    counts: Counter[str] = Counter()
    try:
        async for results in Importing(store, SystemClock(), sender, most=left).run(file.readings()):
            counts.update(result.outcome.value for result in results)
            for result in results:
                _say_result(result, as_json=given["as_json"])
            _say_progress(counts.total(), len(results), file.rows)
    except ServiceDown as down:
        raise click.ClickException(
            f"The {down.service} service is not available: {counts.total()} of {file.rows} rows are done. "
            "Run it again; what is recorded is not recorded twice."
        ) from None
    _say_counts({"rows": counts.total(), **{o.value: counts[o.value] for o in Outcome}}, given)
    return counts


def _sender(given: dict[str, Any]) -> Sender:
    from broker.objections.importing import Sender  # noqa: PLC0415 - heavy; help must be quick

    return Sender(
        source=given["source"],
        by=actor_of(given),
        identity_check=IdentityCheck(given["identity_check"]),
        seconded=second_of(given),
    )


def _say_result(result: Result, *, as_json: bool) -> None:
    from broker.objections.importing import Outcome  # noqa: PLC0415 - heavy; help must be quick

    if as_json:
        _say_line({"row": result.row, "outcome": result.outcome.value, "reasons": result.reasons})
    elif result.reasons or result.outcome is Outcome.WITHDRAWN:
        click.echo(f"row {result.row}: {result.outcome.value}. {' '.join(result.reasons)}".rstrip())


def _say_progress(done: int, newly: int, rows: int) -> None:
    """On standard error, when a further part is on disk."""
    if done // _PROGRESS_ROWS != (done - newly) // _PROGRESS_ROWS or done == rows:
        click.echo(f"{done} of {rows} rows are done.", err=True)


async def _reconcile(given: dict[str, Any], store: SqliteReleaseStore, file: SourceFile) -> Counter[str]:
    from broker.objections.reconciling import Reconciling, Standing  # noqa: PLC0415 - heavy; help must be quick

    counts: Counter[str] = Counter()
    accounted: set[str] = set()
    reconciling = Reconciling(store, given["source"])
    async for standings in reconciling.run(file.readings()):
        counts.update(found.standing.value for found in standings)
        for found in standings:
            accounted |= found.objections
            _say_found(found, as_json=given["as_json"])
        await asyncio.sleep(0)
    surplus = await reconciling.surplus(accounted)
    for name in surplus:
        _say_surplus(name, as_json=given["as_json"])
    whole = {"rows": counts.total(), **{s.value: counts[s.value] for s in Standing}, "surplus": len(surplus)}
    _say_counts(whole, given)
    await say_processes(given, place_of(given).store, store)
    return counts


def _say_found(found: Found, *, as_json: bool) -> None:
    if as_json:
        _say_line({"row": found.row, "standing": found.standing.value, "reason": found.reason})
    elif found.reason:
        click.echo(f"row {found.row}: {found.standing.value}. {found.reason}")


def _say_surplus(name: str, *, as_json: bool) -> None:
    if as_json:
        _say_line({"objection": name, "standing": "surplus"})
    else:
        click.echo(f"{name}: surplus. It binds, and no row of the file accounts for it. Ask the source.")


def _say_counts(counts: dict[str, int], given: dict[str, Any]) -> None:
    if given["as_json"]:
        _say_line(counts)
    else:
        write_table(tuple(counts), [tuple(str(count) for count in counts.values())], nothing="")


def _say_line(value: dict[str, Any]) -> None:
    import orjson  # noqa: PLC0415 - only for scripts

    click.echo(orjson.dumps(value).decode())
