"""The policies in force, compiled: frozen sets and mappings, so that a decision costs microseconds.

What governance staff edit is under `policies/`; `broker/policy` reads and checks it into a PolicySet.
Every word here is of a closed vocabulary: a file that uses another is refused.
"""

from __future__ import annotations

import datetime as dt
import enum
from collections.abc import Mapping
from dataclasses import dataclass, field

from broker.domain.category import Category
from broker.domain.decision import Naming
from broker.domain.emergency import EmergencyAccessRules
from broker.domain.governance import Governance
from broker.domain.identity import Restriction
from broker.domain.leads import SHIPPED_LEADS
from broker.domain.objection import ObjectionState
from broker.domain.reconstruction import Reconstruction
from broker.domain.requester import RelationshipGround
from broker.domain.sensitivity import SensitiveRules


class Topic(enum.StrEnum):
    """One folder each under `policies/`, in the order of reading."""

    ROLES = "roles"
    PURPOSES = "purposes"
    RELATIONSHIPS = "relationships"
    SHARING_AGREEMENT = "sharing-agreement"
    DISCLOSURE = "disclosure"
    OBJECTIONS = "objections"
    EMERGENCY_ACCESS = "emergency-access"
    SENSITIVE_INFORMATION = "sensitive-information"


class Purpose(enum.StrEnum):
    """Reasons for asking that a token may carry (HL7 v3-ActReason). A policy sorts every one of them."""

    TREATMENT = "TREAT"
    EMERGENCY_TREATMENT = "ETREAT"
    COORDINATION = "COORDN"
    CARE_MANAGEMENT = "CAREMGT"
    BREAK_THE_GLASS = "BTG"
    THREAT = "THREAT"
    PATIENT_REQUEST = "PATRQT"
    FAMILY_REQUEST = "FAMRQT"
    PUBLIC_HEALTH = "PUBHLTH"
    RESEARCH = "HRESCH"
    PAYMENT = "HPAYMT"
    OPERATIONS = "HOPERAT"
    MARKETING = "HMARKT"
    LEGAL = "HLEGAL"


# The reasons that are care of the person in front of the caller. A policy may permit fewer, never more.
DIRECT_CARE = frozenset(
    {
        Purpose.TREATMENT,
        Purpose.EMERGENCY_TREATMENT,
        Purpose.COORDINATION,
        Purpose.CARE_MANAGEMENT,
    }
)


class Ground(enum.StrEnum):
    """Why an objection may not be upheld: the closed list of the public page and its sister page."""

    SAFEGUARDING = "safeguarding"
    PUBLIC_INTEREST = "public-interest"
    RISK_OF_HARM = "risk-of-harm"
    CARE_NOT_POSSIBLE = "care-not-possible"


class Decider(enum.StrEnum):
    """Who may decide that an objection is not upheld."""

    CALDICOTT_GUARDIAN = "caldicott-guardian"
    SAFEGUARDING_LEAD = "safeguarding-lead"
    INFORMATION_GOVERNANCE_LEAD = "information-governance-lead"


class ToldFirst(enum.StrEnum):
    """Whether the person is told before a decision not to uphold takes effect."""

    ALWAYS = "always"
    UNLESS_HARM = "unless-harm"


class Differences(enum.StrEnum):
    """Whether a partner's own Patient is shown that says of gender, title or name what the index does not."""

    HIDDEN = "hidden"
    SHOWN = "shown"


class Asked(enum.StrEnum):
    """When a partner is a plausible holder: always, only when the patient index names it, or only when a
    pointer of a locator does.
    """

    ALWAYS = "always"
    REGISTERED_PRACTICE = "registered-practice"
    POINTED_TO = "pointed-to"


