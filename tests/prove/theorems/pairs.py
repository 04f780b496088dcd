"""Two requests that differ in one word alone: the stricter word never opens what the other does not."""

from __future__ import annotations

from tests.prove.dimensions.overrides import PARTNERS, UNFIT
from tests.prove.theorems.statement import PairTheorem

_LOOSER: dict[str, dict[str, tuple[str, ...]]] = {
    "role": {
        "doctor-and-nurse": ("doctor", "nurse"),
        "all-who-care": ("doctor", "nurse", "doctor-and-nurse", "pharmacist", "social-worker"),
        "doctor-and-receptionist": ("doctor", "receptionist"),
        "doctor-and-unknown": ("doctor",),
        "unknown-role": ("doctor", "nurse", "receptionist"),
        "no-role": ("doctor", "receptionist"),
    },
    "purpose": dict.fromkeys(
        ("BTG", "THREAT", "HRESCH", "treat", "no-purpose"), ("TREAT", "ETREAT", "COORDN", "CAREMGT")
    ),
    "relationship": {"none": ("launch-context", "registration", "referral", "booking", "self-claimed")},
    "organisation": dict.fromkeys(
        ("board", "stranger", "nobody"), ("hospital", "practice", "other-practice")
    ),
    "engine": dict.fromkeys(
        (
            "roles-in-error",
            "relationships-in-error",
            "agreement-in-error",
            "objections-in-error",
            "classes-in-error",
        ),
        ("ready",),
    ),
    "death": {
        "died-27-days-ago": ("alive", "died-today"),
        "died-28-days-ago": ("alive", "died-27-days-ago"),
        "died-29-days-ago": ("died-28-days-ago", "died-today"),
        "died-unreadably": ("alive", "died-today"),
        "died-on-no-day": ("alive", "died-today"),
    },
    "restriction": {"restricted": ("unprotected",), "very-restricted": ("unprotected", "restricted")},
    "practice": {"no-practice": ("with-a-practice", "with-another-practice")},
    "session": {"no-session": ("with-a-session",)},
}


_NAME_OTHERS = frozenset({"other-partners", "no-partners", "every-partner-by-code"})


def _looser(dimension: str, value: str) -> tuple[str, ...]:
    return _LOOSER[dimension].get(value, ())


def _looser_scopes(value: str) -> tuple[str, ...]:
    return {
        "no-scopes": (),
        "everything": ("no-scopes",),
        "observations": ("no-scopes", "everything", "observations-and-plans"),
    }.get(value, ("no-scopes", "everything"))


def _looser_objection(value: str) -> tuple[str, ...]:
    """Whoever says more holds more."""
    if value == "nothing-said":
        return ()
    together = {
        "item-and-category": ("to-an-item", "to-a-category"),
        "a-letter-and-letters": ("to-a-letter", "to-letters"),
        "a-letter-and-some": ("to-a-letter", "to-a-category"),
        "opened-and-names-me": ("not-upheld", "names-me"),
        "opened-and-upheld": ("not-upheld", "at-a-source"),
    }.get(value, tuple(value.split(" + ")) if " + " in value else ())
    return ("nothing-said", *together)


def _looser_grant(value: str) -> tuple[str, ...]:
    """One that does not fit is stricter than none, and than the one that would have fitted."""
    ground, _, otherwise = value.partition(", ")
    return ("no-grant", ground) if otherwise in UNFIT else ()


def _other_than_none(value: str) -> tuple[str, ...]:
    return () if value == "no-grant" or value.rpartition(", ")[2] in _NAME_OTHERS else ("no-grant",)


def _naming_none_of_these(value: str) -> tuple[str, ...]:
    return ("no-grant",) if value.rpartition(", ")[2] in _NAME_OTHERS else ()


def _named(partner: str) -> bool:
    return partner in PARTNERS


def _not_named(partner: str) -> bool:
    return partner not in PARTNERS


THEOREMS = (
    *(
        PairTheorem(
            f"No stricter {name} opens anything.", name, lambda value, name=name: _looser(name, value)
        )
        for name in _LOOSER
    ),
    PairTheorem("No narrower scopes open anything.", "scopes", _looser_scopes),
    PairTheorem(
        "Nothing that the person says beside it loosens what an objection holds.",
        "objection",
        _looser_objection,
    ),
    PairTheorem(
        "At a partner that it does not name a grant opens nothing.", "override", _other_than_none, _not_named
    ),
    PairTheorem(
        "A grant that names no registration opens nothing.", "override", _naming_none_of_these, _named
    ),
    PairTheorem(
        "A grant that does not fit opens nothing that is not open without it, or with one that fits.",
        "override",
        _looser_grant,
    ),
)
