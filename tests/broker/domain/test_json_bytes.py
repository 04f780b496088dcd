"""What may be carried to a reader, and what may not."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from broker.domain.json_bytes import UnreadableJson, lossless_tree, parse_strict, write_tree

REFUSED = {
    "a repeated member": b'{"a":1,"a":2}',
    "a repeated member, far apart and deep": b'{"x":[{"value":1,"unit":"mg","value":2}]}',
    "a repeated member with the same value": b'{"a":1,"a":1}',
    "a repeated member, one name written with escapes": b'{"status":"a","st\\u0061tus":"b"}',
    "a repeated member hidden behind an escaped colon": b'{"a\\u003a":1,"a:":2, "b":"x\\u003a"}',
    "a repeated member made up for by a longer number": b'{"a":1,"a":1,"b":1e12}',
    "NaN": b'{"a":NaN}',
    "a whole minus zero, which an edit would lose": b'{"a":[1, -0 ]}',
    "infinity": b'{"a":Infinity}',
    "a number too large for anybody": b'{"a":1e999}',
    "a number of 5,000 digits": b'{"a":' + b"9" * 5_000 + b"}",
    "a fraction of 80 digits": b'{"a":0.' + b"1" * 80 + b"}",
    "100,000 levels": b"[" * 100_000 + b"]" * 100_000,
    "300 levels": b"[" * 300 + b"]" * 300,
    "a byte-order mark": b'\xef\xbb\xbf{"a":1}',
    "a byte-order mark inside": b'{"a":\xef\xbb\xbf1}',
    "UTF-16": '{"a":1}'.encode("utf-16"),
    "bad UTF-8": b'{"a":"\xff"}',
    "a lone surrogate": b'{"a":"\\ud800"}',
    "a raw control character": b'{"a":"\x01"}',
    "nothing": b"",
    "half of it": b'{"a":',
    "an array of 200,000 numbers": b"[" + b",".join([b"1"] * 200_000) + b"]",
    "five megabytes": b'"' + b"x" * 5 * 1024 * 1024 + b'"',
}


@pytest.mark.parametrize("raw", REFUSED.values(), ids=REFUSED.keys())
def test_unsafe_bytes_are_refused(raw: bytes) -> None:
    """Bytes that two readers could take differently, or that would hold the loop, are not carried."""
    with pytest.raises(UnreadableJson):
        parse_strict(raw)


ACCEPTED = {
    "a fraction with a trailing zero": b'{"a":1.50}',
    "a pretty-printed object": b'{\n  "a" : 1.5,\n  "b" : [ ]\n}',
    "the same member in two objects": b'[{"a":1},{"a":2}]',
    "colons in text": b'{"a":"10:30: \\"x\\": y"}',
    "a colon as an escape": b'{"a":"10\\u003a30"}',
    "a text of 200 digits": b'{"a":"' + b"1" * 200 + b'"}',
    "a text that opens with a colon": b'{"a":":b","c":"\\\\"}',
}


@pytest.mark.parametrize("raw", ACCEPTED.values(), ids=ACCEPTED.keys())
def test_safe_bytes_are_accepted_however_they_are_spaced(raw: bytes) -> None:
    """Spacing, escapes and number spelling are the partner's own."""
    assert parse_strict(raw) == json.loads(raw)


_leaves = (
    st.none()
    | st.booleans()
    | st.integers(-(2**53), 2**53)
    | st.floats(allow_nan=False, allow_infinity=False)
)
_trees = st.recursive(
    _leaves | st.text(st.characters(codec="utf-8"), max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=5), inner, max_size=4),
    max_leaves=12,
)


@given(_trees, st.sampled_from([None, 2]), st.booleans())
def test_whatever_python_writes_is_accepted(tree: object, indent: int | None, ascii_only: bool) -> None:
    """No JSON without a fault is refused, whichever way it is written, and its meaning is kept."""
    raw = json.dumps(tree, indent=indent, ensure_ascii=ascii_only).encode()
    assert parse_strict(raw) == tree


@given(st.dictionaries(st.text('ab:"\\', max_size=3), st.integers(0, 9), min_size=1, max_size=4), st.data())
def test_any_repeated_member_is_found(members: dict[str, int], data: st.DataObject) -> None:
    """Repeating any one member anywhere makes the bytes unreadable, however its name is written."""
    name = data.draw(st.sampled_from(sorted(members)))
    spelled = data.draw(
        st.sampled_from([json.dumps(name), '"' + "".join(f"\\u{ord(c):04x}" for c in name) + '"'])
    )
    body = json.dumps(members)[:-1] + f", {spelled}: 1e3}}"
    with pytest.raises(UnreadableJson):
        parse_strict(body.encode())


def test_an_edited_tree_keeps_every_fraction_as_written() -> None:
    """`1.50`, `1.0E1` and 20 decimals come out as they went in."""
    raw = b'{"a":1.50,"b":1.0E1,"c":0.10000000000000000001,"d":[-0.0,7]}'
    assert write_tree(lossless_tree(raw)) == raw
