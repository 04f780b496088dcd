"""The partners that somebody typed, held to those that are registered before anything is recorded."""

from __future__ import annotations

from collections.abc import Iterable

import click

from broker.cli.store_room import Place


def check_partners(names: Iterable[str], place: Place) -> None:
    """A usage error for a name that is neither a registration id nor an ODS code of one.

    An objection to an unknown organisation closes the whole record, which the person did not ask for;
    a store and ring named by themselves come without registrations, and then nothing can be checked.
    """
    from broker.files import nearest  # noqa: PLC0415 - it loads a YAML reader

    unknown = sorted(set(names) - place.partners) if place.partners else []
    if unknown:
        raise click.UsageError(
            f"`{unknown[0]}` is not a registered partner or one's ODS code. "
            f"{nearest(unknown[0], place.partners)} Without --partner it covers every partner."
        )
