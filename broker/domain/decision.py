"""What is decided: facts in, a judgement out, one decision for each partner."""

from __future__ import annotations

import datetime as dt
import enum
from dataclasses import dataclass, field

from broker.domain.category import Category
from broker.domain.grant import Grant
from broker.domain.identity import NhsNumber, Restriction
from broker.domain.objection import ObjectionSnapshot
from broker.domain.requester import Requester
from broker.domain.sensitivity import NOTHING_HIDDEN, HiddenClasses

_LIVE = "live"


class Effect(enum.StrEnum):
    """Deny overrides; no permit is a deny; an error is a deny."""

    PERMIT = "permit"
    DENY = "deny"


@dataclass(frozen=True, slots=True, kw_only=True)
class Reason:
    """Which rule of which policy said what. `topic` and `rule` are words of the policy files."""

    topic: str
    rule: str
    effect: Effect


@dataclass(frozen=True, slots=True, kw_only=True)
class PartnerFacts:
    """What a decision may know of one registered partner.

    `closed` are categories that it supplies and that are not live yet, or no more. It is not live for an
    organisation in `closed_to`, nor for one outside `open_to` (None: for everybody else it is).
    """

    partner_id: str
    ods_codes: frozenset[str]
    kind: str
    status: str
    supplies: frozenset[Category]
    closed: frozenset[Category] = frozenset()
    closed_to: frozenset[str] = frozenset()
    open_to: frozenset[str] | None = None

    def is_live_for(self, organisation_ods: str) -> bool:
        """Whether it may be asked at all for somebody at this organisation. Strictest wins."""
        if self.status != _LIVE or organisation_ods in self.closed_to:
            return False
        return self.open_to is None or organisation_ods in self.open_to


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """Everything that a decision rests on. Judged twice: before the index is asked, and after.

    Before identification `restriction` and `deceased_on` are not known and are None. `now` is aware, UTC.
    `grant` is the emergency access that the request names; `numbers` are those that the person is known by,
    and must be given with it.
    """

    requester: Requester
    partners: tuple[PartnerFacts, ...]
    objections: ObjectionSnapshot
    now: dt.datetime
    restriction: Restriction | None = None
    practice_ods: str | None = field(repr=False, default=None)
    deceased_on: str | None = field(repr=False, default=None)
    grant: Grant | None = None
    numbers: frozenset[NhsNumber] = field(repr=False, default=frozenset())


@dataclass(frozen=True, slots=True, kw_only=True)
class Withhold:
    """A part of an answer that an objection holds back: by item, by period, within categories.

    Empty `categories` is all. An item that cannot be matched with certainty (no identifier when `items`
    is set, no certain date when a period is) is withheld with its category. ISO dates, half-open.
    """

    categories: frozenset[Category] = frozenset()
    items: frozenset[tuple[str, str]] = frozenset()
    period_start: str | None = None
    period_end: str | None = None


class Naming(enum.StrEnum):
    """What a caller may be told of this partner's outcome (the disclosure policy).

    `plain`: name and label. `veiled`: no-record, refused, not-asked and fully-screened all read
    `nothing-to-show`. `folded`: the partner is one of many in a single nameless line.
    """

    PLAIN = "plain"
    VEILED = "veiled"
    FOLDED = "folded"


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """One partner, for one request. No permitted category means not asked.

    `in_scope` is False for a partner that no reader would expect (a practice that the index does not
    name): it has no line in the answer, and an exact one in the audit record. `awaits_pointer` is True for
    a partner that is asked only when a locator's pointer names it. `resource_types` is what the token's
    scopes narrow to, beside the categories; empty is every type. `hidden_classes` are the sensitivity
    classes that are not open to this reader here. `differences_shown` lets a partner's own Patient be seen
    where it says of gender, title or name what the patient index does not.
    """

    partner_id: str
    effect: Effect
    categories: frozenset[Category]
    reasons: tuple[Reason, ...]
    withholds: tuple[Withhold, ...] = ()
    locationless: bool = False
    naming: Naming = Naming.PLAIN
    in_scope: bool = True
    awaits_pointer: bool = False
    resource_types: frozenset[str] = frozenset()
    hidden_classes: HiddenClasses = NOTHING_HIDDEN
    differences_shown: bool = False


class Told(enum.StrEnum):
    """How a refusal of the whole request is put to this caller."""

    NEUTRAL = "neutral"
    OBJECTION = "objection"
    RESTRICTED = "restricted"


@dataclass(frozen=True, slots=True, kw_only=True)
class Judgement:
    """The whole answer to "may this go on?", with one decision for each partner when it may.

    `told`, `words` and `contact` say what the caller hears when `effect` is a deny. `words` and
    `contact` come from policy files only. `medicines_notice` stands on every view of medicines, for a caller
    who may see any, and is empty for others. `revision` names the policies in force.
    """

    effect: Effect
    reasons: tuple[Reason, ...]
    decisions: tuple[Decision, ...]
    revision: str
    objection_version: int
    told: Told = Told.NEUTRAL
    words: str = ""
    contact: tuple[str, ...] = ()
    suppression_notice: str = ""
    medicines_notice: str = ""

    def decision_for(self, partner_id: str) -> Decision | None:
        """The decision on one partner; None when it is not registered."""
        return next((d for d in self.decisions if d.partner_id == partner_id), None)
