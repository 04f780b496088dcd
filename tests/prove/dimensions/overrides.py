"""Emergency access as stated: each ground as it must be, and each way in which a statement may not fit."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from tests.prove.words import Granted

ASHA, BEN, OLD = "9990000018", "9990000026", "9990000034"
PERSON = frozenset({ASHA, OLD})
PARTNERS = frozenset({"addenbury", "papermill", "fen-edge-practice", "signed-always", "harbour-clinic"})
GROUNDS = ("risk-to-life", "cannot-be-asked", "safeguarding", "risk-of-harm", "person-asks-now")
WORDS_ENOUGH = "Found without breath"  # exactly as many characters as the policy asks for
_MINUTE, _INSTANT = dt.timedelta(minutes=1), dt.timedelta(microseconds=1)

# What of a statement is otherwise than the request that it goes with; times are minutes from now.
DEFECTS: dict[str, dict[str, Any]] = {
    "blank-text": {"text": " " * 40},
    "short-text": {"text": WORDS_ENOUGH[:19]},
    "padded-text": {"text": f"   {WORDS_ENOUGH[:19]}\n "},
    "expires-now": {"expires": 0},
    "not-yet": {"granted": _INSTANT},
    "longer-than-its-ground": {"granted": -240 * _MINUTE, "expires": 60 * _MINUTE},
    "another-person": {"numbers": frozenset({BEN})},
    "nobody": {"numbers": frozenset()},
    "another-user": {"user": "user-2"},
    "another-issuer": {"issuer": "issuer-2"},
    "another-organisation": {"organisation": "RX902"},
    "another-session": {"session": "session-2"},
    "another-purpose": {"purpose": "PAYMENT"},
    "ended": {"ended": True},
    "no-witness": {"ground": "person-asks-now", "witness": ""},
    "blank-witness": {"ground": "person-asks-now", "witness": " \t"},
    "witness-is-the-user": {"ground": "person-asks-now", "witness": "User-1"},
    "unknown-ground": {"ground": "curiosity"},
    "no-ground": {"ground": ""},
    "other-partners": {"partners": frozenset({"castle-hill-practice", "begins-today-always"})},
    "no-partners": {"partners": frozenset()},
}
# These are no defect: a grant at its very edge, which still fits.
EDGES: dict[str, dict[str, Any]] = {
    "granted-now": {"granted": dt.timedelta(0)},
    "last-instant": {"granted": -30 * _MINUTE + _INSTANT, "expires": _INSTANT},
    "cut-by-its-ground": {"granted": -30 * _MINUTE + _INSTANT, "expires": 600 * _MINUTE},
    "at-its-grounds-end": {"granted": -30 * _MINUTE, "expires": 600 * _MINUTE},
    "one-of-their-numbers": {"numbers": frozenset({OLD, BEN})},
    "every-partner-by-code": {"partners": frozenset({"RX901", "RX902", "D99001"})},
}
# What fits no request, whatever the policies say of words, witnesses and minutes. A grant for other partners
# fits, and touches none of these.
_BY_WORDS = ("-text", "-witness", "-is-the-user", "-partners", "longer-than-its-ground")
UNFIT = frozenset(name for name in DEFECTS if not name.endswith(_BY_WORDS))


@lru_cache(maxsize=100_000)
def granted(name: str, organisation: str, purpose: str, session: str, now: dt.datetime) -> Granted | None:
    """The statement called `name` (`ground`, or `ground, defect`), made to go with such a request."""
    if name == "no-grant":
        return None
    ground, _, otherwise = name.partition(", ")
    changes = dict(DEFECTS.get(otherwise) or EDGES.get(otherwise, {}))
    from_s = changes.pop("granted", -5 * _MINUTE)
    until = changes.pop("expires", 10 * _MINUTE) or dt.timedelta(0)
    words: Mapping[str, Any] = {
        "ground": ground,
        "numbers": frozenset({ASHA}),
        "issuer": "issuer-1",
        "user": "user-1",
        "organisation": organisation,
        "session": session,
        "purpose": purpose,
        "partners": PARTNERS,
        "granted_at": now + from_s,
        "expires_at": now + until,
        "text": WORDS_ENOUGH,
        "witness": "user-2" if ground == "person-asks-now" else "",
    }
    return Granted(**{**words, **changes})


VALID = ("no-grant", *GROUNDS)
DEFECTIVE = tuple(
    f"{'risk-to-life' if 'witness' not in name else 'person-asks-now'}, {name}" for name in DEFECTS
)
EVERY = (*VALID, *(f"{ground}, {name}" for ground in GROUNDS for name in (*DEFECTS, *EDGES)))
