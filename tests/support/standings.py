"""Who was asked and what is told of them, for the states of sections."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from broker.domain.category import Category
from broker.domain.decision import Decision
from broker.domain.outcome import PartnerOutcome
from broker.domain.registration import PartnerRegistration
from broker.domain.view import CompletenessLine
from broker.pipeline.merging.sections import Standing
from tests.support.records import ALL


def standing(
    registrations: Sequence[PartnerRegistration],
    decisions: Iterable[Decision],
    outcomes: Mapping[str, PartnerOutcome],
    wanted: frozenset[Category] = ALL,
    lines: Sequence[CompletenessLine] = (),
    warnings: Mapping[str, frozenset[tuple[Category, str]]] | None = None,
) -> Standing:
    """Of a question that asked for every kind of item."""
    return Standing(
        registrations=registrations,
        decisions={one.partner_id: one for one in decisions},
        outcomes=outcomes,
        lines=lines,
        wanted=wanted,
        sure=ALL,
        warnings=warnings or {},
    )