# What says nothing of where a person is or goes: all that a restricted person's record may ever open.
PLACELESS = frozenset(
    {
        Category.ALLERGIES,
        Category.MEDICINES,
        Category.PROBLEMS,
        Category.PROCEDURES,
        Category.RESULTS,
        Category.OBSERVATIONS,
        Category.VACCINATIONS,
        Category.ALERTS,
    }
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where a rule is written, and what it says: `title` is governance's own sentence."""

    file: str
    line: int
    title: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RoleGroup:
    """People who may see the same. `categories` is the most that any partner's data can open to them."""

    group_id: str
    clinical: bool
    categories: frozenset[Category]


@dataclass(frozen=True, slots=True, kw_only=True)
class Term:
    """A span of days, half-open: `start <= day < end`; no `end` is open."""

    start: dt.date
    end: dt.date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Party:
    """One signatory of the sharing agreement. Without `partner_id` it supplies nothing.

    `also` are further registrations of the same organisation: the same party, spoken to in another way.
    `phase` is when its phase of the programme went live, `term` its own membership; both must hold. While one
    of `suspended` runs it neither supplies nor sees.
    `seen` is what each role group may see of what this party supplies.
    """

    party_id: str
    partner_id: str | None
    organisations: frozenset[str]
    may_view: bool
    phase: Term
    term: Term
    asked: Asked = Asked.ALWAYS
    seen: Mapping[str, frozenset[Category]] = field(default_factory=dict)
    also: frozenset[str] = frozenset()
    suspended: tuple[Term, ...] = ()

    @property
    def practices(self) -> frozenset[str]:
        """Those of its organisations that are practices: asked only where the patient index names them."""
        return self.organisations if self.asked is Asked.REGISTERED_PRACTICE else frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class Network:
    """Practices (ODS codes) that see each other's patients, each in one of `relationships` alone."""

    network_id: str
    practices: frozenset[str]
    relationships: frozenset[RelationshipGround]

    def joins(self, one: str, other: str, relationship: RelationshipGround) -> bool:
        """Whether practice `one` may see what practice `other` supplies."""
        return {one, other} <= self.practices and relationship in self.relationships


@dataclass(frozen=True, slots=True, kw_only=True)
class RelationshipRule:
    """One ground that counts. Empty `roles` is every role group; `alert` tells a privacy officer."""

    ground: RelationshipGround
    roles: frozenset[str]
    alert: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class GroundRule:
    """One ground on which an objection may not be upheld.

    A decision on it is of one in `decided_by`, opens to role groups of `to` and categories of `opens` at
    most, and is reviewed within `review_within_days`. `title` is governance's own sentence.
    """

    ground: Ground
    title: str
    decided_by: frozenset[Decider]
    to: frozenset[str]
    opens: frozenset[Category]
    review_within_days: int
    told_first: ToldFirst


@dataclass(frozen=True, slots=True, kw_only=True)
class ObjectionRules:
    """Which states bind, which grounds may open a carve-out, who is told what, and who reads the register.

    `told_roles` and `told_relationships` name the callers who hear of an objection. `tells_staff` is
    whether a named member of staff hears that the objection is about them.
    """

    binds: frozenset[ObjectionState]
    opens: frozenset[ObjectionState]
    ends: frozenset[ObjectionState]
    grounds: Mapping[str, GroundRule]
    told_roles: frozenset[str]
    told_relationships: frozenset[RelationshipGround]
    tells_staff: bool
    words: str
    contact: tuple[str, ...]
    governance: Governance = field(default_factory=Governance)


@dataclass(frozen=True, slots=True, kw_only=True)
class Emergency:
    """What a restricted person's record may open, for what purpose, to whom."""

    restrictions: frozenset[Restriction]
    purposes: frozenset[str]
    roles: frozenset[str]
    categories: frozenset[Category]


@dataclass(frozen=True, slots=True, kw_only=True)
class DisclosureRules:
    """What is said about what is withheld, and how a restricted person is protected."""

    naming: Mapping[str, Naming]
    otherwise: Naming
    notice: str
    medicines_notice: str
    differences: Differences
    neutral_words: str
    neutral_contact: tuple[str, ...]
    restricted_roles: frozenset[str]
    restricted_relationships: frozenset[RelationshipGround]
    restricted_words: str
    restricted_contact: tuple[str, ...]
    emergency: Emergency | None


@dataclass(frozen=True, slots=True, kw_only=True)
class PolicySet:
    """Everything that a decision obeys. `revision` is a digest of the files' content.

    `in_force_from` is the latest start of any topic: before it nothing is permitted. `places` finds the
    line in a file that a Reason's topic and rule came from. `leads` are the kinds of partner that hold the
    record of each category, best first: an order among what is shown anyway, and no permit.
    """

    revision: str
    in_force_from: dt.date
    national_roles: Mapping[str, RoleGroup]
    local_roles: Mapping[str, RoleGroup]
    purposes: frozenset[str]
    refused_purposes: frozenset[str]
    care_ends_days_after_death: int
    relationships: Mapping[RelationshipGround, RelationshipRule]
    parties: tuple[Party, ...]
    party_of_organisation: Mapping[str, Party]
    party_of_partner: Mapping[str, Party]
    networks: tuple[Network, ...]
    objections: ObjectionRules
    disclosure: DisclosureRules
    emergency_access: EmergencyAccessRules
    sensitive: SensitiveRules
    leads: Mapping[Category, tuple[str, ...]] = field(default_factory=lambda: SHIPPED_LEADS)
    reconstruction: Reconstruction = field(default_factory=Reconstruction)
    places: Mapping[tuple[str, str], Place] = field(repr=False, compare=False, default_factory=dict)

    @property
    def groups(self) -> Mapping[str, RoleGroup]:
        """Every role group by its id."""
        known = (*self.national_roles.values(), *self.local_roles.values())
        return {group.group_id: group for group in known}
