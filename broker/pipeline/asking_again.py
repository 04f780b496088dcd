"""Those that did not answer in full, asked again by themselves: who they are, and what such an answer says.

Whom to ask again follows from the lines that the caller sees, so that a token tells nothing more than they
do. Whoever is kept closely is never among them: asked alone, the time would tell what the answer does not.
Pure.
"""

from __future__ import annotations

import dataclasses
import struct
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass, field
from typing import Final

from broker.domain.decision import Judgement
from broker.domain.errors import BadRequest, Gone, NotFound
from broker.domain.identity import NhsNumber
from broker.domain.outcome import Cause, OutcomeLabel, PartnerOutcome
from broker.domain.policy import PolicySet
from broker.domain.registration import PartnerRegistration
from broker.domain.requester import Requester
from broker.domain.view import CompletenessLine, View
from broker.pipeline.kept_closely import kept_closely
from broker.pipeline.services import Services
from broker.ports.sealer import Sealer

_KIND = "again"
_ENDS = struct.Struct(">Q")
_NAME_BYTES = 4
# Names come in blocks, so that a token tells no exact number of them.
BLOCK_BYTES: Final = 8 * _NAME_BYTES
NAMED_MAX: Final = 64
_WORTH_IT = frozenset({OutcomeLabel.TIMED_OUT, OutcomeLabel.UNREACHABLE, OutcomeLabel.PARTIAL})


def askable_again(view: View, judgement: Judgement, in_force: Callable[[], PolicySet]) -> frozenset[str]:
    """None where there are more than a token holds: then the whole is asked again."""
    found = frozenset(line.partner_id for line in view.lines if line.partner_id and _is_worth_it(line))
    if found:
        found -= kept_closely(judgement, in_force())
    return found if len(found) <= NAMED_MAX else frozenset()


def _is_worth_it(line: CompletenessLine) -> bool:
    return line.label in _WORTH_IT or line.cause == Cause.THROTTLED


@dataclass(frozen=True, slots=True)
class Again:
    """Whom one caller may ask again about one person, for one purpose. A token stands as long as the person's
    sealed id does.
    """

    sealer: Sealer = field(repr=False)
    requester: Requester
    number: NhsNumber = field(repr=False)
    at_s: float
    lifetime_s: int

    def seal(self, partners: frozenset[str]) -> str:
        """The same all through one lifetime."""
        ends_s = (int(self.at_s) // self.lifetime_s + 1) * self.lifetime_s
        plain = _ENDS.pack(ends_s) + packed(partners, self.sealer)
        return self.sealer.note(_KIND, plain, self._bound, self.requester)

    def open(self, token: str) -> bytes:
        """What names the partners. Raises BadRequest for what is no such token, Gone for one of another
        caller, person or purpose, or over its time.
        """
        try:
            plain = self.sealer.open_note(_KIND, token, self._bound, self.requester)
        except NotFound:
            raise BadRequest("`_again` is not one that this broker gave.") from None
        if not 0 < _ENDS.unpack_from(plain)[0] - self.at_s <= self.lifetime_s:
            raise Gone
        return plain[_ENDS.size :]

    @property
    def _bound(self) -> bytes:
        return f"{self.number.digits}\x1f{self.requester.purpose}".encode()


def packed(partners: Collection[str], sealer: Sealer) -> bytes:
    """Their names as keyed digests, in an order that tells nothing, with noughts up to the next length."""
    names = b"".join(sorted(_name(one, sealer) for one in partners))
    return names.ljust(-(-len(names) // BLOCK_BYTES) * BLOCK_BYTES, b"\0")


def named(
    again: bytes, registrations: Iterable[PartnerRegistration], sealer: Sealer
) -> tuple[PartnerRegistration, ...]:
    """Those of the registrations that a token names. Raises Gone where none of them is among these."""
    names = {again[at : at + _NAME_BYTES] for at in range(0, len(again), _NAME_BYTES)}
    found = tuple(one for one in registrations if _name(one.partner_id, sealer) in names)
    if not found:
        raise Gone
    return found


def _name(partner_id: str, sealer: Sealer) -> bytes:
    return sealer.digest(b"again\0" + partner_id.encode())[:_NAME_BYTES]


def narrowed_to(again: bytes, services: Services, judgement: Judgement) -> Services:
    """The services with those partners alone, and, where one of them waits for a pointer, the locators.

    Policy may have changed since the token was given: who is kept closely by now is not asked by it. Raises
    Gone where nobody is left.
    """
    close = kept_closely(judgement, services.policies())
    open_ = (one for one in services.registrations if one.partner_id not in close)
    asked = {one.partner_id for one in named(again, open_, services.sealer)}
    if any(one.awaits_pointer for one in judgement.decisions if one.partner_id in asked):
        asked |= {partner_id for partner_id, road in services.roads.items() if road.locates}
    registrations = tuple(one for one in services.registrations if one.partner_id in asked)
    return dataclasses.replace(services, registrations=registrations)


def of_those_alone(view: View, registrations: Iterable[PartnerRegistration]) -> View:
    """No negative and no line of anybody else; the trail has a line of every partner all the same."""
    asked = {one.partner_id: one for one in view.outcomes}
    outcomes = tuple(asked.get(one.partner_id) or _left_out(one.partner_id) for one in registrations)
    lines = tuple(one for one in view.lines if one.partner_id in asked)
    return dataclasses.replace(view, outcomes=outcomes, lines=lines, sections=(), of_some=True)


def _left_out(partner_id: str) -> PartnerOutcome:
    return PartnerOutcome(partner_id=partner_id, label=OutcomeLabel.NOT_ASKED, cause=Cause.NOT_ASKED_AGAIN)
