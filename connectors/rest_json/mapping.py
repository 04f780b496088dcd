"""A mapping file as the connector uses it: how a person is found, what is asked for, what becomes of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TypeAlias

from broker.domain.category import Category
from connectors.rest_json.paths import Path
from connectors.rest_json.targets import Target

# Every one of these paths must hold this text: the only condition that a mapping knows.
When: TypeAlias = tuple[tuple[Path, str], ...]


# The words of the identity that spell the NHS number.
NUMBER_WORDS = frozenset({"number", "number_spaced", "nhs_identifier"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Coded:
    """What a code table gives for one of the partner's words."""

    code: str
    display: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """A partner's words to codes. A word that is not there is never guessed."""

    name: str
    values: Mapping[str, Coded]
    system: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Leaf:
    """One member that is written from one value, or from a list of them when it `repeats`."""

    target: Target
    sources: tuple[Path, ...] = ()
    fixed: str | None = None
    table: Table | None = None
    form: str = ""
    unit: str = ""
    when: When = ()
    over: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """Members that are written together, once for each element of the list `over` when there is one."""

    target: Target
    members: Mapping[str, Leaf | Group]
    over: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Restricted:
    """Where a record says that it is restricted. Only a text of `open` says that it is not."""

    path: Path
    open: frozenset[str]
    absent_is_open: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """What becomes of one kind of record. `coded_as` is a code of ours that moves it to its category."""

    resource_type: str
    members: Group
    when: When = ()
    local_id: Path | None = None
    person: Path | None = None
    coded_as: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Paging:
    """How an answer goes on: `none`, `cursor`, `page` or `link`."""

    kind: str = "none"
    parameter: str = ""
    following: Path | None = None
    total: Path | None = None
    first: int = 1
    size: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Listing:
    """One read that answers with records, page by page. `query` may hold `{id}`."""

    path: str
    records: Path
    method: str = "GET"
    query: tuple[tuple[str, str], ...] = ()
    expect: When = ()
    warning: When = ()
    may_be_absent: bool = False
    paging: Paging = field(default_factory=Paging)


@dataclass(frozen=True, slots=True, kw_only=True)
class Search:
    """How the person is found: `asks` are the parameters with the word of the identity that each takes."""

    listing: Listing
    asks: tuple[tuple[str, str], ...]
    local_id: Path
    birth_date_form: str

    @property
    def by_number_alone(self) -> bool:
        """True when nothing but the number narrows the search: a name or an address may be a former one
        there, and then the search misses the record of whoever is sought.
        """
        return all(word in NUMBER_WORDS for _, word in self.asks)


@dataclass(frozen=True, slots=True, kw_only=True)
class Match:
    """What must agree before anybody is believed to be the person."""

    number: Path
    number_when: When
    family: Path
    family_exact: bool
    birth_date: Path
    birth_date_form: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """The read of one person by local id, and what becomes of the answer."""

    path: str
    record: Path | None
    expect: When
    members: Group


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """One part of the record. It is asked for only when its category is permitted."""

    name: str
    category: Category
    listing: Listing
    items: tuple[Item, ...]
    restricted: Restricted | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class MappingFile:
    """The whole file."""

    system: str
    search: Search
    match: Match
    person: Person
    restricted: Restricted | None
    sections: tuple[Section, ...]

    @property
    def reads(self) -> tuple[tuple[str, str], ...]:
        """Every call that this mapping may make, as a manifest lists them."""
        listings = (self.search.listing, *(section.listing for section in self.sections))
        paths = [(listing.method, listing.path) for listing in listings]
        # A search by POST goes on by GET, from the path of what is searched.
        links = [
            ("GET", listing.path.removesuffix("/_search"))
            for listing in listings
            if listing.paging.kind == "link"
        ]
        return tuple(dict.fromkeys([*paths, ("GET", self.person.path), *links]))
