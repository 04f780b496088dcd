"""Options and manners that the commands about objections, audit and keys share."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Awaitable, Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from broker.domain.errors import InvalidNhsNumber, ServiceDown
from broker.domain.identity import NhsNumber
from broker.domain.limits import BrokerLimits

if TYPE_CHECKING:
    from broker.adapters.keys import KeyRing
    from broker.adapters.release_store import SqliteReleaseStore

Answer = TypeVar("Answer")
_CHAIN = "desk"
_PATH = click.Path(path_type=Path)


@dataclass(frozen=True, slots=True)
class Place:
    """Where the store and the ring of this call are; `environment` None takes the ring's own word.

    `partners` holds the registered ids and their ODS codes; none where no configuration was read.
    """

    store: Path
    keys: Path
    environment: str | None
    partners: frozenset[str] = frozenset()
    objections_by_one_per_h_max: int = BrokerLimits().objections_by_one_per_h_max


def config_option(function: Callable[..., Any]) -> Callable[..., Any]:
    """Add --config."""
    return click.option(
        "--config",
        "config_dir",
        type=_PATH,
        default=Path("config"),
        envvar="WATERSMEET_CONFIG",
        show_envvar=True,
        show_default=True,
        help="Folder of settings.",
    )(function)


def place_options(function: Callable[..., Any]) -> Callable[..., Any]:
    """Add --config, --store and --keys."""
    options: tuple[Callable[[Callable[..., Any]], Callable[..., Any]], ...] = (
        click.option("--keys", "keys_path", type=_PATH, help="Key ring, instead of the configuration's."),
        click.option("--store", "store_path", type=_PATH, help="Store, instead of the configuration's."),
        config_option,
    )
    for add in options:
        function = add(function)
    return function


def actor_options(function: Callable[..., Any]) -> Callable[..., Any]:
    """Add --by-role and --by-name: every step and every look is somebody's."""
    name = click.option(
        "--by-name", "--actor", "by_name", required=True, callback=not_blank, help="Your name."
    )
    role = click.option(
        "--by-role", required=True, callback=not_blank, help="Your role, as governance calls it."
    )
    return role(name(function))


def second_person_options(function: Callable[..., Any]) -> Callable[..., Any]:
    """Add --many-by-role and --many-by-name: whoever receives very many does so with a second person."""
    name = click.option("--many-by-name", default="", help="A second person, who has seen them all.")
    role = click.option("--many-by-role", default="", help="Their role.")
    return role(name(function))


def not_blank(_context: click.Context, _option: click.Parameter, given: str) -> str:
    """A usage error for a name of spaces."""
    if not given.strip():
        raise click.BadParameter("every step and every look is somebody's. Say whose.")
    return given


def find_place(config_dir: Path, store_path: Path | None, keys_path: Path | None) -> Place:
    """The configuration's own paths, unless both are given. A fault in it ends the command."""
    from broker.files import FileFault  # noqa: PLC0415 - heavy; help must be quick

    if store_path is not None and keys_path is not None:
        return Place(store_path, keys_path, None)
    from broker.settings import load_settings  # noqa: PLC0415 - as above

    try:
        settings = load_settings(config_dir)
    except FileFault as fault:
        raise click.ClickException(str(fault)) from None
    registered = (partner.facts for partner in settings.partners)
    return Place(
        store_path or settings.store_path,
        keys_path or settings.keys_path,
        settings.environment,
        frozenset(name for facts in registered for name in (facts.partner_id, *facts.ods_codes)),
        settings.limits.objections_by_one_per_h_max,
    )


def read_ring(place: Place) -> KeyRing:
    """The ring, with every key usable; the first complaint ends the command."""
    from broker.adapters.keys import read_key_ring  # noqa: PLC0415 - heavy; help must be quick
    from broker.files import FileFault  # noqa: PLC0415 - as above

    try:
        ring = read_key_ring(place.keys, environment=place.environment)
    except FileFault as fault:
        raise click.ClickException(str(fault)) from None
    for complaint in ring.complaints():
        raise click.ClickException(str(complaint))
    return ring


def require_store(place: Place) -> None:
    """A store that is not there is never made: an objection in it would look like protection."""
    if not place.store.exists():
        raise click.ClickException(f"{place.store}: there is no store. Start the broker once, or name it.")


def with_store(place: Place, work: Callable[[SqliteReleaseStore], Awaitable[Answer]]) -> Answer:
    """Open the store, do the work, close it. A service that is down ends the command."""
    from broker.logs import quieten  # noqa: PLC0415 - heavy; help must be quick

    quieten()
    ring = read_ring(place)
    require_store(place)

    async def run() -> Answer:
        from broker.adapters.clock import SystemClock  # noqa: PLC0415 - heavy; help must be quick
        from broker.adapters.release_store import SqliteReleaseStore  # noqa: PLC0415 - as above

        store = SqliteReleaseStore.open(place.store, ring, SystemClock(), chain=_CHAIN)
        try:
            return await work(store)
        finally:
            await store.aclose()

    try:
        return asyncio.run(run())
    except ServiceDown as down:
        raise click.ClickException(
            f"The {down.service} service is not available; nothing was done."
        ) from None


def read_numbers(given: Sequence[str] | None = None) -> frozenset[NhsNumber]:
    """One NHS number from a prompt, or one on each line of standard input: all of one person.

    `given` are the lines where somebody has read them already.
    """
    lines: Sequence[str]
    if given is not None:
        lines = given
    elif sys.stdin.isatty():
        lines = [str(click.prompt("NHS number", err=True))]
    else:
        text = sys.stdin.read()
        lines = [line for line in text.splitlines() if line.strip()]
    try:
        numbers = frozenset(NhsNumber.parse(line.strip()) for line in lines)
    except InvalidNhsNumber as error:
        raise click.UsageError(error.message) from None
    if not numbers:
        raise click.UsageError("Give the NHS number on standard input, one on each line.")
    return numbers


def write_json(value: Any) -> None:
    """One JSON value on standard output."""
    import orjson  # noqa: PLC0415 - only for scripts

    click.echo(orjson.dumps(value, option=orjson.OPT_INDENT_2).decode())


def write_table(headings: Sequence[str], rows: Iterable[Sequence[str]], *, nothing: str) -> None:
    """Columns as wide as they need to be, headings first; the sentence `nothing` where there is no row."""
    lines = [tuple(headings), *(tuple(row) for row in rows)]
    if len(lines) == 1:
        click.echo(nothing)
        return
    widths = [max(len(line[place]) for line in lines) for place in range(len(headings))]
    for line in lines:
        click.echo("  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip())
