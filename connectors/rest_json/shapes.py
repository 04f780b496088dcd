"""The mapping file as JSON Schema, from the tables that its readers hold it to: R4's members above all."""

from __future__ import annotations

import re

from broker.domain.category import Category
from broker.ports import shapes
from broker.ports.shapes import Shape
from connectors.rest_json.dates import DATE_FORMS
from connectors.rest_json.paths import NAME_PATTERN, STEPS_MAX
from connectors.rest_json.r4_types import TYPES
from connectors.rest_json.reading import IDENTITY_WORDS, SEGMENT_PATTERN, SYSTEM_PATTERN
from connectors.rest_json.reading_items import CODED_TYPES, MOVING_CODES
from connectors.rest_json.reading_paging import KINDS
from connectors.rest_json.shapes_of_fields import definitions, fields_name

_CATEGORIES = [str(category) for category in Category if category is not Category.UNCLASSIFIED]
_STEP = NAME_PATTERN.pattern
_PLAIN_STEP = _STEP.removesuffix(r"(\[\])?")
_MORE = STEPS_MAX - 1
_PLAIN = rf"{_PLAIN_STEP}(?:\.{_PLAIN_STEP}){{0,{_MORE}}}"
ANY_PATH = rf"{_STEP}(?:\.{_STEP}){{0,{_MORE}}}"
_ONE_LIST = rf"(?:{_PLAIN_STEP}\.)*{_PLAIN_STEP}\[\](?:\.{_PLAIN_STEP})*"


def mapping_files() -> dict[str, Shape]:
    """By the setting that names the file, as the manifest lists it under `files`."""
    return {"mapping": _mapping()}


def _mapping() -> Shape:
    members = {
        "summary": shapes.text("For people: whose system it is."),
        "system": shapes.text(
            "The partner's ids stand under it.", SYSTEM_PATTERN, "https://council.example/id"
        ),
        "search": _search(),
        "match": _match(),
        "restricted?": shapes.shared("restricted"),
        "person": _person(),
        "sections": shapes.sections("Everything else. No two have the same name.", _section()),
        "tables?": shapes.named("The partner's words to codes.", _table()),
    }
    shared = {"restricted": _restricted(), "paging": _paging(), "when": _when(), **definitions()}
    shape = shapes.section("`config/mappings/*.yaml`: how a partner is asked and read.", members)
    return shapes.document("Mapping of a REST API", shape, **shared)


def _search() -> Shape:
    identity = shapes.word("A word of the identity.", IDENTITY_WORDS)
    members = {
        "asks": {**shapes.named("The parameters of the search.", identity), "minProperties": 1},
        "id": _path("Where a candidate has its local id."),
        "birth_date_form?": shapes.word("`date` when left out.", DATE_FORMS),
        "method?": shapes.word("`GET` when left out, or `POST`, which sends a form.", ("GET", "POST")),
        **_listing(with_id=False),
    }
    return shapes.section("How the person is found.", members)


def _match() -> Shape:
    lists = shapes.text("Where it is.", ANY_PATH)
    number = {"from": lists, "when?": shapes.shared("when")}
    family = {
        "from": lists,
        "compare?": shapes.word("`case-insensitive` when left out.", ("exact", "case-insensitive")),
    }
    birth_date = {"from": _path("Where it is."), "form?": shapes.word("How it is written.", DATE_FORMS)}
    members = {
        "number": shapes.section("The NHS number. Spaces and hyphens do not count.", number),
        "family": shapes.section("The family name.", family),
        "birth_date": shapes.section("The date of birth.", birth_date),
    }
    return shapes.section("What must agree before anybody is believed to be the person.", members)


def _person() -> Shape:
    members = {
        "path": _call(with_id=True),
        "record?": _path("Where in the answer the record stands; the answer itself when left out."),
        "expect?": shapes.shared("when"),
        "fields": shapes.shared(fields_name("Patient")),
    }
    return shapes.section("The person's own record, which becomes the Patient.", members)


def _section() -> Shape:
    members = {
        "name": shapes.text("The section's own name, part of its items' ids."),
        "category": shapes.word("The category under which it is asked for.", _CATEGORIES),
        "items": shapes.sections("What becomes of its records.", _item()),
        "restricted?": shapes.shared("restricted"),
        **_listing(with_id=True),
    }
    return shapes.section("One part of the record.", members)


