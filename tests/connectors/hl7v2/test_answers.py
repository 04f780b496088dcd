"""Responses are believed when they are to this question, and read for what they say of themselves."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from broker.domain.outcome import Cause, OutcomeLabel
from broker.domain.query import AskLimits, PartnerAsk
from broker.ports.connector import Ending, MllpRequest, MllpResponse
from connectors.hl7v2.connector import create
from connectors.hl7v2.reading import Message, read_message
from tests.connectors.hl7v2.messages import OBR, PID, header
from tests.support.patients import ASHA, OLD
from tests.support.sender import Heard, ask_for, scripted

Answering = Callable[[Message], tuple[str, ...]]
OBX = "OBX|1|NM|2951-2^Sodium^LN||140|mmol/L|||||F"
SETTINGS: dict[str, object] = {"query_code": "Z99", "receiving_facility": "TRUST", "records_per_page": 5}


def asked(answering: Answering, ask: PartnerAsk | None = None, **settings: object) -> tuple[Ending, Heard]:
    """A conversation with somebody who answers each query with these segments."""

    def respond(request: MllpRequest) -> MllpResponse:
        segments = answering(read_message(request.message))
        return MllpResponse(message="".join(f"{one}\r" for one in segments).encode())

    return scripted(create({**SETTINGS, **settings}).fetch(ask or ask_for()), respond)


def response(query: Message, *records: str, **changed: str) -> tuple[str, ...]:
    """An answer that is whole and ours, but for what is changed."""
    control_id, tag = query.header.first(10).text(), query.segments[1].first(2).text()
    said = {
        "head": header("RSP^K11^RSP_K11"),
        "msa": f"MSA|AA|{control_id}",
        "qak": f"QAK|{tag}|OK",
        **{name: words.format(id=control_id, tag=tag) for name, words in changed.items()},
    }
    return tuple(
        one for one in (said["head"], said["msa"], said["qak"], query.segments[1].raw, *records) if one
    )


def outcome(answering: Answering, **settings: object) -> tuple[OutcomeLabel, Cause]:
    """Label and cause of a conversation."""
    ending, _ = asked(answering, **settings)
    return ending.label, ending.cause


def test_the_query_names_the_person_the_site_and_the_moment() -> None:
    """Clock-free: MSH-7 is when the record was asked for. No identifier of ours looks like a number."""
    ask = replace(ask_for(), asked_at=dt.datetime(2026, 3, 1, 9, 5, 7, tzinfo=dt.UTC))
    _, heard = asked(lambda query: response(query, PID), ask)
    (request,) = heard.requests
    query = read_message(request.message)
    assert query.header.first(7).text() == "20260301090507+0000"
    assert [query.header.field(number) for number in (3, 6, 9, 11, 12)] == [
        "WATERSMEET",
        "TRUST",
        "QBP^Q11^QBP_Q11",
        "P",
        "2.5.1",
    ]
    parameters, priority = query.segments[1:]
    assert parameters.raw.split("|")[3] == f"{ASHA.digits}^^^NHS^NH"
    assert priority.raw == "RCP|I|5^RD"
    ours = query.header.field(10) + parameters.field(2)
    assert ours.isalpha()
    assert len(query.header.field(10)) == 20


def test_each_number_is_asked_for_and_each_message_has_its_own_id() -> None:
    """The current one first; the tag names the question, the control id the message."""
    pages = iter(["more", "", ""])
    ask = ask_for(numbers=frozenset({OLD}))
    ending, heard = asked(lambda query: response(query, PID, f"DSC|{next(pages)}|I"), ask)
    queries = [read_message(request.message) for request in heard.requests]
    assert [query.segments[1].first(3).text() for query in queries] == [ASHA.digits, ASHA.digits, OLD.digits]
    tags = [query.segments[1].first(2).text() for query in queries]
    assert tags[0] == tags[1] != tags[2]
    assert len({query.header.first(10).text() for query in queries}) == 3
    assert queries[1].segments[-1].raw == "DSC|more|I"
    assert ending.label is OutcomeLabel.COMPLETE


def test_somebody_who_is_known_by_one_number_alone_has_a_record() -> None:
    """No record under the old number takes nothing from the new one, and two of them are none."""
    ask = ask_for(numbers=frozenset({OLD}))

    def known_by(*numbers: str) -> Answering:
        def answer(query: Message) -> tuple[str, ...]:
            known = query.segments[1].first(3).text() in numbers
            return response(query, PID) if known else response(query, qak="QAK|{tag}|NF")

        return answer

    assert asked(known_by(ASHA.digits), ask)[0].label is OutcomeLabel.COMPLETE
    assert asked(known_by(OLD.digits), ask)[0].label is OutcomeLabel.COMPLETE
    assert asked(known_by(), ask)[0].label is OutcomeLabel.NO_RECORD


@pytest.mark.parametrize(
    "changed",
    [
        {"msa": "MSA|AA|another"},
        {"msa": ""},
        {"msa": "MSA|CA|{id}"},
        {"msa": "MSA||{id}"},
        {"qak": "QAK|another|OK"},
        {"qak": "QAK|another|NF"},
        {"qak": ""},
        {"qak": "QAK|{tag}|"},
        {"qak": "QAK|{tag}|ZZ"},
        {"qak": "QAK|{tag}|NF"},
        {"head": header("RSP^K22^RSP_K21")},
        {"head": header("ACK")},
    ],
)
def test_an_answer_that_is_not_ours_or_contradicts_itself_is_invalid(changed: dict[str, str]) -> None:
    """Another's control id or tag, no acknowledgement, no state, nobody found and yet somebody in it."""
    ending, heard = asked(lambda query: response(query, PID, OBR, OBX, **changed))
    assert (ending.label, ending.cause) == (OutcomeLabel.INVALID, Cause.MALFORMED)
    assert heard.entries == []


