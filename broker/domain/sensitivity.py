"""Sensitivity classes: what is kept more closely than its category, what marks it, and whom it is open to.

An item is of a class by a security label, by a code of a list, or by the partner that it came from. A
label that policy does not sort is kept too, without a known reason: not knowing is a no.
"""

from __future__ import annotations

import enum
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field

from broker.domain.category import Category
from broker.domain.requester import RelationshipGround

# A label of this system is the name of a class itself, whatever a policy lists beside it.
OWN_SYSTEM = "https://watersmeet.example/fhir/CodeSystem/sensitivity"

Label = tuple[str, str]


class SensitivityClass(enum.StrEnum):
    """The closed list. `unspecified` is what is labelled as kept closely, and nobody says why."""

    SEXUAL_HEALTH = "sexual-health"
    ASSISTED_CONCEPTION = "assisted-conception"
    TERMINATION = "termination"
    GENDER_IDENTITY = "gender-identity"
    GENDER_RECOGNITION = "gender-recognition"
    HIV = "hiv"
    SUBSTANCE_MISUSE = "substance-misuse"
    DOMESTIC_ABUSE = "domestic-abuse"
    THIRD_PARTY = "third-party"
    SAFEGUARDING = "safeguarding"
    RESTRICTED_LOCATION = "restricted-location"
    UNSPECIFIED = "unspecified"


# Gender Recognition Act 2004, section 22; Human Fertilisation and Embryology Act 1990, section 33A.
# No role, relationship or emergency opens these, and no file can say otherwise.
LEGAL = frozenset({SensitivityClass.ASSISTED_CONCEPTION, SensitivityClass.GENDER_RECOGNITION})


@dataclass(frozen=True, slots=True, kw_only=True)
class ClassRule:
    """One class: who may see it, and what marks it.

    It is open to `roles` with one of `relationships`, and in an emergency to `emergency_roles`. `labels`
    are security labels by system and code, `codes` SNOMED CT identifiers, `sources` partners of which all
    is of the class. `categories` are those in which its items stand.
    """

    sensitivity: SensitivityClass
    roles: frozenset[str] = frozenset()
    relationships: frozenset[RelationshipGround] = frozenset()
    emergency_roles: frozenset[str] = frozenset()
    labels: frozenset[Label] = frozenset()
    codes: frozenset[str] = frozenset()
    sources: frozenset[str] = frozenset()
    categories: frozenset[Category] = frozenset()

    @property
    def is_legal(self) -> bool:
        """True when nothing opens it."""
        return self.sensitivity in LEGAL


@dataclass(frozen=True, eq=False, kw_only=True)
class SensitiveRules:
    """The sensitive information policy. `ordinary` labels were read, and mean no class."""

    classes: Mapping[SensitivityClass, ClassRule]
    ordinary: frozenset[Label]


@dataclass(frozen=True, slots=True, kw_only=True)
class HiddenClasses:
    """The classes that are not open to one reader at one partner, ready to be looked for. Make it by `of`.

    `known` are the labels of every class, hidden or not: beside one of them a bare "restricted" has its
    reason. `codes` is keyed by the categories in which they may stand. `words` are the labels' codes in
    small letters: in a system that nobody placed, they mean the class all the same.
    """

    rules: frozenset[ClassRule] = frozenset()
    known: frozenset[Label] = frozenset()
    ordinary: frozenset[Label] = frozenset()
    labels: frozenset[Label] = field(default=frozenset(), compare=False)
    words: frozenset[str] = field(default=frozenset(), compare=False)
    codes: Mapping[Category, frozenset[bytes]] = field(default_factory=dict, compare=False, repr=False)
    unspecified: ClassRule | None = field(default=None, compare=False)
    categories: frozenset[Category] = field(default=frozenset(), compare=False)
    only_legal: bool = field(default=True, compare=False)

    @classmethod
    def of(
        cls, rules: Iterable[ClassRule], known: frozenset[Label], ordinary: frozenset[Label]
    ) -> HiddenClasses:
        """Those of `rules`, which are all hidden from the reader."""
        hidden = frozenset(rules)
        named = [one for one in hidden if one.sensitivity is not SensitivityClass.UNSPECIFIED]
        told = [one for one in hidden if not one.is_legal]
        return cls(
            rules=hidden,
            known=known,
            ordinary=ordinary,
            labels=frozenset().union(*(one.labels for one in named)),
            words=frozenset(_word(code) for one in named for _, code in one.labels),
            codes=_by_category(named),
            unspecified=next((one for one in hidden if one not in named), None),
            categories=frozenset().union(*(one.categories for one in told)),
            only_legal=not told,
        )

    def __bool__(self) -> bool:
        """True when any class is hidden."""
        return bool(self.rules)

    @property
    def classes(self) -> frozenset[SensitivityClass]:
        """Their names."""
        return frozenset(rule.sensitivity for rule in self.rules)

    def only(self, sensitivity: SensitivityClass) -> HiddenClasses:
        """That one class alone, where it is among them; else nothing."""
        rules = [rule for rule in self.rules if rule.sensitivity is sensitivity]
        return HiddenClasses.of(rules, self.known, self.ordinary)

    def with_others(self, others: HiddenClasses) -> HiddenClasses:
        """What either hides."""
        if self == others:
            return self
        return HiddenClasses.of(
            self.rules | others.rules, self.known & others.known, self.ordinary & others.ordinary
        )

    def hides_labels(self, labels: Collection[Label]) -> bool:
        """True when one of an item's labels is of a hidden class, or is one that nobody can place.

        One that nobody can place and that has a hidden class's own code is of that class: to see what
        is kept without a reason is not to see what is kept for that one.
        """
        if not self.labels.isdisjoint(labels):
            return True
        unexplained = set(labels) - self.known - self.ordinary
        if any(_word(code) in self.words for _, code in unexplained):
            return True
        if self.unspecified is None:
            return False
        if not self.known.isdisjoint(labels):
            unexplained -= self.unspecified.labels
        return bool(unexplained)


def _word(code: str) -> str:
    return code.strip().casefold()


def _by_category(rules: Iterable[ClassRule]) -> Mapping[Category, frozenset[bytes]]:
    found: dict[Category, frozenset[bytes]] = {}
    for rule in rules:
        codes = frozenset(code.encode() for code in rule.codes)
        for category in rule.categories | {Category.UNCLASSIFIED} if codes else ():
            found[category] = found.get(category, frozenset()) | codes
    return found


NOTHING_HIDDEN = HiddenClasses()
