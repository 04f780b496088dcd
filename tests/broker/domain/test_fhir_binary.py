from __future__ import annotations

import base64
import json
from collections.abc import Iterable
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as some

from broker.domain.fhir_binary import FhirBinary, NotABinary

CONTENT = bytes(range(256)) * 5
TEXT = base64.b64encode(CONTENT).decode()


def read(pieces: Iterable[bytes]) -> bytes:
    """The document of an answer that comes in these pieces."""
    binary = FhirBinary()
    found = b"".join([binary.feed(piece) for piece in pieces])
    binary.end()
    return found


def cut_at(whole: bytes, places: Iterable[int]) -> list[bytes]:
    """The same bytes in pieces."""
    ends = sorted({place % (len(whole) + 1) for place in places} | {0, len(whole)})
    return [whole[begin:end] for begin, end in pairwise(ends)]


def in_bytes(whole: bytes) -> list[bytes]:
    """One byte at a time."""
    return [whole[place : place + 1] for place in range(len(whole))]


VALUES = some.recursive(
    some.none() | some.booleans() | some.integers() | some.floats(allow_nan=False) | some.text(max_size=20),
    lambda inner: some.lists(inner, max_size=3) | some.dictionaries(some.text(max_size=5), inner, max_size=3),
    max_leaves=8,
)
OTHERS = some.dictionaries(
    some.text(max_size=20).filter(lambda name: name not in {"data", "content", "resourceType"}),
    VALUES,
    max_size=5,
)


@given(
    content=some.binary(max_size=600),
    others=OTHERS,
    order=some.randoms(use_true_random=False),
    places=some.lists(some.integers(0, 5_000), max_size=12),
    member=some.sampled_from(["data", "content"]),
    indent=some.sampled_from([None, 0, 3]),
    ascii_only=some.booleans(),
)
def test_any_document_comes_out_as_it_went_in(
    *,
    content: bytes,
    others: dict[str, Any],
    order: Any,
    places: list[int],
    member: str,
    indent: int | None,
    ascii_only: bool,
) -> None:
    """Whatever bytes, in whatever order the members stand, however it is spaced and wherever it is cut."""
    members = [*others.items(), ("resourceType", "Binary"), (member, base64.b64encode(content).decode())]
    order.shuffle(members)
    whole = json.dumps(dict(members), indent=indent, ensure_ascii=ascii_only).encode("utf-8", "replace")
    assert read(cut_at(whole, places)) == content


@pytest.mark.parametrize(
    "text",
    [
        TEXT.replace("/", "\\/"),
        "\\r\\n".join(TEXT[place : place + 76] for place in range(0, len(TEXT), 76)),
        " ".join(TEXT[place : place + 61] for place in range(0, len(TEXT), 61)),
        TEXT.replace("A", "\\u0041").replace("+", "\\u002B"),
        TEXT.replace("=", "\\u003d"),
    ],
    ids=["slashes", "lines", "spaces", "letters", "padding"],
)
def test_a_document_in_another_spelling_is_the_same(text: str) -> None:
    """Escaped, or broken into lines, as a whole and byte by byte."""
    whole = b'{"data":"' + text.encode() + b'","resourceType":"Binary"}'
    assert read([whole]) == CONTENT
    assert read(in_bytes(whole)) == CONTENT


REFUSED = {
    "nothing": b"",
    "no object": b"[]",
    "an empty object": b"{}",
    "no document": b'{"resourceType":"Binary"}',
    "no type": b'{"data":"QUJD"}',
    "another type": b'{"resourceType":"Patient","data":"QUJD"}',
    "another type behind": b'{"data":"QUJD","resourceType":"Patient"}',
    "the document twice": b'{"resourceType":"Binary","data":"QUJD","data":"QUJE"}',
    "the document twice, once escaped": b'{"resourceType":"Binary","data":"QUJD","d\\u0061ta":"QUJE"}',
    "both of the two": b'{"resourceType":"Binary","data":"QUJD","content":"QUJD"}',
    "another member twice": b'{"id":"a","id":"b","resourceType":"Binary","data":"QUJD"}',
    "null for the document": b'{"resourceType":"Binary","data":null}',
    "a list for the document": b'{"resourceType":"Binary","data":["QUJD"]}',
    "a character too few": b'{"resourceType":"Binary","data":"QUJ"}',
    "padding in the middle": b'{"resourceType":"Binary","data":"QQ==QUJD"}',
    "too much padding": b'{"resourceType":"Binary","data":"QUJD===="}',
    "padding alone": b'{"resourceType":"Binary","data":"===="}',
    "the alphabet for addresses": b'{"resourceType":"Binary","data":"-_-_"}',
    "a byte that is no character": b'{"resourceType":"Binary","data":"QU\xffD"}',
    "an escape of another character": b'{"resourceType":"Binary","data":"QUJD\\u00e9"}',
    "an escaped quote": b'{"resourceType":"Binary","data":"QUJD\\""}',
    "an escape without an end": b'{"resourceType":"Binary","data":"QUJD\\',
    "an unknown escape": b'{"resourceType":"Binary","data":"QUJD\\x41"}',
    "half an object": b'{"resourceType":"Binary","data":"QUJD"',
    "half a document": b'{"resourceType":"Binary","data":"QUJD',
    "something behind": b'{"resourceType":"Binary","data":"QUJD"}{}',
    "no comma": b'{"resourceType":"Binary" "data":"QUJD"}',
    "a comma too many": b'{"resourceType":"Binary","data":"QUJD",}',
    "no colon": b'{"resourceType" "Binary","data":"QUJD"}',
    "brackets out of order": b'{"meta":{"tag":[}],"resourceType":"Binary","data":"QUJD"}',
    "a word that is none": b'{"meta":nil,"resourceType":"Binary","data":"QUJD"}',
    "NaN": b'{"meta":NaN,"resourceType":"Binary","data":"QUJD"}',
    "a line break in a text": b'{"id":"a\nb","resourceType":"Binary","data":"QUJD"}',
    "a byte-order mark": b'\xef\xbb\xbf{"resourceType":"Binary","data":"QUJD"}',
    "very deep": b'{"meta":' + b"[" * 100 + b"]" * 100 + b',"resourceType":"Binary","data":"QUJD"}',
    "a very long name": b'{"' + b"a" * 300 + b'":1,"resourceType":"Binary","data":"QUJD"}',
    "very many members": b"{" + b"".join(b'"m%d":1,' % n for n in range(70)) + b'"data":"QUJD"}',
}


@pytest.mark.parametrize("whole", REFUSED.values(), ids=REFUSED.keys())
def test_what_two_readers_could_read_in_two_ways_is_refused(whole: bytes) -> None:
    """In one piece or byte by byte: the same."""
    for pieces in ([whole], in_bytes(whole)):
        with pytest.raises(NotABinary):
            read(pieces)


def test_little_is_ever_kept() -> None:
    """Of eight megabytes with a long text before and behind, no piece leaves more than itself waiting."""
    content = bytes(range(256)) * 16 * 1024
    whole = json.dumps(
        {
            "text": "x" * 1_000_000,
            "data": base64.b64encode(content).decode(),
            "z": ["y" * 1_000_000],
            "resourceType": "Binary",
        }
    ).encode()
    binary, given, most = FhirBinary(), 0, 0
    for place in range(0, len(whole), 10_007):
        given += len(binary.feed(whole[place : place + 10_007]))
        most = max(most, binary.waiting_bytes)
    binary.end()
    assert given == len(content)
    assert most < 300
