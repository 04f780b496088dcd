"""Pages of one view: each is bound to what the first one stood on, so that two records are never read as one.

Nothing is kept between pages: the record is asked for again, decided again and released again. A page's
token is sealed and says where to go on and what the first page stood on; any difference is Gone.
"""

from __future__ import annotations

import hashlib
import struct
from dataclasses import dataclass, field
from typing import Final

from broker.domain.decision import Judgement
from broker.domain.errors import BadRequest, Gone, NotFound, PageGone
from broker.domain.identity import NhsNumber
from broker.domain.requester import Requester
from broker.ports.sealer import Sealer

WHOLE_BYTES: Final = 16
_GROUND_BYTES = 8
_KIND = "page"
# A page from further ahead than this is of a clock that was set back: it opens nothing.
_CLOCKS_DIFFER_S = 30
# Offset, items on a page, the second in which it ends, the whole view, the ground of the judgement.
_LAYOUT = struct.Struct(f">IIQ{WHOLE_BYTES}s{_GROUND_BYTES}s")


@dataclass(frozen=True, slots=True, kw_only=True)
class PagePlace:
    """How many items stand before a page, how many it holds, and the digest of the whole view."""

    offset: int
    count: int
    whole: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Pages:
    """The pages of one question of one caller. `token` is of the page that is asked for, None for the first.

    `question` is everything that another page of it must have in common: person, purpose, emergency access,
    criteria. `ground` is what was judged on, None before anything was. A link stands for `lifetime_s`.
    """

    sealer: Sealer = field(repr=False)
    requester: Requester
    question: bytes = field(repr=False)
    ground: bytes | None
    at_s: float
    lifetime_s: int
    token: str | None = field(repr=False, default=None)

    def asked(self) -> PagePlace | None:
        """The page that is asked for. Raises BadRequest when it is no page's token, PageGone when it is not
        of this question and caller, its time is over, or it was judged on another ground.
        """
        if self.token is None:
            return None
        offset, count, ends_s, whole, ground = _LAYOUT.unpack(self._opened(self.token))
        if not 0 < ends_s - self.at_s <= self.lifetime_s + _CLOCKS_DIFFER_S:
            raise PageGone
        if self.ground is not None and ground != self.ground:
            raise PageGone
        return PagePlace(offset=offset, count=count, whole=whole)

    def _opened(self, token: str) -> bytes:
        try:
            return self.sealer.open_note(_KIND, token, self.question, self.requester)
        except NotFound:
            raise BadRequest("`_page` is not a page that this broker gave.") from None
        except Gone:
            raise PageGone from None

    def write(self, place: PagePlace) -> str:
        """The token of a page, in the alphabet of an id."""
        assert self.ground is not None
        ends_s = int(self.at_s) + self.lifetime_s
        plain = _LAYOUT.pack(place.offset, place.count, ends_s, place.whole, self.ground)
        return self.sealer.note(_KIND, plain, self.question, self.requester)


def question_of(number: NhsNumber, purpose: str, grant_id: str | None, *criteria: str) -> bytes:
    """What every page of one question has in common besides its caller. The person is named by the number
    that the page's own link leads to.
    """
    return "\x1f".join((number.digits, purpose, grant_id or "", *criteria)).encode()


def ground_of(judgement: Judgement) -> bytes:
    """The policies and the objections that a page was judged on: where either moves, nobody goes on."""
    text = f"{judgement.objection_version}\x1f{judgement.revision}"
    return hashlib.blake2b(text.encode(), digest_size=_GROUND_BYTES).digest()
