"""One question, or its continuation, into a QBP^Q11 message."""

from __future__ import annotations

import string
from dataclasses import dataclass, field

from broker.domain.identity import NhsNumber
from broker.domain.query import PartnerAsk
from broker.ports.connector import MllpRequest
from connectors.hl7v2.escapes import Grammar, encode
from connectors.hl7v2.manner import Manner
from connectors.hl7v2.reading import CHARSETS
from connectors.r4 import stable_id

_TAG_CHARS = 20  # as much as every version allows MSH-10
# Digits as letters: an identifier of ours never looks like anybody's number.
_LETTERS = str.maketrans(string.digits, "ghijklmnop")
_STRUCTURE = "QBP^Q11^QBP_Q11"
_NUMBER_KIND = "NH"


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """One query message and what its answer must repeat. `pointer` continues an earlier answer."""

    control_id: str
    tag: str
    request: MllpRequest = field(repr=False)


def question(ask: PartnerAsk, number: NhsNumber, manner: Manner, *, page: int, pointer: str = "") -> Question:
    """The message that asks for one number's record; `page` counts from zero.

    The tag names the question and stays the same to its last page; each message has its own control id.
    """
    tag = _name(ask, number, "query")
    control_id = _name(ask, number, "message", str(page))
    segments = [_header(ask, control_id, manner), _parameters(tag, number, manner), _priority(manner)]
    if pointer:
        segments.append(f"DSC|{pointer}|I")
    text = "".join(f"{segment}\r" for segment in segments)
    # A pointer of signs that this character set lacks cannot be given back: the partner will not know it.
    return Question(
        control_id=control_id,
        tag=tag,
        request=MllpRequest(message=text.encode(CHARSETS[manner.character_set], "replace")),
    )


def _name(ask: PartnerAsk, number: NhsNumber, *what: str) -> str:
    return stable_id(ask.correlation_id, ask.partner_id, number.digits, *what).translate(_LETTERS)[
        :_TAG_CHARS
    ]


def _header(ask: PartnerAsk, control_id: str, manner: Manner) -> str:
    names = (
        manner.sending_application,
        manner.sending_facility,
        manner.receiving_application,
        manner.receiving_facility,
    )
    sent_at = ask.asked_at.strftime("%Y%m%d%H%M%S%z")
    return "|".join(
        [
            "MSH",
            "^~\\&",
            *(encode(name, Grammar()) for name in names),
            sent_at,
            "",
            _STRUCTURE,
            control_id,
            manner.processing,
            manner.version,
            *[""] * 4,
            "GBR",
            manner.character_set,
        ]
    )


def _parameters(tag: str, number: NhsNumber, manner: Manner) -> str:
    query = f"{encode(manner.query_code, Grammar())}^{encode(manner.query_name, Grammar())}^L"
    return f"QPD|{query}|{tag}|{number.digits}^^^{encode(manner.number_authority, Grammar())}^{_NUMBER_KIND}"


def _priority(manner: Manner) -> str:
    """At once, and so many records at most in one answer."""
    return f"RCP|I|{manner.records_per_page}^RD"
