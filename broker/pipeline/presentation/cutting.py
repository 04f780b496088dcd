"""The entries of a view to those of one page, and where the next one begins. Pure, in slices."""

from __future__ import annotations

import hashlib
from collections.abc import Generator, Sequence
from dataclasses import dataclass

from broker.domain.errors import PageGone
from broker.domain.view import View
from broker.pipeline.presentation.frame import Frame
from broker.pipeline.presentation.paging import WHOLE_BYTES, PagePlace
from broker.pipeline.presentation.written import Written

_ENTRIES_IN_A_SLICE = 200


@dataclass(frozen=True, slots=True)
class Cut:
    """What stands on the page, and the token of the one that follows it."""

    entries: Sequence[Written]
    following: str | None = None


def cut(
    view: View, frame: Frame, entries: list[Written], person: bytes | None = None
) -> Generator[None, None, Cut]:
    """The page that is asked for; everything where neither a page nor a number of items is. `person` is the
    index's Patient as it stands on every page, if it does.

    Raises PageGone where the whole is not what the first page was a part of.
    """
    asked = frame.pages.asked()
    count = asked.count if asked is not None else frame.query.count
    if count is None:
        return Cut(entries)
    whole = yield from _digest(view, entries, person)
    if asked is not None and asked.whole != whole:
        raise PageGone
    offset = asked.offset if asked is not None else 0
    behind = view.selection is not None
    begins, ends = bounds([one.is_match for one in entries], offset, count, behind=behind)
    shown = entries[begins:ends]
    if ends == len(entries):
        return Cut(shown)
    return Cut(shown, frame.pages.write(PagePlace(offset=offset + count, count=count, whole=whole)))


def bounds(matches: Sequence[bool], offset: int, count: int, *, behind: bool = False) -> tuple[int, int]:
    """Where the page after `offset` matches begins and ends that holds `count` of them (FHIR R4 search.html,
    `_count`: what is included does not count).

    What is included stands on the page of the match that it stands before, or `behind`; at the end it is on
    the last page, and at the beginning on the first: no page but of an empty whole is without a match.
    """
    places = [at for at, is_match in enumerate(matches) if is_match]
    last = offset + count
    ends = len(matches)
    if behind:
        return places[offset] if offset else 0, places[last] if last < len(places) else ends
    return places[offset - 1] + 1 if offset else 0, places[last - 1] + 1 if last < len(places) else ends


def _digest(view: View, entries: list[Written], person: bytes | None) -> Generator[None, None, bytes]:
    """Of every entry, of the person and of what became of each partner, whichever page is asked for. When
    that was is no part of it.
    """
    whole = hashlib.blake2b(person or b"", digest_size=WHOLE_BYTES)
    for line in view.lines:
        said = (line.partner_id, line.label, line.cause, *line.warnings)
        whole.update(b"\x1e" + "\x1f".join(said).encode())
    whole.update(b"\x1d")
    for place, entry in enumerate(entries, start=1):
        whole.update(b"".join(entry.pieces) if entry.lasting is None else entry.lasting)
        if place % _ENTRIES_IN_A_SLICE == 0:
            yield
    return whole.digest()