def _item() -> Shape:
    kinds = [name for name in TYPES if name != "Patient"]
    members = {
        "type": shapes.word("The type of R4 that it becomes.", kinds),
        "when?": shapes.shared("when"),
        "id?": _path("Where a record has its own id."),
        "person?": _path("Where a record names whom it is about."),
        "coded_as?": shapes.word("A code of ours that moves it to its category.", MOVING_CODES),
        "fields": {"type": "object"},
    }
    fields = [
        shapes.when(shapes.has("type", kind), shapes.only(fields=shapes.shared(fields_name(kind))))
        for kind in kinds
    ]
    coded = shapes.when(shapes.has("type", *sorted(CODED_TYPES)), {}, shapes.only(coded_as=False))
    return shapes.section("What becomes of one kind of record.", members, coded, *fields)


def _listing(*, with_id: bool) -> dict[str, Shape]:
    return {
        "path": _call(with_id=with_id),
        "records": shapes.text("The one list of records, such as `entry[].resource`.", _ONE_LIST),
        "query?": shapes.named(
            "Fixed parameters; `{id}` in a value is the local id.", shapes.text("Its value.")
        ),
        "expect?": shapes.shared("when"),
        "warning?": shapes.shared("when"),
        "records_may_be_absent?": shapes.flag("`true` where an empty answer has no list at all."),
        "paging?": shapes.shared("paging"),
    }


def _call(*, with_id: bool) -> Shape:
    """The reader looks at each segment alone, so that its end is a slash here too."""
    segment = SEGMENT_PATTERN.pattern.replace(r"\Z", "(?:/|$)")
    if not with_id:
        segment = segment.replace(r"\{id\}|", "")
    return shapes.text("Names between slashes, after the endpoint.", rf"(?:{segment})(?:/(?:{segment}))*")


def _path(about: str) -> Shape:
    return shapes.text(about, _PLAIN)


def _when() -> Shape:
    return shapes.named(
        "Paths, each with the text that it must hold.", shapes.text("That text."), re.compile(ANY_PATH)
    )


def _restricted() -> Shape:
    one_list_at_most = rf"{_PLAIN}|{_ONE_LIST}"
    members = {
        "from": shapes.text("Where a record says that it is restricted.", one_list_at_most),
        "open": shapes.words("Only these texts say that it is not."),
        "absent?": shapes.word("`restricted` when left out.", ("open", "restricted")),
    }
    return shapes.section("Which records stay there.", members)


def _paging() -> Shape:
    members = {
        "kind": shapes.word("How an answer goes on.", KINDS),
        "parameter?": shapes.text("The parameter that asks for the next page."),
        "next?": _path("Where the cursor of the next page is."),
        "total?": _path("Where the answer says how many there are."),
        "first?": shapes.integer("The number of the first page; 1 when left out."),
        "size?": shapes.integer("How many a page is asked to have.", least=1),
        "size_parameter?": shapes.text("The parameter that says so."),
    }
    pair = {"dependentRequired": {"size": ["size_parameter"], "size_parameter": ["size"]}}
    rules = [
        _needs(("cursor", "page"), "parameter"),
        _needs(("cursor",), "next"),
        shapes.when(shapes.has("kind", "page"), {}, shapes.only(first=False)),
    ]
    return {**shapes.section("How the answer goes on; not at all when left out.", members, *rules), **pair}


def _needs(kinds: tuple[str, ...], member: str) -> Shape:
    needed: Shape = {"required": [member]}
    return shapes.when(shapes.has("kind", *kinds), needed, shapes.only(**{member: False}))


def _table() -> Shape:
    coded = shapes.section(
        "A code of that system.", {"code": shapes.text("The code."), "display?": shapes.text("Its words.")}
    )
    plain = shapes.text("A code of R4's own list, or `true` or `false` in quotes.")
    members = {
        "system?": shapes.text("The system of its codes; none for R4's own."),
        "values": shapes.named("The partner's words.", {}),
    }
    rule = shapes.when(
        shapes.has("system"),
        shapes.only(values={"additionalProperties": coded}),
        shapes.only(values={"additionalProperties": plain}),
    )
    return shapes.section("A word that is not in it is never guessed.", members, rule)
