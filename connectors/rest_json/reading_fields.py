"""One field of a mapping file: where its value stands, and how it is to be read."""

from __future__ import annotations

import re
from collections.abc import Mapping

from broker.files import Section as Yaml
from broker.files import nearest
from connectors.rest_json.dates import DATE_FORMS, TIME_FORMS
from connectors.rest_json.mapping import Leaf, Table
from connectors.rest_json.paths import Path, parse_path
from connectors.rest_json.reading_paths import read_when
from connectors.rest_json.targets import Kind, Target
from connectors.rest_json.units import UNITS

# A table of this name gives every word of R4's own list as itself.
SAME = "same"
KINDS_OF_TIME = frozenset({Kind.DATE_TIME, Kind.INSTANT})
TOKEN_PATTERN = re.compile(r"\S+( \S+)*", re.ASCII)
IN_WORDS = frozenset({Kind.TEXT, Kind.CONCEPT})
_BOOLEANS = frozenset({"true", "false"})


def read_leaf(fields: Yaml, name: str, target: Target, tables: Mapping[str, Table]) -> Leaf:
    """The field at `name`. Raises FileFault when its target cannot be written so."""
    if target.kind is Kind.GROUP:
        remedy = f"Write one of its members: {', '.join(f'`{name}.{inner}`' for inner in target.members)}."
        raise fields.fault(f"`{name}` is not one value.", remedy, at=name)
    yaml = fields.section(name)
    leaf = Leaf(
        target=target,
        sources=_sources(yaml, target),
        fixed=_fixed(yaml, target),
        table=_table(yaml, target, tables),
        form=_form(yaml, target),
        unit=yaml.word("unit", UNITS) if target.kind is Kind.QUANTITY else "",
        when=read_when(yaml),
    )
    if bool(leaf.sources) == (leaf.fixed is not None):
        raise fields.fault(f"`{name}` needs either `from` or `fixed`.", "Keep one.", at=name)
    yaml.finish()
    return leaf


def _sources(yaml: Yaml, target: Target) -> tuple[Path, ...]:
    if "from_all" in yaml:
        if not target.repeats:
            raise yaml.fault("`from_all` fits members that repeat.", "Use `from`.", at="from_all")
        return tuple(_path(yaml, "from_all", text) for text in yaml.words("from_all"))
    return (_path(yaml, "from", yaml.text("from")),) if "from" in yaml else ()


def _path(yaml: Yaml, name: str, text: str) -> Path:
    try:
        return parse_path(text)
    except ValueError as problem:
        raise yaml.fault(f"`{name}` is not a path.", str(problem), at=name) from None


def _fixed(yaml: Yaml, target: Target) -> str | None:
    if "fixed" not in yaml:
        return None
    if target.kind is Kind.CODE:
        return yaml.word("fixed", target.codes)
    fixed = yaml.text("fixed")
    valid = (
        TOKEN_PATTERN.fullmatch(fixed) if target.kind in {Kind.TOKEN, Kind.URI} else target.kind in IN_WORDS
    )
    if not valid:
        raise yaml.fault("`fixed` does not fit this member.", "Take its value `from` the record.", at="fixed")
    return fixed


def _table(yaml: Yaml, target: Target, tables: Mapping[str, Table]) -> Table | None:
    takes_one = target.kind in {Kind.CODE, Kind.CONCEPT, Kind.BOOLEAN}
    if "table" not in yaml:
        if target.kind is Kind.CODE and "fixed" not in yaml:
            raise yaml.fault("a code of R4's own list needs a table.", "Add `table:`, or `table: same`.")
        return None
    if not takes_one:
        raise yaml.fault("this member is not coded.", "Take `table` out.", at="table")
    name = yaml.text("table")
    if name == SAME:
        return None
    if name not in tables:
        raise yaml.fault(f"`{name}` is not a table of this file.", nearest(name, [*tables, SAME]), at="table")
    _check_codes(yaml, target, tables[name])
    return tables[name]


def _check_codes(yaml: Yaml, target: Target, table: Table) -> None:
    if (table.system is not None) != (target.kind is Kind.CONCEPT):
        remedy = (
            "A table has a `system` for a concept, and none for a code of R4's own or for true and false."
        )
        raise yaml.fault(f"table `{table.name}` does not fit this member.", remedy, at="table")
    valid = _BOOLEANS if target.kind is Kind.BOOLEAN else target.codes
    for coded in table.values.values():
        if target.kind is not Kind.CONCEPT and coded.code not in valid:
            problem = f"table `{table.name}` has `{coded.code}`, which R4 does not have here."
            raise yaml.fault(problem, nearest(coded.code, valid), at="table")


def _form(yaml: Yaml, target: Target) -> str:
    if target.kind is Kind.DATE:
        return yaml.word("form", DATE_FORMS, "date")
    return yaml.word("form", TIME_FORMS, "date-time") if target.kind in KINDS_OF_TIME else ""