@pytest.mark.parametrize(
    ("changed", "error", "said"),
    [
        ({"msa": "MSA|AR|{id}", "qak": ""}, "", (OutcomeLabel.REFUSED, Cause.STATUS)),
        ({"qak": "QAK|{tag}|AR"}, "", (OutcomeLabel.REFUSED, Cause.STATUS)),
        ({"qak": "QAK|{tag}|AE"}, "", (OutcomeLabel.INVALID, Cause.STATUS)),
        ({"msa": "MSA|AE|{id}"}, "ERR|||207|E", (OutcomeLabel.UNREACHABLE, Cause.STATUS)),
        ({"msa": "MSA|AE|{id}"}, "ERR|^^^207&Internal", (OutcomeLabel.UNREACHABLE, Cause.STATUS)),
        ({"msa": "MSA|AE|{id}"}, "ERR||QPD^1^3|204|E", (OutcomeLabel.NO_RECORD, Cause.NONE)),
        ({"msa": "MSA|AE|{id}"}, "ERR||QPD^1^1|204|E", (OutcomeLabel.INVALID, Cause.STATUS)),
        ({"msa": "MSA|AR|{id}"}, "ERR||QPD^1^3|204|E", (OutcomeLabel.REFUSED, Cause.STATUS)),
        ({"head": header("ACK"), "msa": "MSA|AR|{id}", "qak": ""}, "", (OutcomeLabel.REFUSED, Cause.STATUS)),
    ],
)
def test_refusals_are_told_apart(
    changed: dict[str, str], error: str, said: tuple[OutcomeLabel, Cause]
) -> None:
    """Only an unknown key in the very place of the number means that nobody is known."""
    assert outcome(lambda query: response(query, error, **changed)) == said


def test_an_answer_that_names_nobody_proves_nobody() -> None:
    """OK, and no PID: whose record it is that is empty, nothing says."""
    assert outcome(response) == (OutcomeLabel.IDENTITY_MISMATCH, Cause.NO_PROOF)


