"""A mapping file's YAML into a checked mapping: every fault names file, line, column and remedy."""

from __future__ import annotations

import re
from pathlib import Path as FilePath

from broker.domain.category import Category
from broker.files import Section as Yaml
from broker.files import read_file
from connectors.rest_json.dates import DATE_FORMS
from connectors.rest_json.mapping import (
    Listing,
    MappingFile,
    Match,
    Person,
    Restricted,
    Search,
    Section,
)
from connectors.rest_json.reading_items import ItemReader, check_category
from connectors.rest_json.reading_paging import read_paging
from connectors.rest_json.reading_paths import read_path, read_when
from connectors.rest_json.reading_tables import read_tables

# What a search may say of the person, each taken from the patient index.
IDENTITY_WORDS = ("number", "number_spaced", "nhs_identifier", "family", "given", "birth_date", "postcode")
SEGMENT_PATTERN = re.compile(r"\{id\}|(?!\.{1,2}\Z)[A-Za-z0-9$_.\-]{1,128}", re.ASCII)
SYSTEM_PATTERN = re.compile(r"[a-z][a-z0-9+.-]*:[^\s|]{1,250}", re.ASCII)


def read_mapping(path: FilePath) -> MappingFile:
    """Read one mapping file. Raises FileFault."""
    top = read_file(path)
    top.text("summary")
    items = ItemReader(read_tables(top))
    mapping = MappingFile(
        system=_system(top),
        search=_search(top.section("search")),
        match=_match(top.section("match")),
        person=_person(top.section("person"), items),
        restricted=_restricted(top),
        sections=tuple(_section(section, items) for section in top.sections("sections")),
    )
    top.finish()
    names = [section.name for section in mapping.sections]
    if len(set(names)) < len(names):
        raise top.fault("two sections have the same `name`.", "Give each its own.", at="sections")
    return mapping


def _system(top: Yaml) -> str:
    system = top.text("system")
    if not SYSTEM_PATTERN.fullmatch(system):
        remedy = "Write the partner's own address for its ids, such as https://council.example/id."
        raise top.fault("`system` is not a URI.", remedy, at="system")
    return system


def _search(yaml: Yaml) -> Search:
    asks = yaml.section("asks")
    parameters = tuple((name, asks.word(name, IDENTITY_WORDS)) for name in asks.names())
    asks.finish()
    if not parameters:
        raise yaml.fault("`asks` names no parameter.", "Say at least who is looked for.", at="asks")
    search = Search(
        listing=_listing(yaml, with_id=False),
        asks=parameters,
        local_id=read_path(yaml, "id"),
        birth_date_form=yaml.word("birth_date_form", DATE_FORMS, "date"),
    )
    yaml.finish()
    return search


def _match(yaml: Yaml) -> Match:
    number, family, birth_date = (yaml.section(name) for name in ("number", "family", "birth_date"))
    match = Match(
        number=read_path(number, "from", lists=True),
        number_when=read_when(number),
        family=read_path(family, "from", lists=True),
        family_exact=family.word("compare", ("exact", "case-insensitive"), "case-insensitive") == "exact",
        birth_date=read_path(birth_date, "from"),
        birth_date_form=birth_date.word("form", DATE_FORMS, "date"),
    )
    for part in (number, family, birth_date, yaml):
        part.finish()
    return match


def _person(yaml: Yaml, items: ItemReader) -> Person:
    person = Person(
        path=_path_of_call(yaml, with_id=True),
        record=read_path(yaml, "record") if "record" in yaml else None,
        expect=read_when(yaml, "expect"),
        members=items.members(yaml, "Patient"),
    )
    if "birthDate" not in person.members.members:
        raise yaml.fault("`fields` has no `birthDate`, which proves the person.", "Add it.", at="fields")
    yaml.finish()
    return person


def _section(yaml: Yaml, items: ItemReader) -> Section:
    category = Category(yaml.word("category", [str(one) for one in Category if one != "unclassified"]))
    section = Section(
        name=yaml.text("name"),
        category=category,
        listing=_listing(yaml, with_id=True),
        items=tuple(items.item(one) for one in yaml.sections("items")),
        restricted=_restricted(yaml),
    )
    check_category(yaml, section)
    yaml.finish()
    return section


def _listing(yaml: Yaml, *, with_id: bool) -> Listing:
    records = read_path(yaml, "records", lists=True)
    if len(records.lists) != 1:
        raise yaml.fault("`records` must name one list.", "Mark it: `residents[]`.", at="records")
    return Listing(
        path=_path_of_call(yaml, with_id=with_id),
        method=yaml.word("method", ("GET", "POST"), "GET") if not with_id else "GET",
        records=records,
        query=_query(yaml),
        expect=read_when(yaml, "expect"),
        warning=read_when(yaml, "warning"),
        may_be_absent=yaml.flag("records_may_be_absent", default=False),
        paging=read_paging(yaml),
    )


def _query(yaml: Yaml) -> tuple[tuple[str, str], ...]:
    if "query" not in yaml:
        return ()
    query = yaml.section("query")
    parameters = tuple((name, query.text(name)) for name in query.names())
    query.finish()
    return parameters


def _path_of_call(yaml: Yaml, *, with_id: bool) -> str:
    path = yaml.text("path")
    for segment in path.split("/"):
        if not SEGMENT_PATTERN.fullmatch(segment) or (segment == "{id}" and not with_id):
            remedy = "Write names between slashes; `{id}` stands for the person's id once it is known."
            raise yaml.fault(f"`{segment}` is not a part of a path.", remedy, at="path")
    return path


def _restricted(yaml: Yaml) -> Restricted | None:
    if "restricted" not in yaml:
        return None
    section = yaml.section("restricted")
    path = read_path(section, "from", lists=True)
    if len(path.lists) > 1:
        raise section.fault("`from` goes through several lists.", "Name one list of labels.", at="from")
    restricted = Restricted(
        path=path,
        open=frozenset(section.words("open")),
        absent_is_open=section.word("absent", ("open", "restricted"), "restricted") == "open",
    )
    section.finish()
    return restricted
