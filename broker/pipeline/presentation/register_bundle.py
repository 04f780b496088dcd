"""Consents of one person as a searchset, page by page, whose links name the person by the sealed id alone."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote

import msgspec

from broker.domain.errors import PageGone
from broker.pipeline.presentation.paging import WHOLE_BYTES, PagePlace, Pages


@dataclass(frozen=True, slots=True, kw_only=True)
class RegisterFrame:
    """The question, the links' base, the person's sealed id, and the pages."""

    base_url: str
    token: str
    item_id: str | None
    statuses: frozenset[str]
    count: int | None
    pages: Pages = field(repr=False)

    def link(self, page: str | None) -> str:
        """This question, at `page`."""
        given = {
            "patient": self.token,
            "_id": self.item_id,
            "status": ",".join(sorted(self.statuses)),
            "_count": self.count,
            "_page": page,
        }
        asked = (f"{name}={quote(str(value), safe=',')}" for name, value in given.items() if value)
        return f"{self.base_url}/Consent?{'&'.join(asked)}"


def present_consents(consents: Sequence[dict[str, Any]], frame: RegisterFrame) -> bytes:
    """The page that is asked for, with the number of all of them. Raises BadRequest and PageGone."""
    raws = [msgspec.json.encode(consent) for consent in consents]
    place = _place(raws, frame)
    links = [{"relation": "self", "url": frame.link(frame.pages.token)}]
    last = place.offset + place.count
    if last < len(raws):
        following = PagePlace(offset=last, count=place.count, whole=place.whole)
        links.append({"relation": "next", "url": frame.link(frame.pages.write(following))})
    bundle: dict[str, Any] = {
        "resourceType": "Bundle",
        "type": "searchset",
        "total": len(raws),
        "link": links,
    }
    shown = [_entry(consent, frame.base_url) for consent in consents[place.offset : last]]
    return msgspec.json.encode(bundle | ({"entry": shown} if shown else {}))


def _place(raws: Iterable[bytes], frame: RegisterFrame) -> PagePlace:
    """A page of a register that has changed since the first one is Gone: start again."""
    raws = list(raws)
    whole = hashlib.blake2b(b"".join(raws), digest_size=WHOLE_BYTES).digest()
    place = frame.pages.asked()
    if place is None:
        return PagePlace(offset=0, count=frame.count or max(len(raws), 1), whole=whole)
    if place.whole != whole:
        raise PageGone
    return place


def _entry(consent: dict[str, Any], base_url: str) -> dict[str, Any]:
    return {
        "fullUrl": f"{base_url}/Consent/{consent['id']}",
        "resource": consent,
        "search": {"mode": "match"},
    }
