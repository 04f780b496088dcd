"""A comparison of two revisions into lines for people and data for scripts."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from broker.policy.comparing import Change, Comparison
    from broker.policy.points import Space

_SEVERAL = " and "
_Words = Mapping[str, frozenset[str]]


def as_data(found: Comparison, space: Space) -> dict[str, Any]:
    """Everything, each role group, partner and category on its own."""
    data = dataclasses.asdict(found)
    data |= {"cells_unchanged": found.cells_unchanged, "opens": found.opens}
    data["compared"] = [
        {
            "kind": section.title,
            "requests": section.size,
            "dimensions": {one.name: len(one.values) for one in section.dimensions},
        }
        for section in space.sections
    ]
    return data


def as_lines(found: Comparison, space: Space) -> Iterator[str]:
    """What was compared, what opens, what closes, what is told otherwise, and how much stays."""
    words = _words_of(space)
    yield f"From revision {found.old} to revision {found.new}."
    yield f"Compared: {found.requests:,} requests, {found.cells:,} cells (a request's category at a partner):"
    for section in space.sections:
        dimensions = " x ".join(f"{one.name} {len(one.values)}" for one in section.dimensions)
        yield f"  {section.title}: {section.size:,} ({dimensions})"
    yield from _part(f"OPENS {found.cells_opened:,} cells", found.opened, words)
    yield from _part(f"CLOSES {found.cells_closed:,} cells", found.closed, words)
    yield from _part("TELLS MORE, or is not known to tell less", found.tells_more, words)
    yield from _part("TELLS LESS", found.tells_less, words)
    if found.undecided:
        yield f"Of {found.undecided:,} requests a decision failed: of them nothing is known."
    if found.rules and not (found.opened or found.closed or found.tells_more or found.tells_less):
        yield f"Other rules or words, and no compared decision: {', '.join(found.rules)}."
    yield f"Unchanged: {found.cells_unchanged:,} cells."


def _words_of(space: Space) -> _Words:
    words: dict[str, set[str]] = {}
    for section in space.sections:
        for dimension in section.dimensions:
            words.setdefault(dimension.name, set()).update(value.word for value in dimension.values)
    return {name: frozenset(found) for name, found in words.items()}


def _part(title: str, changes: tuple[Change, ...], words: _Words) -> Iterator[str]:
    if not changes:
        return
    single = tuple(change for change in changes if _SEVERAL not in change.role)
    yield title
    for role, what, partners, where in _grouped(single or changes, words):
        yield f"  {role}: {what}" + (f", from {partners}" if partners else "")
        yield from (f"      {condition}" for condition in where)
        if partners and not where:
            yield "      wherever they may look"
    several = {change.role for change in changes} - {change.role for change in single}
    if single and several:
        yield f"  and whoever holds one of these roles with another: {len(several)} pairs, each in --json"


def _grouped(changes: Iterable[Change], words: _Words) -> Iterator[tuple[str, str, str, tuple[str, ...]]]:
    """Categories that change alike at a partner together, then partners that change alike."""
    whats: dict[tuple[str, str, tuple[str, ...]], list[str]] = {}
    for change in changes:
        where = tuple(_conditions(change.where, words))
        whats.setdefault((change.role, change.partner_id, where), []).append(change.what)
    partners: dict[tuple[str, str, tuple[str, ...]], list[str]] = {}
    for (role, partner_id, where), found in whats.items():
        partners.setdefault((role, ", ".join(found), where), []).append(partner_id)
    for (role, what, where), named in partners.items():
        yield role, what, ", ".join(filter(None, named)), where


def _conditions(where: Mapping[str, tuple[str, ...]], words: _Words) -> Iterator[str]:
    """The words of each dimension in which it holds, by the shorter of two lists."""
    for name, found in where.items():
        others = sorted(words[name] - set(found))
        if not others:
            continue
        shorter = f"all but {', '.join(others)}" if len(others) < len(found) else ", ".join(found)
        yield f"{name}: {shorter}"
