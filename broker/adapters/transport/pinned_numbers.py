"""Refuses a call that would carry anybody's NHS number but the decided person's.

Strict on purpose: a ten-digit stamp in a partner's cursor that happens to pass the check digit is refused
like a number. The page is then missing and said to be missing, which is the safe way to be wrong. Only a
UUID is read as the one word that it is: many servers name a person by one, and one in a thousand holds ten
such digits by chance, so that its person could never be read there.
"""

from __future__ import annotations

import re
from urllib.parse import unquote_plus

from broker.domain.identity import NhsNumber, check_digit_holds
from broker.domain.outcome import Cause, OutcomeLabel
from broker.ports.connector import HttpRequest, TransportFault

# The look back stands after the first digit: so the search jumps from digit to digit.
_CANDIDATE = re.compile(r"[0-9](?<![0-9][0-9])[0-9]{2}[ +\-]?[0-9]{3}[ +\-]?[0-9]{4}(?![0-9])", re.ASCII)
_UUID = re.compile(
    r"(?<![0-9A-Za-z-])[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}(?![0-9A-Za-z-])", re.ASCII | re.IGNORECASE
)
_SEPARATORS = str.maketrans("", "", " +-")
_ESCAPINGS_MAX = 3  # a number escaped more often than this has been hidden, not encoded
_ESCAPE_AT = 6  # MSH|^~\&: the sign that begins and ends an escape


def check_numbers(request: HttpRequest, numbers: frozenset[NhsNumber]) -> None:
    """Raises TransportFault (not-allowed-call) for a number outside `numbers`, wherever it stands."""
    text = _everything_in(request)
    for _ in range(_ESCAPINGS_MAX):
        _check_text(text, numbers)
        if "%" not in text:
            return
        text = unquote_plus(text)


def check_message(message: bytes, numbers: frozenset[NhsNumber]) -> None:
    """The same for an HL7 v2 message, also where a digit is written as an escape or is set apart by one."""
    text = message.decode("latin-1")
    escape = text[_ESCAPE_AT : _ESCAPE_AT + 1]
    for _ in range(_ESCAPINGS_MAX):
        _check_text(text, numbers)
        if not escape or escape not in text[_ESCAPE_AT + 1 :]:
            return
        text = _unescaped(text, re.escape(escape))


def _unescaped(text: str, escape: str) -> str:
    """Characters written in hexadecimal as themselves; every other escape as nothing."""
    header, body = text[: _ESCAPE_AT + 1], text[_ESCAPE_AT + 1 :]
    in_hexadecimal = re.compile(rf"{escape}X((?:[0-9A-Fa-f]{{2}})+){escape}")
    body = in_hexadecimal.sub(lambda found: bytes.fromhex(found[1]).decode("latin-1"), body)
    return header + re.sub(rf"{escape}[^{escape}\r\n]*{escape}", "", body)


def _check_text(text: str, numbers: frozenset[NhsNumber]) -> None:
    for found in _CANDIDATE.findall(_UUID.sub("|", text)):
        digits = found.translate(_SEPARATORS)
        if check_digit_holds(digits) and NhsNumber(digits) not in numbers:
            raise TransportFault(OutcomeLabel.INVALID, Cause.NOT_ALLOWED_CALL)


def _everything_in(request: HttpRequest) -> str:
    parts = [request.path, request.link or ""]
    for pairs in (request.query, request.form, request.headers.items()):
        for pair in pairs:
            parts += pair
    if request.body:
        parts.append(request.body.decode("utf-8", "replace"))
    return "\n".join(parts)