@pytest.mark.parametrize(
    ("counts", "records", "cause"),
    [
        ("|5|1|4", 1, Cause.FEWER_THAN_TOTAL),
        ("|5|1", 1, Cause.FEWER_THAN_TOTAL),
        ("|||4", 1, Cause.FEWER_THAN_TOTAL),
        ("|1|1|4", 1, Cause.FEWER_THAN_TOTAL),
        ("|1|1|0", 1, Cause.NONE),
        ("|1|1", 1, Cause.NONE),
        ("", 4, Cause.NONE),
        ("", 5, Cause.FEWER_THAN_TOTAL),
        ("|||0", 5, Cause.NONE),
        ("|5", 5, Cause.NONE),
        ("|x|-1|+2", 1, Cause.NONE),
    ],
)
def test_what_the_partner_counts_is_held_against_what_came(counts: str, records: int, cause: Cause) -> None:
    """By its own counts; without any, a full page without a continuation is doubted."""
    ending, _ = asked(
        lambda query: response(query, PID, *[OBR, OBX] * records, qak="QAK|{tag}|OK|Z99" + counts)
    )
    assert ending.cause is cause
    assert ending.label is (OutcomeLabel.COMPLETE if cause is Cause.NONE else OutcomeLabel.PARTIAL)


def test_counts_of_all_pages_are_added_up() -> None:
    """Three of three over two pages is the whole."""
    pages = iter([("|3|2|1", "DSC|p|I"), ("|3|1|0", "")])

    def answer(query: Message) -> tuple[str, ...]:
        counts, more = next(pages)
        return response(query, PID, OBR, OBX, more, qak="QAK|{tag}|OK|Z99" + counts)

    assert outcome(answer) == (OutcomeLabel.COMPLETE, Cause.NONE)


def test_a_pointer_in_the_partners_own_delimiters_is_given_back_in_ours() -> None:
    """It can add no field and no segment to our message."""
    pages = iter(["DSC#a|b^c#I", ""])
    seen = []

    def answer(query: Message) -> tuple[str, ...]:
        seen.append(query.segments[-1].raw)
        head, msa, qak, *_ = (one.replace("|", "#").replace("^", "$") for one in response(query))
        return head, msa, qak, "PID###9990000018$$$NHS$NH####19510409", next(pages)

    asked(answer)
    assert seen == ["RCP|I|5^RD", r"DSC|a\F\b\S\c|I"]


def test_the_entry_limit_ends_the_reading_in_the_middle_of_a_message() -> None:
    """What there was room for is kept."""
    ask = ask_for(limits=AskLimits(pages_max=20, entries_max=3))
    ending, heard = asked(lambda query: response(query, PID, OBR, *[OBX] * 10), ask)
    assert (ending.label, ending.cause) == (OutcomeLabel.PARTIAL, Cause.ENTRY_LIMIT)
    assert len(heard.entries) == 3


@pytest.mark.parametrize("charset", ["8859/1", "UNICODE UTF-8"])
def test_answers_are_read_in_the_registered_character_set(charset: str) -> None:
    """Where they declare none."""
    python_name = {"8859/1": "iso-8859-1", "UNICODE UTF-8": "utf-8"}[charset]

    def respond(request: Any) -> MllpResponse:
        segments = response(read_message(request.message), PID.replace("Rao", "M\u00fcller"))
        bare = segments[0].rpartition("||||||")[0]
        return MllpResponse(message="\r".join([bare, *segments[1:]]).encode(python_name))

    ending, heard = scripted(create({**SETTINGS, "character_set": charset}).fetch(ask_for()), respond)
    assert ending.label is OutcomeLabel.COMPLETE
    assert "M\u00fcller".encode() in heard.entries[0].raw


def test_the_query_code_must_be_registered() -> None:
    """It is agreed with each site; none is guessed."""
    with pytest.raises(ValueError, match="`query_code` is missing"):
        create({})
