"""A matrix into the guide for the public: short sentences, no grid, no codes."""

from __future__ import annotations

from collections.abc import Iterator

from broker.domain.category import Category
from broker.domain.policy import Asked
from broker.policy.matrix import Matrix, Row
from broker.policy.matrix_words import listed, long_day, plain, private

_ALL_BUT_UNSORTED = frozenset(Category) - {Category.UNCLASSIFIED}
_PROMISES = (
    "Your record is opened only for your own care, and only by somebody who looks after you.",
    "If you object, that holds from the moment we acknowledge it.",
    "An objection can be set aside only on one of a few grounds, for some staff, until a named day.",
    "Every time somebody looks, it is written down.",
)


def guide_sections(matrix: Matrix) -> Iterator[tuple[str, tuple[str, ...]]]:
    """Each heading with its sentences."""
    yield "Who may see your shared record", (*_PROMISES, *_practices(matrix))
    unseen = []
    for group_id, title in matrix.groups.items():
        rows = [row for row in matrix.rows if row.group_id == group_id]
        sentences = tuple(_sentences(rows))
        if sentences:
            yield title, sentences
        else:
            unseen.append(title)
    yield "Who sees nothing", tuple(_nobody(matrix, unseen))
    if matrix.emergencies:
        yield "When somebody may look although you objected", tuple(_emergencies(matrix))
    refused = tuple(f"{one.title}." for one in matrix.purposes if not one.groups)
    yield "What your record is not opened for", refused


def _practices(matrix: Matrix) -> Iterator[str]:
    """What is said below of a practice is what its own staff see, and all who work at no practice."""
    practices = {row.party_id for row in matrix.rows if row.asked is Asked.REGISTERED_PRACTICE}
    if len(practices) < 2:  # noqa: PLR2004 - one practice has no other
        return
    within = ", except within a network of both that gives you an appointment" if matrix.networks else ""
    yield f"One practice sees nothing of what another holds{within}."


def _emergencies(matrix: Matrix) -> Iterator[str]:
    yield "They must say why, they see no more than the reason calls for, and it ends by itself."
    yield "Each time is checked afterwards. Somebody to whom you objected by name is never let in this way."
    yield from (f"{title}." for title in matrix.emergencies)


def _sentences(rows: list[Row]) -> Iterator[str]:
    """One sentence for each set of categories, naming every organisation that shows exactly these."""
    sharing: dict[frozenset[Category], list[str]] = {}
    for row in rows:
        seen = frozenset(cell.category for cell in row.cells if cell.seen)
        if seen:
            sharing.setdefault(seen, []).append(row.party)
    for seen, parties in sharing.items():
        yield f"If they look after you, they may see {_categories(seen)}, from {listed(parties)}."
    silent = [row.party for row in rows if not any(cell.seen for cell in row.cells)]
    hidden = sorted({private(name) for row in rows for name in row.hidden}, key=str.casefold)
    if sharing and hidden:
        yield f"Some of it is kept back from them where it is marked as private: {listed(hidden)}."
    if sharing and silent:
        yield f"They see nothing from {listed(silent)}."


def _categories(seen: frozenset[Category]) -> str:
    if seen >= _ALL_BUT_UNSORTED:
        return "everything that is shared"
    left_out = [plain(category) for category in Category if category in _ALL_BUT_UNSORTED - seen]
    if len(left_out) <= 2:  # noqa: PLR2004 - more than two exceptions are harder to read than a list
        return f"everything that is shared except {listed(left_out)}"
    return listed(plain(category) for category in Category if category in seen)


def _nobody(matrix: Matrix, unseen: list[str]) -> Iterator[str]:
    for title in unseen:
        yield f"{title}: they see no part of your record."
    for one in matrix.organisations:
        if not one.groups:
            yield f"{one.title}: nobody there may open your record."


def guide_footer(matrix: Matrix) -> str:
    """Which rules the guide tells of."""
    day, start = long_day(matrix.usual.day), long_day(matrix.in_force_from)
    return f"As the rules stand on {day}. Rules in force from {start}, revision {matrix.revision}."


def guide_markdown(matrix: Matrix) -> str:
    """The guide as a page."""
    lines: list[str] = []
    for number, (heading, sentences) in enumerate(guide_sections(matrix)):
        lines += [f"{'##' if number else '#'} {heading}", "", *(f"- {one}" for one in sentences), ""]
    return "\n".join([*lines, guide_footer(matrix), ""])
