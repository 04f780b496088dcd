"""A response message into what it says of itself: ours or not, refused, found, and whether it goes on."""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import dataclass, field

from broker.domain.outcome import Cause, OutcomeLabel
from broker.ports.connector import MllpResponse
from connectors.hl7v2.escapes import Grammar, encode
from connectors.hl7v2.manner import Manner
from connectors.hl7v2.queries import Question
from connectors.hl7v2.reading import Message, NotHl7, Segment, reading

_RESPONSE, _ACKNOWLEDGEMENT = ("RSP", "K11"), "ACK"
_ACCEPTED, _REJECTED, _NOT_FOUND = "AA", "AR", "NF"
_STATES = frozenset({"AA", "AE", "AR"})
# HL7 table 0357: unknown key identifier; record locked and internal error, which pass.
_UNKNOWN_KEY, _PASSING = "204", frozenset({"206", "207"})
_INFORMATION = "I"
_COUNT_DIGITS_MAX = 9


class Refusal(Exception):
    """The answer holds nothing of anybody. `label` and `cause` say why; nothing of the partner's text."""

    def __init__(self, label: OutcomeLabel, cause: Cause = Cause.STATUS) -> None:
        """What the partner's line will say."""
        self.label, self.cause = label, cause
        super().__init__(f"{label}: {cause}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """A response that may be read. Counts are the partner's own, of records as it counts them."""

    message: Message = field(repr=False)
    pointer: str = field(default="", repr=False)
    warned: bool = False
    total: int | None = None
    here: int | None = None
    remaining: int | None = None

    @property
    def names_somebody(self) -> bool:
        """There is a PID to prove whose it is."""
        return self.message.first("PID") is not None


def read_answer(response: MllpResponse, question: Question, manner: Manner) -> Generator[None, None, Answer]:
    """Raises Refusal: also for an answer to another question, which must never be believed."""
    try:
        message = yield from reading(response.message, manner.character_set)
    except NotHl7:
        raise Refusal(OutcomeLabel.INVALID, Cause.MALFORMED) from None
    acknowledged, query = message.first("MSA"), message.first("QAK")
    _check_ours(message, acknowledged, query, question)
    _check_accepted(message, acknowledged, query)
    assert query is not None
    return Answer(
        message=message,
        pointer=_pointer(message),
        warned=any(one.first(4).text() != _INFORMATION for one in message.segments if one.name == "ERR"),
        total=_count(query, 4),
        here=_count(query, 5),
        remaining=_count(query, 6),
    )


def _check_ours(
    message: Message, acknowledged: Segment | None, query: Segment | None, question: Question
) -> None:
    """It must repeat this message's control id and this question's tag, and say that it did."""
    ours = acknowledged is not None and acknowledged.first(2).text() == question.control_id
    if query is not None:
        ours = ours and query.first(1).text() == question.tag
    known = message.kind == _RESPONSE or message.kind[0] == _ACKNOWLEDGEMENT
    if not ours or not known:
        raise Refusal(OutcomeLabel.INVALID, Cause.MALFORMED)


def _check_accepted(message: Message, acknowledged: Segment | None, query: Segment | None) -> None:
    said = acknowledged.first(1).text() if acknowledged else ""
    if said not in _STATES:
        raise Refusal(OutcomeLabel.INVALID, Cause.MALFORMED)
    found = query.first(2).text() if query else ""
    if said == _ACCEPTED and found == _NOT_FOUND:
        _check_empty(message)
        raise Refusal(OutcomeLabel.NO_RECORD, Cause.NONE)
    if said == _ACCEPTED and found in {"AE", _REJECTED}:
        said = found
    if said == _ACCEPTED:
        if found != "OK" or message.kind != _RESPONSE:
            raise Refusal(OutcomeLabel.INVALID, Cause.MALFORMED)
        return
    raise _refused(message, rejected=_REJECTED in {said, found})


def _check_empty(message: Message) -> None:
    """Nobody was found, and nobody is named: anything else contradicts itself."""
    if message.first("PID") is not None or message.first("DSC") is not None:
        raise Refusal(OutcomeLabel.INVALID, Cause.MALFORMED)


def _refused(message: Message, *, rejected: bool) -> Refusal:
    errors = [segment for segment in message.segments if segment.name == "ERR"]
    codes = {_code(error) for error in errors}
    if codes & _PASSING:
        return Refusal(OutcomeLabel.UNREACHABLE)
    if rejected:
        return Refusal(OutcomeLabel.REFUSED)
    # As IHE's queries say that there is no such person: the key in QPD-3 is not known here.
    if codes == {_UNKNOWN_KEY} and all(_is_about_the_number(error) for error in errors):
        return Refusal(OutcomeLabel.NO_RECORD, Cause.NONE)
    return Refusal(OutcomeLabel.INVALID)


def _pointer(message: Message) -> str:
    """DSC-1 as it may stand in a message of ours: the partner may write with other delimiters."""
    continues = message.first("DSC")
    value = continues.first(1) if continues else None
    if not value:
        return ""
    ours = Grammar(charset=message.grammar.charset)
    return value.raw if message.grammar == ours else encode(value.whole, ours)


def _code(error: Segment) -> str:
    """ERR-3; ERR-1 held it before version 2.5."""
    return error.first(3).text() or error.first(1).text(4)


def _is_about_the_number(error: Segment) -> bool:
    where = error.first(2)
    return (where.text(1), where.text(3)) == ("QPD", "3")


def _count(query: Segment, number: int) -> int | None:
    text = query.first(number).text()
    sound = text.isascii() and text.isdecimal() and len(text) <= _COUNT_DIGITS_MAX
    return int(text) if sound else None
