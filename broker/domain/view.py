"""The transient, read-only view: what is shown, how it is grouped, and how complete it is."""

from __future__ import annotations

import datetime as dt
import enum
from collections.abc import Mapping
from dataclasses import dataclass, field

from broker.domain.category import Category
from broker.domain.identity import PatientIdentity
from broker.domain.outcome import OutcomeLabel, PartnerOutcome
from broker.domain.resource import Resource

# What a veiled partner reads as when it refused, holds nothing, was not asked or was wholly screened.
NOTHING_TO_SHOW = "nothing-to-show"
# The labels of a line or a holder of which nothing is missing, as far as its reader may know.
ANSWERED = frozenset({OutcomeLabel.COMPLETE.value, OutcomeLabel.NO_RECORD.value, NOTHING_TO_SHOW})


@dataclass(frozen=True, slots=True)
class Group:
    """Items that look like one fact, from several sources or twice from one.

    Indexes point into `View.items`; the first is the lead. `why` is a closed word:
    `same-identifier`, `same-content`.
    """

    members: tuple[int, ...]
    why: str


@dataclass(frozen=True, slots=True)
class Contradiction:
    """Items that cannot all be true, or versions of one thing that differ. No winner is chosen.

    `why` is a word of `broker.domain.contradictions`. `with_index` is True where the patient index's own
    record of the person is one side of it (`View.contradictions_told`).
    """

    members: tuple[int, ...]
    why: str
    with_index: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class CompletenessLine:
    """What the caller may see of one partner, or of several folded into one nameless line.

    `label` is an OutcomeLabel's value or `nothing-to-show`; `name` is empty when it may not be said.
    `differs` says that its own Patient gives a gender, title or name that the index does not.
    `from_memory_s` is 0 where it was asked for this question; else the answer is at most so many seconds old.
    `expected`, `unreadable` and `cause` are told only where nothing is screened from this reader.
    `warnings` are codes of SourceWarning, from lists that this reader may see. `supplies_none` says that it
    was not asked and supplies nothing of what was asked for, whoever the person is. `as_of` is of when the
    partner says that its answer is, as it wrote that, where that is well before it was asked.
    """

    partner_id: str
    name: str
    label: str
    shown: int = 0
    expected: int | None = None
    unreadable: int = 0
    answered_at: str = ""
    cause: str = ""
    differs: bool = False
    warnings: tuple[str, ...] = ()
    from_memory_s: int = 0
    as_of: str = ""
    supplies_none: bool = False

    @property
    def is_gap(self) -> bool:
        """True where a reader sees that something of it may be missing."""
        return self.label not in ANSWERED and not self.supplies_none


@dataclass(frozen=True, slots=True, kw_only=True)
class Holder:
    """A partner that could hold items of one category, as far as this reader may know of it.

    All but `shown` and `says_none` is of its completeness line, how old its answer may be too: one nameless
    holder stands for all that policy folds. `says_none` is true where something shown of it states that none
    is known. Whether something could be held back from this reader there is not said of any one holder: it
    would tell of an objection.
    """

    partner_id: str
    name: str
    label: str
    shown: int = 0
    cause: str = ""
    answered_at: str = ""
    from_memory_s: int = 0
    as_of: str = ""
    says_none: bool = False

    @property
    def is_gap(self) -> bool:
        """True where a reader sees that something of it may be missing."""
        return self.label not in ANSWERED


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceWarning:
    """What a source says of its own record: `confidential-items`, `data-in-transit`,
    `data-awaiting-filing`, or `other`. No partner where it may not be named.
    """

    code: str
    partner_id: str = ""
    name: str = ""


class SectionKind(enum.StrEnum):
    """What a section says where a reader looks for something and may find nothing. Five different things.

    `none-known`: a source states it of the person, and nothing else is shown. `none-recorded`: every possible
    holder has answered in full, and nothing could have been held back. `withheld-at-source`: nothing is
    shown, and a source says that it leaves out what is confidential. `not-known`: all else.
    """

    SHOWN = "shown"
    NONE_KNOWN = "none-known"
    NONE_RECORDED = "none-recorded"
    WITHHELD_AT_SOURCE = "withheld-at-source"
    NOT_KNOWN = "not-known"


@dataclass(frozen=True, slots=True, kw_only=True)
class SectionState:
    """One category for a reader: what is shown of it, who could hold it, and what absence means.

    `holders` stand in the order of the registrations; `warnings` are those that came with a list of this
    category, without saying which item they are about.
    """

    category: Category
    shown: int
    state: SectionKind
    holders: tuple[Holder, ...] = ()
    warnings: tuple[SourceWarning, ...] = ()

    @property
    def none_recorded(self) -> bool:
        """Whether "none recorded" may be said: never while a holder is missing, nor where anything could be
        held back.
        """
        return self.state is SectionKind.NONE_RECORDED

    @property
    def gaps(self) -> tuple[Holder, ...]:
        """The holders of which something may be missing, as this reader sees it."""
        return tuple(one for one in self.holders if one.is_gap)


@dataclass(frozen=True, slots=True)
class Selection:
    """What of a view a question with criteria is answered with, as indexes into `View.items`.

    `shown` has the matches in the order asked for, each followed by what comes along with it and not with
    one before. `narrows` says that an item of the types asked for may have been left out.
    """

    shown: tuple[int, ...]
    matches: frozenset[int]
    narrows: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class View:
    """Everything that presentation may use. `outcomes` are exact and go to the audit record alone.

    `person_references` holds, for each partner, every way in which it refers to the person. Unless
    `demographics_open`, the person is shown by what is needed to know that it is they, and no more.
    `askable_again` are the partners that did not answer in full and may be asked again by themselves; an
    answer `of_some` is of those that were, and says nothing of others.
    `place_kept` says that a partner keeps the person's whereabouts from this reader, or that one could that
    did not say. Without a `selection` all items are shown, in their order.
    """

    patient: PatientIdentity
    items: tuple[Resource, ...] = field(repr=False)
    groups: tuple[Group, ...]
    contradictions: tuple[Contradiction, ...]
    outcomes: tuple[PartnerOutcome, ...]
    lines: tuple[CompletenessLine, ...]
    sections: tuple[SectionState, ...]
    suppression_notice: str
    medicines_notice: str
    asked_at: dt.datetime
    narrative_hidden_from: frozenset[str] = frozenset()
    person_references: Mapping[str, frozenset[str]] = field(repr=False, default_factory=dict)
    locationless: bool = False
    demographics_open: bool = False
    place_kept: bool = False
    selection: Selection | None = None
    askable_again: frozenset[str] = frozenset()
    of_some: bool = False

    @property
    def contradictions_told(self) -> tuple[Contradiction, ...]:
        """Those that this reader may hear of: the index's own side of one is for whoever sees it whole."""
        return tuple(one for one in self.contradictions if self.demographics_open or not one.with_index)
