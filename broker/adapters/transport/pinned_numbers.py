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


def check_numbers(request: HttpRequest, numbers: frozenset[NhsNumber]) -> None:
    """Raises TransportFault (not-allowed-call) for a number outside `numbers`, wherever it stands."""
    text = _everything_in(request)
    for _ in range(_ESCAPINGS_MAX):
        for found in _CANDIDATE.findall(_UUID.sub("|", text)):
            digits = found.translate(_SEPARATORS)
            if check_digit_holds(digits) and NhsNumber(digits) not in numbers:
                raise TransportFault(OutcomeLabel.INVALID, Cause.NOT_ALLOWED_CALL)
        if "%" not in text:
            return
        text = unquote_plus(text)


def _everything_in(request: HttpRequest) -> str:
    parts = [request.path, request.link or ""]
    for pairs in (request.query, request.form, request.headers.items()):
        for pair in pairs:
            parts += pair
    if request.body:
        parts.append(request.body.decode("utf-8", "replace"))
    return "\n".join(parts)
