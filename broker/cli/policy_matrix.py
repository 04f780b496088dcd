"""`watersmeet policy matrix`: who sees what, for a board to sign, for staff and for the public."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from broker.cli.policy_place import complaining, load, place_options, write_policy_json
from broker.domain.requester import RelationshipGround

if TYPE_CHECKING:
    from broker.policy.matrix import Matrix
    from broker.policy.situation import Situation

STAFF, PUBLIC = "staff", "public"


@click.command()
@place_options
@click.option("--format", "form", type=click.Choice(["markdown", "html", "csv"]), default="markdown")
@click.option("--for", "reader", type=click.Choice([STAFF, PUBLIC]), default=STAFF, help="Grid or sentences.")
@click.option("--output", type=click.Path(path_type=Path, dir_okay=False), help="Write this file.")
@click.option("--purpose", help="Why the record is asked for, for example TREAT.")
@click.option("--relationship", type=click.Choice([str(ground) for ground in RelationshipGround]))
@click.option("--organisation", help="ODS code of the organisation that asks.")
@click.option("--day", type=click.DateTime(formats=["%Y-%m-%d"]), help="The day that the table is about.")
@click.option("--as-registered", is_flag=True, help="Only what live registrations supply today.")
def matrix(
    config_dir: Path,
    folder: Path | None,
    form: str,
    reader: str,
    output: Path | None,
    *,
    as_registered: bool,
    as_json: bool,
    **asked: Any,
) -> None:
    r"""Say who sees what: role group by organisation and category, each cell as the broker would decide it.

    What is not given is as in the usual case. Partners are taken as live and supplying everything, so that
    the table shows what the policies permit; --as-registered shows what can be seen with today's
    registrations. Each practice's row is asked from that practice itself, unless --organisation says who
    asks. Nobody is asked, and no record is opened.

    \b
    Examples:
      watersmeet policy matrix --format html --output who-sees-what.html
      watersmeet policy matrix --for public
      watersmeet policy matrix --purpose ETREAT --relationship self-claimed --format csv
    """
    from broker.policy.matrix import matrix_of  # noqa: PLC0415 - heavy; help must be quick
    from broker.policy.matrix_text import as_data  # noqa: PLC0415 - as above
    from broker.policy.situation import read_usual  # noqa: PLC0415 - as above

    if reader == PUBLIC and (form == "csv" or as_json):
        raise click.UsageError("The guide for the public is sentences: choose --format markdown or html.")
    with complaining(as_json=as_json):
        folder, policies, partners = load(config_dir, folder)
        usual = _asked(read_usual(folder, policies), asked)
    table = matrix_of(
        policies,
        usual,
        partners,
        as_registered=as_registered,
        practices_ask_for_themselves=not asked["organisation"],
    )
    if as_json:
        write_policy_json(as_data(table))
        return
    page = _writer(form, reader)(table)
    if output is None:
        click.echo(page, nl=False)
    else:
        _write(output, page)
        click.echo(f"Wrote {output}: revision {table.revision}, {len(table.rows)} rows.")


def _asked(usual: Situation, asked: Mapping[str, Any]) -> Situation:
    given = {name: asked[name] for name in ("purpose", "organisation") if asked[name]}
    if asked["relationship"]:
        given["relationship"] = RelationshipGround(asked["relationship"])
    if asked["day"]:
        given["day"] = asked["day"].date()
    return replace(usual, **given)


def _writer(form: str, reader: str) -> Callable[[Matrix], str]:
    from broker.policy.matrix_guide import guide_markdown  # noqa: PLC0415 - heavy; help must be quick
    from broker.policy.matrix_html import guide_html, matrix_html  # noqa: PLC0415 - as above
    from broker.policy.matrix_text import as_csv, as_markdown  # noqa: PLC0415 - as above

    if reader == PUBLIC:
        return guide_html if form == "html" else guide_markdown
    return {"markdown": as_markdown, "html": matrix_html, "csv": as_csv}[form]


def _write(output: Path, page: str) -> None:
    try:
        output.write_text(page, encoding="utf-8", newline="")
    except OSError as fault:
        remedy = "Choose a place that can be written to."
        raise click.UsageError(f"`{output}` cannot be written ({type(fault).__name__}). {remedy}") from None
