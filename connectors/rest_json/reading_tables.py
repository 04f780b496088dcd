"""The `tables` of a mapping file: a partner's words, each with the code that it means."""

from __future__ import annotations

from collections.abc import Mapping

from broker.files import Section as Yaml
from connectors.rest_json.mapping import Coded, Table


def read_tables(top: Yaml) -> Mapping[str, Table]:
    """Every table by its name; none when the file has no `tables`."""
    if "tables" not in top:
        return {}
    tables = top.section("tables")
    read = {name: _table(name, tables.section(name)) for name in tables.names()}
    tables.finish()
    return read


def _table(name: str, yaml: Yaml) -> Table:
    system = yaml.text("system", None)
    values = yaml.section("values")
    coded = {}
    for word in values.names():
        if word not in values:
            raise values.fault(f"a word of table `{name}` is read as `{word}`.", "Put it in quotes.")
        coded[word] = _with_display(values.section(word)) if system else Coded(code=values.text(word))
    values.finish()
    yaml.finish()
    return Table(name=name, system=system, values=coded)


def _with_display(yaml: Yaml) -> Coded:
    coded = Coded(code=yaml.text("code"), display=yaml.text("display", None))
    yaml.finish()
    return coded
