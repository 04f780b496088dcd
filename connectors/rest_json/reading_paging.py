"""The `paging` of a section of a mapping file: how its answer goes on."""

from __future__ import annotations

from broker.files import Section as Yaml
from connectors.rest_json.mapping import Paging
from connectors.rest_json.reading_paths import read_path

KINDS = ("none", "cursor", "page", "link")


def read_paging(yaml: Yaml) -> Paging:
    """`none` when there is no such section."""
    if "paging" not in yaml:
        return Paging()
    section = yaml.section("paging")
    kind = section.word("kind", KINDS)
    paging = Paging(
        kind=kind,
        parameter=section.text("parameter") if kind in {"cursor", "page"} else "",
        following=read_path(section, "next") if kind == "cursor" else None,
        total=read_path(section, "total") if "total" in section else None,
        first=section.integer("first", 1) if kind == "page" else 1,
        size=_size(section),
    )
    section.finish()
    return paging


def _size(section: Yaml) -> tuple[tuple[str, str], ...]:
    if "size" not in section:
        return ()
    size = section.integer("size", least=1)
    return ((section.text("size_parameter"), str(size)),)
