"""A partner's Bundle: entries keep their bytes, one bad entry costs only itself, nothing is lost unsaid."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Generator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from broker.ports.connector import Pause
from broker.ports.searchset import NotABundle, Searchset, read_searchset
from tests.support.loop_watch import LoopWatch
from tests.support.searchsets import bundle

GOOD = b'{"resourceType":"Observation","id":"o1","valueQuantity":{"value":1.50}}'
OTHER = b'{"resourceType":"Flag","id":"f1"}'
WARNING = b'{"resourceType":"OperationOutcome","issue":[{"severity":"warning","code":"incomplete"}]}'

json_text = st.text(st.characters(codec="utf-8"), max_size=20)
json_values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**53), 2**53)
    | st.floats(allow_nan=False, allow_infinity=False)
    | json_text,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(json_text, inner, max_size=4),
    max_leaves=12,
)
resources = st.dictionaries(json_text, json_values, max_size=6).map(
    lambda members: {**members, "resourceType": "Basic", "entry": [{"resource": {}}]}
)


def read(body: bytes) -> Searchset:
    """Drive the reader to its end."""
    return finished(read_searchset(body))[0]


def finished(reading: Generator[Pause, None, Searchset]) -> tuple[Searchset, int]:
    """The Searchset, and how many times its reader paused."""
    pauses = 0
    while True:
        try:
            assert isinstance(next(reading), Pause)
        except StopIteration as stop:
            return stop.value, pauses
        pauses += 1


def test_each_entry_keeps_its_own_bytes() -> None:
    """White space, member order and number spelling inside a resource stay as the partner wrote them."""
    spaced = b'{ "id" : "o2",\n "resourceType":"Observation", "valueDecimal": 1.0E1 }'
    found = read(bundle(GOOD, spaced, more=b' , "total" : 2'))
    assert [entry.raw for entry in found.entries] == [GOOD, spaced]
    assert (found.total, found.matched) == (2, 2)


@given(st.lists(resources, max_size=5), st.sampled_from([None, 2]), st.booleans())
def test_any_resources_come_back_byte_for_byte(
    given_resources: list[dict[str, object]], indent: int | None, ascii_only: bool
) -> None:
    """Compact or pretty, in any script, the slices are the resources that were put in."""
    body = {"resourceType": "Bundle", "entry": [{"resource": one} for one in given_resources]}
    text = json.dumps(body, indent=indent, ensure_ascii=ascii_only)
    entries = read(text.encode()).entries
    assert [json.loads(entry.raw) for entry in entries] == given_resources
    assert all(entry.readable and entry.raw.decode() in text for entry in entries)


@given(st.lists(resources, max_size=5), st.integers(0, 5))
def test_one_spoilt_entry_costs_only_itself(given_resources: list[dict[str, object]], place: int) -> None:
    """Wherever the spoilt entry stands, every other one comes back byte for byte."""
    raws = [json.dumps(one).encode() for one in given_resources]
    spoilt = b'{"resourceType":"Observation","value":NaN}'
    entries = read(bundle(*raws[:place], spoilt, *raws[place:])).entries
    assert [entry.raw for entry in entries if entry.readable] == raws
    assert sum(not entry.readable for entry in entries) == 1


@pytest.mark.parametrize(
    "spoilt",
    [
        b'{"resourceType":"Basic","value":NaN}',
        b'{"resourceType":"Basic","value":-Infinity}',
        b'{"a":' + b"[" * 100_000 + b"]" * 100_000 + b"}",
        b"\xef\xbb\xbf" + OTHER,
        b'{"resourceType":"Basic","lone":"\\ud800"}',
        b'{"resourceType":"Basic","n":01}',
        b'{"resourceType":"Basic",}',
        b'"{not a resource}"',
        b"null",
        b"17",
        b"[]",
    ],
    ids=[
        "nan",
        "infinity",
        "deep",
        "mark",
        "surrogate",
        "leading-zero",
        "comma",
        "text",
        "null",
        "n",
        "array",
    ],
)
def test_a_spoilt_entry_is_listed_as_unreadable(spoilt: bytes) -> None:
    """It is counted where it stood, and the entries before and after it are whole."""
    entries = read(bundle(GOOD, spoilt, OTHER)).entries
    assert [entry.readable for entry in entries] == [True, False, True]
    assert [entries[0].raw, entries[2].raw] == [GOOD, OTHER]


def test_text_that_is_not_utf_8_stays_in_its_entry() -> None:
    """The slice carries the bytes; whoever judges the resource sees them, and its neighbours are whole."""
    entries = read(bundle(GOOD, b'{"resourceType":"Basic","a":"\xff\xfe"}', OTHER)).entries
    assert [entries[0].raw, entries[-1].raw] == [GOOD, OTHER]
    assert len(entries) == 3


@pytest.mark.parametrize("stray", [b"null", b"3", b'"text"', b"NaN", b"[1]"])
def test_an_entry_that_is_no_object_is_counted(stray: bytes) -> None:
    """A bare value between entries is an unreadable entry and not nothing."""
    body = b'{"resourceType":"Bundle","entry":[' + stray + b',{"resource":' + GOOD + b"}]}"
    assert [entry.readable for entry in read(body).entries] == [False, True]


def test_an_entry_without_a_resource_is_counted() -> None:
    """An entry that holds only a fullUrl is listed as unreadable."""
    entries = read(b'{"resourceType":"Bundle","entry":[{"fullUrl":"urn:x"}]}').entries
    assert [(entry.readable, entry.full_url) for entry in entries] == [(False, "urn:x")]


def test_outcomes_stand_apart_from_what_matched() -> None:
    """OperationOutcomes are what the partner says of its answer; includes are not counted as matches."""
    body = (
        b'{"resourceType":"Bundle","entry":[{"resource":' + GOOD + b',"search":{"mode":"match"}},'
        b'{"resource":' + OTHER + b',"search":{"mode":"include"}},'
        b'{"resource":' + WARNING + b',"search":{"mode":"outcome"}}]}'
    )
    found = read(body)
    assert [entry.raw for entry in found.entries] == [GOOD, OTHER]
    assert (found.matched, found.outcomes) == (1, (WARNING,))


def test_a_resource_that_only_mentions_an_outcome_is_an_entry() -> None:
    """The word OperationOutcome in a text does not turn a resource into one."""
    mention = b'{"resourceType":"Basic","note":"OperationOutcome"}'
    assert [entry.raw for entry in read(bundle(mention)).entries] == [mention]


def test_brackets_and_entries_inside_strings_are_text() -> None:
    """The slow way is not misled by strings that hold JSON, escaped quotes or backslashes."""
    tricky = b'{"resourceType":"Basic","a":"\\"entry\\":[{","b":"\\\\","c":"]}"}'
    body = b'{"note":"\\"entry\\":[{", "resourceType":"Bundle","entry" :\n [{"resource":'
    body += tricky + b'},{"resource":{"x":NaN}}]}'
    assert [entry.raw for entry in read(body).entries if entry.readable] == [tricky]


@pytest.mark.parametrize("last", [OTHER, b'{"v":NaN}'], ids=["quick", "slow"])
def test_more_entries_than_may_be_taken_are_said(last: bytes) -> None:
    """Reading stops at the limit and says so; exactly the limit is not cut."""
    reading = read_searchset(bundle(GOOD, WARNING, GOOD, last), entries_max=2)
    found = finished(reading)[0]
    assert (len(found.entries), found.cut, len(found.outcomes)) == (2, True, 1)
    assert not finished(read_searchset(bundle(GOOD, last), entries_max=2))[0].cut


def test_links_are_read_as_given() -> None:
    """`next` and `self` are the partner's own text, resolved by nobody here."""
    found = read(bundle(more=b',"link":[{"relation":"self","url":"a"},{"relation":"next","url":"?p=2"}]'))
    assert (found.self_link, found.next_link) == ("a", "?p=2")


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{}",
        b"[]",
        b"null",
        b"<html><body>{Sign in}</body></html>",
        b"\xef\xbb\xbf" + bundle(GOOD),
        bundle(GOOD)[:-2],
        bundle(GOOD, OTHER)[:-20],
        bundle(GOOD) + b"}",
        bundle(GOOD) + b" trailing",
        bundle(b'{"resourceType":"Basic","text":"never closed'),
        b'{"resourceType":"Patient","id":"p"}',
        WARNING,
        bundle(GOOD, more=b',"entry":[{"resource":' + OTHER + b"}]"),
        bundle(b'{"v":NaN}', more=b',"entry":[]'),
        bundle(GOOD, more=b',"link":[{"relation":"next","url":"a"}],"link":[]'),
        bundle(GOOD, more=b',"link":[{"relation":"next","url":"a"},{"relation":"next","url":"b"}]'),
        bundle(GOOD, more=b',"link":[{"relation":"next"}]'),
        bundle(GOOD, more=b',"total":"7"'),
        bundle(GOOD, more=b',"total":-1'),
        b'{"resourceType":"Bundle","\\u0065ntry":[{"resource":{}}]}',
    ],
)
def test_a_body_that_cannot_be_believed_is_no_bundle(body: bytes) -> None:
    """Cut, twisted, ambiguous or of another kind: refused whole, with a closed word and none of its text."""
    with pytest.raises(NotABundle) as refused:
        read(body)
    assert str(refused.value) in {"malformed", "another-resource"}


