"""A partner's answer into the records that it lists, or into why it cannot be believed."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from broker.domain.json_bytes import UnreadableJson, lossless_tree, parse_strict
from broker.domain.outcome import Cause, OutcomeLabel
from broker.ports.connector import HttpResponse
from connectors.fhir_r4.manner import read_manner
from connectors.fhir_r4.outcomes import Refusal, refusal_of
from connectors.r4 import Tree
from connectors.rest_json.mapping import Listing, When
from connectors.rest_json.paths import MISSING, look, text_of
from connectors.rest_json.translation import holds

# What a status says of a partner is the same for every partner that speaks HTTP.
_PLAIN = read_manner({})
MALFORMED: Refusal = (OutcomeLabel.INVALID, Cause.MALFORMED)


class NotAnAnswer(ValueError):
    """Not JSON of the shape that the mapping says. Holds nothing of the body."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Listed:
    """One page: its records, how it goes on, and what the partner says of it."""

    records: list[Any] = field(repr=False)
    following: str | None = field(default=None, repr=False)
    total: int | None = None
    warned: bool = False


def refused(answer: HttpResponse) -> Refusal | None:
    """Label and cause for a status other than 200."""
    return refusal_of(answer, _PLAIN)


def read_object(body: bytes, expect: When) -> Tree:
    """The object of a body. Raises NotAnAnswer."""
    try:
        parse_strict(body)
    except UnreadableJson:
        raise NotAnAnswer from None
    tree = lossless_tree(body)
    if not isinstance(tree, dict) or not tree or not holds(tree, expect):
        raise NotAnAnswer
    return tree


def read_listing(body: bytes, listing: Listing) -> Listed:
    """One page of records. Raises NotAnAnswer when the list is not where the mapping says."""
    tree = read_object(body, listing.expect)
    steps = listing.records.steps
    mark = steps.index("[]")
    found = look(tree, steps[:mark], {})[1]
    if (found is MISSING or found is None) and listing.may_be_absent:
        found = []
    if not isinstance(found, list):
        raise NotAnAnswer
    records = [_inner(one, steps[mark + 1 :]) for one in found]
    plain = [one for one in records if not _is_warning(one, listing.warning)]
    return Listed(
        records=plain,
        following=_following(tree, listing),
        total=_total(tree, listing),
        warned=len(plain) < len(records),
    )


def _inner(element: Any, steps: tuple[str, ...]) -> Any:
    """The record of one element; an element without one is its own record, and will be unreadable."""
    found = look(element, steps, {})[1]
    return None if found is MISSING else found


def _is_warning(record: Any, warning: When) -> bool:
    return bool(warning) and isinstance(record, dict) and holds(record, warning)


def _following(tree: Tree, listing: Listing) -> str | None:
    paging = listing.paging
    if paging.kind == "link":
        return _next_link(tree)
    if paging.following is None:
        return None
    value = look(tree, paging.following.steps, {})[1]
    if isinstance(value, (dict, list)):
        raise NotAnAnswer
    return text_of(value)


def _next_link(tree: Tree) -> str | None:
    """A Bundle's one `next` link. Two that differ, or one that is no text: nobody knows what follows."""
    links = tree.get("link") or []
    if not isinstance(links, list) or not all(isinstance(link, dict) for link in links):
        raise NotAnAnswer
    urls = [link.get("url") for link in links if link.get("relation") == "next"]
    if any(not isinstance(url, str) or url != urls[0] for url in urls):
        raise NotAnAnswer
    return urls[0] if urls else None


def _total(tree: Tree, listing: Listing) -> int | None:
    if listing.paging.total is None:
        return None
    value = look(tree, listing.paging.total.steps, {})[1]
    if value is MISSING or value is None:
        return None
    if not isinstance(value, int) or isinstance(value, bool) or value < 0:
        raise NotAnAnswer
    return value
