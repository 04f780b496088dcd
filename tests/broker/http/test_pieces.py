"""A reply in pieces arrives as it was made, whatever their sizes, and waits for its reader."""

from __future__ import annotations

import random

import pytest

from broker.http.pieces import parts
from broker.pipeline.question import Reply
from tests.support.http_door import Answers, get, head_and_body, knock, open_door

CHANCE = random.Random(7)  # noqa: S311 - a seed, not a secret
SHAPES = [
    (),
    (b"",),
    (b"", b"a", b""),
    tuple(bytes([n % 256]) * 1_125 for n in range(400)),
    (b"{", CHANCE.randbytes(700_001), b"}"),
    (b"a" * 131_072, b"b" * 131_072, b"c"),
    tuple(CHANCE.randbytes(CHANCE.randrange(300_000)) for _ in range(20)),
]


@pytest.mark.parametrize("pieces", SHAPES, ids=range(len(SHAPES)))
async def test_the_pieces_arrive_in_order_and_whole(pieces: tuple[bytes, ...]) -> None:
    """Byte for byte, with their length stated."""
    async with open_door(Answers(reply=Reply(status=200, body=pieces))) as door:
        head, body = head_and_body(await knock(door, get("/fhir/Patient/token")))
    assert body == b"".join(pieces)
    assert f"\r\nContent-Length: {len(body)}\r\n" in head + "\r\n"
    assert "Transfer-Encoding" not in head


@pytest.mark.parametrize("pieces", SHAPES, ids=range(len(SHAPES)))
def test_no_part_is_larger_than_the_limit(pieces: tuple[bytes, ...]) -> None:
    """Nothing is copied in more than 128 KiB at a time."""
    made = [bytes(part) for part in parts(pieces)]
    assert b"".join(made) == b"".join(pieces)
    assert all(len(part) <= 131_072 for part in made)