def test_an_empty_bundle_is_read_as_empty() -> None:
    """No entry, a null and an empty array are three spellings of nothing found."""
    for more in (b"", b',"entry":[]', b',"entry":null'):
        assert read(b'{"resourceType":"Bundle","total":0' + more + b"}").entries == ()


@pytest.mark.parametrize(
    "body",
    [
        bundle(*[GOOD] * 30_000),
        bundle(*[GOOD] * 30_000, b'{"v":NaN}'),
        b'{"resourceType":"Bundle","entry":[' + b",".join([b"{}"] * 1_000_000) + b"]}",
        bundle(b'{"a":[' + b",".join([b"1"] * 1_000_000) + b"]}"),
        bundle(b'{"v":NaN,"text":"' + b"\\\\" * 4_000_000 + b'"}'),
        bundle(b'{"v":NaN,"space":' + b" " * 8_000_000 + b"1}"),
        b"[" * 1_000_000,
    ],
    ids=["many", "many-one-bad", "empties", "array", "backslashes", "space", "open"],
)
async def test_a_large_body_never_holds_the_loop(body: bytes, loop_watch: LoopWatch) -> None:
    """Reading pauses often enough that nobody else waits 50 ms."""
    reading = read_searchset(body)
    with loop_watch:
        while True:
            try:
                next(reading)
            except (StopIteration, NotABundle):
                break
            await asyncio.sleep(0)


TWO_IN_ONE = {
    "plainly": b'{"resource":%b,"resource":%b}' % (GOOD, OTHER),
    "with an escaped name": b'{"r\\u0065source":%b,"resource":%b}' % (GOOD, OTHER),
}


@pytest.mark.parametrize("entry", TWO_IN_ONE.values(), ids=TWO_IN_ONE.keys())
def test_an_entry_with_two_resources_is_unreadable_and_costs_no_other(entry: bytes) -> None:
    """Only one of the two would be read, and the other would be gone without a word."""
    body = (
        b'{"resourceType":"Bundle","type":"searchset","entry":[' + entry + b',{"resource":' + OTHER + b"}]}"
    )
    read_entries = read(body).entries
    assert [(one.readable, one.raw == OTHER) for one in read_entries] == [(False, False), (True, True)]


def test_a_bundle_of_another_kind_is_no_answer_to_a_search() -> None:
    """A history holds versions, and a message holds what somebody sends."""
    with pytest.raises(NotABundle, match="another-kind"):
        read(b'{"resourceType":"Bundle","type":"history","entry":[{"resource":' + OTHER + b"}]}")
