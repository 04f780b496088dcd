"""A matrix, or its guide for the public, into one page that stands alone and prints, without scripts."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from html import escape

from broker.domain.category import Category
from broker.policy.matrix import Matrix, Row
from broker.policy.matrix_guide import guide_footer, guide_sections
from broker.policy.matrix_text import (
    MARK_NOT_SEEN,
    MARK_SEEN,
    NOT_SEEN,
    SEEN,
    access_tables,
    heading_sentences,
    kept_back,
    who,
)
from broker.policy.matrix_words import label

_STYLE = """
:root { color-scheme: light; }
body { font: 10.5pt/1.45 system-ui, "Segoe UI", Arial, sans-serif; color: #16202a; background: #fff;
  max-width: 62rem; margin: 2rem auto; padding: 0 1.5rem; }
h1 { font-size: 1.9em; margin: 0 0 .4em; } h2 { font-size: 1.2em; margin: 1.6em 0 .4em; }
.facts { border-left: 4px solid #1d5c8f; padding: .2em 0 .2em 1em; margin: 0 0 1em; }
.facts p { margin: .15em 0; }
table { border-collapse: collapse; width: 100%; margin: .4em 0 .8em; font-size: .9em; }
caption { text-align: left; font-weight: 600; font-size: 1.15em; padding: .3em 0; }
th, td { border: 1px solid #b9c4ce; padding: .2em .4em; text-align: left; vertical-align: top; }
thead th { background: #eaf0f5; font-weight: 600; vertical-align: bottom; }
.grid td { text-align: center; width: 2.9em; } .grid th.turned { height: 8.6em; padding: .4em 0; }
.grid th.turned span { writing-mode: vertical-rl; transform: rotate(180deg); white-space: nowrap;
  display: inline-block; }
.grid th.turned { text-align: center; }
.grid tbody th { font-weight: 400; min-width: 16em; white-space: nowrap; }
td.seen { background: #d3e8d6; color: #0b4f1f; font-weight: 700; } td.unseen { color: #7a8691; }
.legend span { display: inline-block; border: 1px solid #b9c4ce; padding: 0 .5em; margin-right: .3em; }
.legend .seen { background: #d3e8d6; color: #0b4f1f; font-weight: 700; }
.sign td { height: 2.4em; } .small { font-size: .85em; color: #44515d; }
ul { padding-left: 1.2em; } li { margin: .25em 0; }
@media print {
  @page { size: A4 landscape; margin: 12mm; }
  body { max-width: none; margin: 0; padding: 0; font-size: 9pt; }
  section, table, tr { break-inside: avoid; } h2 { break-after: avoid; }
  td.seen, .legend .seen, thead th { print-color-adjust: exact; -webkit-print-color-adjust: exact; }
}
"""
_PUBLIC_STYLE = """
body { max-width: 46rem; font-size: 12pt; }
@media print { @page { size: A4 portrait; margin: 18mm; } body { font-size: 11pt; } }
"""


def matrix_html(matrix: Matrix) -> str:
    """The table that a board can sign."""
    body = (
        *_heading(matrix),
        *(line for group_id in matrix.groups for line in _group(matrix, group_id)),
        *_rules(matrix),
        *_accesses(matrix),
        *_signature(matrix),
    )
    return _page("Who sees what", body, _STYLE)


def guide_html(matrix: Matrix) -> str:
    """The guide for the public."""
    lines: list[str] = []
    for number, (heading, sentences) in enumerate(guide_sections(matrix)):
        level = "h2" if number else "h1"
        items = "".join(f"<li>{escape(one)}</li>" for one in sentences)
        lines.append(f"<section><{level}>{escape(heading)}</{level}><ul>{items}</ul></section>")
    lines.append(f'<p class="small">{escape(guide_footer(matrix))}</p>')
    return _page("Who may see your shared record", lines, _STYLE + _PUBLIC_STYLE)


def _page(title: str, body: Iterable[str], style: str) -> str:
    head = f'<meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>{title}</title>'
    inside = "\n".join(body)
    return (
        f'<!doctype html>\n<html lang="en-GB">\n<head>{head}\n<style>{style}</style></head>\n'
        f"<body>\n{inside}\n</body>\n</html>\n"
    )


def _heading(matrix: Matrix) -> Iterator[str]:
    yield "<h1>Who sees what</h1>"
    facts = "".join(f"<p>{escape(sentence)}</p>" for sentence in heading_sentences(matrix))
    yield f'<div class="facts">{facts}</div>'
    yield (
        f'<p class="legend"><span class="seen">{MARK_SEEN}</span> seen &emsp; '
        f"<span>{MARK_NOT_SEEN}</span> not seen &emsp; "
        "Rows are the organisations whose records are shown; each table is one kind of staff.</p>"
    )


def _group(matrix: Matrix, group_id: str) -> Iterator[str]:
    rows = [row for row in matrix.rows if row.group_id == group_id]
    title = escape(matrix.groups[group_id])
    if not any(cell.seen for row in rows for cell in row.cells):
        why = escape(rows[0].cells[0].rule.sentence) if rows else ""
        yield f"<section><h2>{title}</h2><p>Sees nothing. {why}</p></section>"
        return
    turned = "".join(
        f'<th class="turned" scope="col"><span>{label(category)}</span></th>' for category in Category
    )
    body = "".join(_row(row) for row in rows)
    kept = "".join(f'<p class="small">{escape(sentence)}</p>' for sentence in kept_back(rows))
    yield (
        f'<section><table class="grid"><caption>{title}</caption><thead><tr><th scope="col">Record of</th>'
        f"{turned}</tr></thead><tbody>{body}</tbody></table>{kept}</section>"
    )


def _row(row: Row) -> str:
    cells = "".join(
        f'<td class="seen" title="{SEEN}">{MARK_SEEN}</td>'
        if cell.seen
        else f'<td class="unseen" title="{NOT_SEEN}: {escape(cell.rule.sentence)}">{MARK_NOT_SEEN}</td>'
        for cell in row.cells
    )
    return f'<tr><th scope="row">{escape(row.party)}</th>{cells}</tr>'


def _rules(matrix: Matrix) -> Iterator[str]:
    """Which lines of the policies decided the cells, each once."""
    told = {cell.rule for row in matrix.rows for cell in row.cells}
    rows = "".join(
        f"<tr><td>{escape(rule.sentence)}</td><td>{escape(f'{rule.topic}/{rule.rule}')}</td>"
        f"<td>{escape(rule.place)}</td></tr>"
        for rule in sorted(told, key=lambda rule: (rule.topic, rule.place, rule.rule))
    )
    yield (
        "<section><h2>The rules that decided these cells</h2><table><thead><tr><th>What it says</th>"
        f"<th>Rule</th><th>Written at</th></tr></thead><tbody>{rows}</tbody></table></section>"
    )


def _accesses(matrix: Matrix) -> Iterator[str]:
    for title, accesses in access_tables(matrix):
        rows = "".join(
            f'<tr><th scope="row">{escape(one.title)}</th><td>{escape(who(one, matrix))}</td></tr>'
            for one in accesses
        )
        yield (
            f"<section><h2>{title}</h2><table><thead><tr><th></th><th>May look</th></tr></thead>"
            f"<tbody>{rows}</tbody></table></section>"
        )


def _signature(matrix: Matrix) -> Iterator[str]:
    lines = "<tr><td></td><td></td><td></td><td></td></tr>" * 3
    yield (
        f"<section><h2>Approved, revision {escape(matrix.revision)}</h2>"
        "<table class='sign'><thead><tr><th>Role</th><th>Decision number</th><th>Signature</th><th>Date</th>"
        f"</tr></thead><tbody>{lines}</tbody></table></section>"
    )
