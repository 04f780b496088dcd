"""The JSON body of `POST /emergency-access` to a Statement: read strictly, never judged."""

from __future__ import annotations

import re
from typing import Final

import msgspec

from broker.domain.errors import BadRequest
from broker.domain.grant import EmergencyGround
from broker.domain.json_bytes import UnreadableJson, parse_strict
from broker.http import parameters as read
from broker.http.refusals import Malformed
from broker.pipeline.question import Statement

TEXT_CHARACTERS_MAX: Final = 4_000
WITNESS_CHARACTERS_MAX: Final = 200
PARTNERS_MAX: Final = 1_000
MINUTES_MAX: Final = 24 * 60
_PARTNER = re.compile(r"[a-z0-9-]{1,64}", re.ASCII)
_MEMBERS = "`patient` or `identifier`, `ground`, `text`, and where wanted `partners`, `minutes`, `witness`"


class _Body(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    ground: str
    text: str
    patient: str | None = None
    identifier: str | None = None
    partners: list[str] | None = None
    minutes: int | None = None
    witness: str = ""

    def __repr__(self) -> str:
        """Nothing of anybody."""
        return "_Body()"


def read_statement(raw: bytes, base_url: str) -> tuple[Statement, str | None, str | None]:
    """The statement, and the person: the NHS number as typed, or the sealed token.

    Raises Malformed for what is not such a body, and BadRequest for a member that cannot be one.
    """
    try:
        body = msgspec.convert(parse_strict(raw), _Body)
    except (UnreadableJson, msgspec.ValidationError):
        raise Malformed(f"The body is one JSON object, each member once: {_MEMBERS}.") from None
    number, token = _person(body, base_url)
    statement = Statement(
        ground=_ground(body.ground),
        text=_words(body.text, "text", TEXT_CHARACTERS_MAX),
        partners=_partners(body.partners),
        minutes=_minutes(body.minutes),
        witness=_words(body.witness, "witness", WITNESS_CHARACTERS_MAX),
    )
    return statement, number, token


def _person(body: _Body, base_url: str) -> tuple[str | None, str | None]:
    if (body.patient is None) == (body.identifier is None):
        raise BadRequest("One person is named: `patient` as `Patient/{id}`, or `identifier` with the number.")
    if body.patient is not None:
        return None, read.patient_token(body.patient, base_url)
    return read.number_text(body.identifier), None


def _ground(word: str) -> str:
    if word not in [one.value for one in EmergencyGround]:
        raise BadRequest(f"`ground` is one of {', '.join(f'`{one}`' for one in EmergencyGround)}.")
    return word


def _words(text: str, name: str, characters_max: int) -> str:
    if len(text) > characters_max:
        raise BadRequest(f"`{name}` has at most {characters_max} characters.")
    return text


def _partners(named: list[str] | None) -> frozenset[str]:
    if named is None:
        return frozenset()
    if not named or len(named) > PARTNERS_MAX or not all(_PARTNER.fullmatch(one) for one in named):
        raise BadRequest("`partners` lists at least one registration id; leave it out to mean all of them.")
    return frozenset(named)


def _minutes(given: int | None) -> int | None:
    if given is not None and not 1 <= given <= MINUTES_MAX:
        raise BadRequest(f"`minutes` is a whole number from 1 to {MINUTES_MAX}.")
    return given
