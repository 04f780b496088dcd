"""Any message is read without loss, and any text survives its way into a message and back."""

from __future__ import annotations

import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.hl7v2.escapes import Grammar, decode, encode
from connectors.hl7v2.reading import NotHl7, Segment, Value, read_message

HEADER = "MSH|^~\\&|PAS|TRUST|||20260301120000+0000||RSP^K11^RSP_K11|9|P|2.5.1"
NAMES = st.text(string.ascii_uppercase, min_size=3, max_size=3).filter(lambda name: name != "MSH")
INSIDE = st.text(st.characters(exclude_characters="\r\n", exclude_categories=["Cs"]), max_size=40)
SIGNS = [sign for sign in string.punctuation if sign != '"']


def one(raw: str) -> Value:
    """A value in the usual grammar."""
    return Value(raw, Grammar())


@given(st.lists(st.tuples(NAMES, INSIDE)), st.sampled_from(["\r", "\r\n", "\n"]), st.booleans())
def test_any_message_is_written_as_it_was_read(
    segments: list[tuple[str, str]], end: str, ended: bool
) -> None:
    """Byte for byte, whatever stands in its fields and however its lines end."""
    lines = [f"{HEADER}||||||UNICODE UTF-8", *(f"{name}|{inside}" for name, inside in segments)]
    written = (end.join(lines) + (end if ended else "")).encode()
    message = read_message(written)
    assert message.written() == written
    assert [segment.name for segment in message.segments[1:]] == [name for name, _ in segments]


@given(
    st.text(st.characters(exclude_categories=["Cs", "Cc"])),
    st.permutations(SIGNS).map(lambda signs: signs[:5]),
)
def test_any_printable_text_survives_in_any_grammar(text: str, signs: list[str]) -> None:
    """What was written is what was meant, and no delimiter is left to be taken for one."""
    grammar = Grammar(*signs)
    written = encode(text, grammar)
    assert decode(written, grammar) == text
    assert not {grammar.field, grammar.component, grammar.repetition, grammar.subcomponent} & set(written)


def test_line_breaks_survive_and_end_no_segment() -> None:
    """They are written as escapes."""
    written = encode("one\ntwo\rthree", Grammar())
    assert "\n" not in written
    assert "\r" not in written
    assert decode(written, Grammar()) == "one\ntwo\rthree"


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        (r"A\T\E \F\ \S\ \R\ \E\ ", "A&E | ^ ~ \\ "),
        (r"one\.br\two\.sp2\three\.sp\four", "one\ntwo\n\nthree\nfour"),
        (r"\XC2B5\g, \X41\\X42\C", "\u00b5g, ABC"),
        (r"\H\urgent\N\ ", r"\H\urgent\N\ "),
        (r"C:\temp", r"C:\temp"),
        (r"\X00\ \XFF\ \X4\ \.in+4\ \Z9\ ", r"\X00\ \XFF\ \X4\ \.in+4\ \Z9\ "),
        ("", ""),
    ],
)
def test_an_escape_is_what_the_standard_says_or_stays_as_written(written: str, meant: str) -> None:
    """Emphasis, unknown sequences, bytes that are no text and lone escape signs are not lost."""
    assert decode(written, Grammar()) == meant


def test_a_value_is_read_by_component_and_subcomponent() -> None:
    """Both count from one; what is not there, and the null of HL7, is empty."""
    value = one(r'a&b^""^c\S\d^&e')
    assert [value.text(1), value.text(1, 2), value.text(2), value.text(3)] == ["a", "b", "", "c^d"]
    assert [value.text(4), value.text(4, 2), value.text(5), value.text(1, 3)] == ["", "e", "", ""]
    assert value.part(4) == "&e"
    assert value.within(1).text(2) == "b"
    assert not one('""')
    assert not one("  ")


def test_what_was_not_heard_is_known() -> None:
    """A further component, a further subcomponent; not emptiness and not null."""
    assert one("a^b").says_more_than(frozenset({1}))
    assert one("a&b").says_more_than(frozenset({1}))
    assert not one('a^^""^&').says_more_than(frozenset({1}))
    assert not one("a&b^").says_more_than(frozenset(), frozenset({1}))


def test_fields_count_as_the_standard_counts_them() -> None:
    """In the header the field separator is the first field."""
    message = read_message(f"{HEADER}\rPID|1||a~b\r".encode())
    assert message.header.first(9).text(3) == "RSP_K11"
    assert message.header.first(3).text() == "PAS"
    assert message.kind == ("RSP", "K11")
    assert [value.raw for value in message.segments[1].values(3)] == ["a", "b"]
    assert message.segments[1].last == 3
    assert Segment("PID", Grammar()).values(5) == []


@pytest.mark.parametrize(
    ("declared", "written", "meant"),
    [
        ("8859/1", b"M\xfcller", "M\u00fcller"),
        ("8859/15", b"\xa4", "\u20ac"),
        ("UNICODE UTF-8", "M\u00fcller".encode(), "M\u00fcller"),
        ("", "M\u00fcller".encode(), "M\u00fcller"),
        ("ASCII~8859/1", b"Miller", "Miller"),
    ],
)
def test_text_is_read_in_the_character_set_that_is_declared(
    declared: str, written: bytes, meant: str
) -> None:
    """In UTF-8 where none is."""
    message = read_message(f"{HEADER}||||||{declared}\rPID|".encode() + written + b"\r")
    assert message.segments[1].first(1).text() == meant


def test_a_message_that_declares_no_character_set_is_read_in_the_registered_one() -> None:
    """What the partner says of itself goes before it."""
    assert (
        read_message(f"{HEADER}\rPID|".encode() + b"\xfc", "8859/1").segments[1].first(1).text() == "\u00fc"
    )


@pytest.mark.parametrize(
    "message",
    [
        b"",
        b"MSH|",
        b"PID|1\r",
        b"\xef\xbb\xbf" + HEADER.encode(),
        b" " + HEADER.encode(),
        b"MSH|^^\\&|repeated",
        b"MSHa^~\\&a",
        HEADER.encode() + b"\rPID|\xff\r",
        HEADER.encode() + b"\rpid|1\r",
        HEADER.encode() + b"\rPID1|1\r",
        HEADER.encode() + b"\r" + HEADER.encode(),
        HEADER.encode() + b"||||||EBCDIC\r",
        HEADER.encode() + b"||||||ASCII\rPID|\xc3\xbc\r",
    ],
)
def test_what_cannot_be_read_safely_is_no_message(message: bytes) -> None:
    """Nothing is guessed: no header, no delimiters, bytes of another set, two headers, broken names."""
    with pytest.raises(NotHl7) as refused:
        read_message(message)
    assert str(refused.value) == ""
