"""Pieces of a partner's answer become pieces that go out, and the last one only when all is proved."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as some

from broker.adapters.clock import SystemClock
from broker.domain.attachments import Declared
from broker.domain.audit import DocumentSent
from broker.domain.errors import Forbidden
from broker.domain.outcome import Cause, OutcomeLabel
from broker.pipeline.handing_on import Bounds, HandedOn, Proved
from broker.pipeline.question import Cut
from broker.ports.connector import TransportFault

PIECE = 70_000
PIECES = [bytes([place]) * PIECE for place in range(4)]
WHOLE = b"".join(PIECES)
FOREVER_S = 1e12


@dataclass
class Source:
    """An answer in these pieces, that may end in a fault."""

    pieces: list[bytes]
    fault: TransportFault | None = None
    closed: int = 0
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)

    async def piece(self) -> bytes:
        """The next."""
        if self.pieces:
            return self.pieces.pop(0)
        if self.fault:
            raise self.fault
        return b""

    def close(self) -> None:
        """Counted."""
        self.closed += 1


def handed_on(source: Source, *, is_binary: bool = False, **given: Any) -> HandedOn:
    """The source as it is handed on. `given` are what was declared, and bounds."""
    bounds = Bounds(bytes_max=given.pop("bytes_max", 10**9), until_s=given.pop("until_s", FOREVER_S))
    declared = Declared(content_type="", size=given.get("size"), hash_text=given.get("hash_text", ""))
    return HandedOn(
        source=source,
        proved=Proved(source, declared, bounds, is_binary=is_binary),
        bounds=bounds,
        clock=SystemClock(),
        digest=hashlib.blake2b(digest_size=32),
        partner_id="addenbury",
    )


async def taken(one: HandedOn) -> tuple[list[bytes], bool]:
    """The pieces that went out, and whether it ended well."""
    out: list[bytes] = []
    try:
        while piece := await one.piece():
            out.append(piece)
    except Cut:
        return out, False
    return out, True


async def begun(source: Source, **given: Any) -> HandedOn:
    """Begun, as it is before a release."""
    one = handed_on(source, **given)
    await one.begin()
    return one


async def test_a_sound_document_goes_out_whole() -> None:
    """Every piece, in order, with its size and digest told at the end; the source is closed."""
    source, told = Source(list(PIECES)), []
    one = await begun(source, size=len(WHOLE))
    one.finished = lambda *ended: told.append(ended)
    out, whole = await taken(one)
    one.ended("sent", 5)
    one.ended("sent", 5)
    assert (b"".join(out), whole) == (WHOLE, True)
    digest = hashlib.blake2b(WHOLE, digest_size=32).digest()
    assert told == [("sent", "", 5, DocumentSent(len(WHOLE), digest, True))]  # noqa: FBT003 - a record's own order
    assert source.closed >= 1


WRONG = {
    "larger than declared": ({"size": len(WHOLE) - 1}, Cause.DECLARED_OTHERWISE),
    "smaller than declared": ({"size": len(WHOLE) + 1}, Cause.DECLARED_OTHERWISE),
    "of another hash": (
        {"hash_text": base64.b64encode(hashlib.sha1(b"x", usedforsecurity=False).digest()).decode()},
        Cause.DECLARED_OTHERWISE,
    ),
    "over the limit": ({"bytes_max": len(WHOLE) - 1}, Cause.DECODED_BYTES),
}


@pytest.mark.parametrize(("given", "cause"), WRONG.values(), ids=WRONG.keys())
async def test_the_last_piece_of_a_wrong_document_never_goes_out(given: dict[str, Any], cause: Cause) -> None:
    """What is wrong shows at the end, and until then everything but the last piece has gone."""
    told: list[Any] = []
    one = await begun(Source(list(PIECES)), **given)
    one.finished = lambda *ended: told.append(ended)
    out, whole = await taken(one)
    assert not whole
    assert b"".join(out) == b"".join(PIECES[: len(out)])
    assert len(out) < len(PIECES)
    one.ended("cut", 7)
    how, why, _, sent = told[0]
    assert (how, why, sent.whole, sent.size) == ("cut", cause.value, False, len(b"".join(out)))


async def test_a_fault_of_the_source_cuts_what_has_begun() -> None:
    """The piece before it is held back too."""
    one = await begun(Source(PIECES[:2], TransportFault(OutcomeLabel.INVALID, Cause.CUT_SHORT)))
    assert await taken(one) == (PIECES[:1], False)


@pytest.mark.parametrize("given", [{"size": 4}, {"bytes_max": 2}, {"is_binary": True}])
async def test_a_small_document_is_proved_before_anything_is_released(given: dict[str, Any]) -> None:
    """It is refused with a fault, not cut."""
    with pytest.raises(TransportFault):
        await begun(Source([b"sma", b"ll"]), **given)


async def test_a_document_is_looked_at_again_before_its_last_piece() -> None:
    """An objection by then cuts it, with the refusal's own word for the cause."""
    looked = 0

    async def not_any_more() -> None:
        nonlocal looked
        looked += 1
        raise Forbidden

    told: list[Any] = []
    one = await begun(Source(list(PIECES)))
    one.still_open, one.finished = not_any_more, lambda *ended: told.append(ended)
    assert await taken(one) == (PIECES[:-1], False)
    one.ended("cut", 0)
    assert (looked, told[0][1]) == (1, "Forbidden")


async def test_a_document_that_is_late_is_cut() -> None:
    """Whatever its partner still has to give."""
    one = await begun(Source(list(PIECES)))
    late = await begun(Source(list(PIECES)))
    late.bounds = Bounds(bytes_max=10**9, until_s=0.0)
    assert (await taken(one))[1]
    assert await taken(late) == ([], False)


@given(content=some.binary(max_size=3_000), cuts=some.lists(some.integers(1, 200), min_size=1, max_size=30))
async def test_whatever_the_pieces_the_document_is_the_same(content: bytes, cuts: list[int]) -> None:
    """Bare or in a Binary, in pieces of any size."""
    wrapped = b'{"resourceType":"Binary","data":"' + base64.b64encode(content) + b'"}'
    sha1 = base64.b64encode(hashlib.sha1(content, usedforsecurity=False).digest()).decode()
    for answer, is_binary in ((content, False), (wrapped, True)):
        pieces, left = [], answer
        for cut in cuts:
            pieces, left = [*pieces, left[:cut]], left[cut:]
        source = Source([piece for piece in (*pieces, left) if piece])
        one = await begun(source, is_binary=is_binary, size=len(content), hash_text=sha1)
        out, whole = await taken(one)
        assert (b"".join(out), whole) == (content, True)
