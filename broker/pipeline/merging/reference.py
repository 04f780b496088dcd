"""The tables of this stage as the reference page `docs/reference/grouping.md`."""

from __future__ import annotations

import sys
from collections.abc import Iterator

from broker.domain.category import Category
from broker.domain.contradictions import KINDS_OF_CONTRADICTION
from broker.domain.leads import SHIPPED_LEADS
from broker.domain.none_known import DENIED_ALLERGIES
from broker.pipeline.merging.clash_table import RESUSCITATION
from broker.pipeline.merging.concepts import Coded
from broker.pipeline.merging.rows import names_in
from broker.pipeline.merging.table import OTHERWISE, RULES, SAYS_NOTHING, UNGROUPED, GroupingRule

_HEAD = """\
# What is grouped, and what contradicts

Made from the tables by `python -m broker.pipeline.merging.reference > docs/reference/grouping.md`.

Items that look like one fact are shown as one group, each with its source and its own words; nothing is
merged and nothing goes. A group has one of two grounds.

- **One business identifier**, by system and value, on one type of resource.
- **One content**, by the table below: the same kind, the same code, the same date, and the same of everything
  that the row names.

These hold for every row.

- *Code*: any coding that both carry, by system and code (SNOMED CT, dm+d, Read, a local one), unless two
  SNOMED CT codes name two things. Where neither has a code that tells, the writer's own term, in any case of
  its letters. An item with neither is shown, and is never grouped by likeness.
- *Date*: the first that is there, at its own precision. `2016` is not `2016-03-01`; an instant is the same in
  another zone.
- *State, value, dose, same*: equal, and silence is equal to silence alone. A number is what its characters
  say: `1.50` is not `1.5`.
- *Apart*: where both say it, it is equal. What one leaves out differs in nothing.
- *Wording*: the same, and some of it must be said. Under one identifier it is free.
- *Twice in one source*: `always`, or `at one moment` (the date tells the time of day, and the source does not
  number them apart), or `never` by likeness.
- What has a modifier extension is never grouped by likeness: nobody here knows what it changes.

One identifier on items that differ in code, state, date, value, dose or detail is no group. It is versions of
one thing, and a contradiction.
"""
_LEADS = """\
## Whose wording stands first

The lead of a group is of the kind of partner that holds the record of its category, then the one that says
most, then the newest version, then the first in the order of partners. It is an order and no verdict: every
other item stays beside it. `leads` in the sharing agreement may name other kinds.

| category | kinds, best first |
| --- | --- |
"""
_CONTRADICTIONS = """\
## What contradicts

Each is a DetectedIssue in the broker's own name, and an issue of the OperationOutcome. No winner is chosen.

| word | severity | when | what is said |
| --- | --- | --- | --- |
"""
_BETWEEN = """
What one source says in two ways is its own history: doses, problems and decisions on resuscitation contradict
between sources alone. A problem that ended and one that began later, where both say when, are two. What a
source has taken back (`entered-in-error`) contradicts nothing.
"""


def page() -> str:
    """The whole page, Markdown."""
    return "\n".join((_HEAD, *_rules(), "", *_leads(), "", *_contradictions(), _BETWEEN, *_words(), ""))


def _rules() -> Iterator[str]:
    yield "## By kind"
    for rule in (*RULES, OTHERWISE):
        yield from ("", f"### {rule.kind[0].upper()}{rule.kind[1:]}", "", *_lines_of(rule))
    yield ""
    yield f"Never grouped: {', '.join(f'`{kind}`' for kind in sorted(UNGROUPED))}."
    yield f"A state of {', '.join(f'`{word}`' for word in sorted(SAYS_NOTHING))} says nothing."


def _lines_of(rule: GroupingRule) -> Iterator[str]:
    columns = {
        "code": rule.code,
        "date": rule.date,
        "state": rule.state,
        "value": rule.value,
        "dose": rule.dose,
        "same": rule.same,
        "apart": rule.apart,
        "wording": rule.wording,
    }
    for column, names in columns.items():
        if names:
            yield f"- {column}: {', '.join(f'`{name}`' for name in names_in(names))}"
    if not rule.likens:
        yield "- by its identifier alone"
        return
    yield f"- twice in one source: {rule.within_one}"
    if rule.undated:
        yield "- two without a date can be alike"
    if rule.moment:
        yield "- the date must tell the time of day"
    yield f"- its identifier names {rule.identifier_of}"


def _leads() -> Iterator[str]:
    yield _LEADS.rstrip()
    for category in Category:
        if category in SHIPPED_LEADS:
            yield f"| {category} | {', '.join(SHIPPED_LEADS[category])} |"


def _contradictions() -> Iterator[str]:
    yield _CONTRADICTIONS.rstrip()
    for kind in KINDS_OF_CONTRADICTION.values():
        yield f"| `{kind.why}` | {kind.severity} | {kind.found} | {kind.sentence} |"


def _words() -> Iterator[str]:
    yield from (
        "### Codes that deny an allergy",
        "",
        "| system | code or term | denies |",
        "| --- | --- | --- |",
    )
    yield from (_row(coded, denied) for coded, denied in DENIED_ALLERGIES.items())
    yield from ("", "### Codes of resuscitation and escalation", "")
    yield from ("| system | code or term | says |", "| --- | --- | --- |")
    yield from (_row(coded, says) for coded, says in RESUSCITATION.items())


def _row(coded: Coded, says: str) -> str:
    system, code = coded
    return f"| {f'`{system}`' if system else 'term'} | {code} | {says} |"


if __name__ == "__main__":
    sys.stdout.write(page())
