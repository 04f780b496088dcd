"""Categories, relationships and days into the words that staff and the public read."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence

from broker.domain.category import Category

_PLAIN: Mapping[Category, str] = {
    Category.DEMOGRAPHICS: "who you are",
    Category.ALLERGIES: "allergies",
    Category.MEDICINES: "medicines",
    Category.PROBLEMS: "conditions",
    Category.PROCEDURES: "operations",
    Category.RESULTS: "test results",
    Category.OBSERVATIONS: "measurements such as blood pressure",
    Category.VACCINATIONS: "vaccinations",
    Category.CONTACTS: "contacts with services",
    Category.APPOINTMENTS: "appointments",
    Category.REFERRALS: "referrals",
    Category.PLANS: "care plans",
    Category.ALERTS: "warnings",
    Category.DOCUMENTS: "letters",
    Category.SOCIAL_CARE: "social care",
    Category.UNCLASSIFIED: "what nobody has sorted",
}

_MONTHS = (
    *("January", "February", "March", "April", "May", "June"),
    *("July", "August", "September", "October", "November", "December"),
)

_CLASSES = {
    "hiv": "HIV",
    "unspecified": "anything private without a reason given",
    "third-party": "third parties",
}


def label(category: Category) -> str:
    """As the heading of a column."""
    return str(category).replace("-", " ").capitalize()


def plain(category: Category) -> str:
    """As a member of the public says it."""
    return _PLAIN.get(category, str(category).replace("-", " "))


def private(sensitivity: str) -> str:
    """A sensitivity class as people say it."""
    return _CLASSES.get(sensitivity, sensitivity.replace("-", " "))


def listed(words: Iterable[str], *, joint: str = "and") -> str:
    """`a, b and c`; with commas inside a word, semicolons between."""
    parts: Sequence[str] = list(words)
    if len(parts) < 2:  # noqa: PLR2004 - one word needs no joint
        return "".join(parts)
    comma = "; " if any("," in part for part in parts) else ", "
    return f"{comma.join(parts[:-1])} {joint} {parts[-1]}"


def long_day(day: dt.date) -> str:
    """`1 April 2026`, the same in every locale."""
    return f"{day.day} {_MONTHS[day.month - 1]} {day.year}"
