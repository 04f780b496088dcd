"""What the person said: an objection in every state, of every scope, with every kind of carve-out."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

from tests.prove.agreed import DAY
from tests.prove.dimensions.people import Values
from tests.prove.words import CarveOut, Objected
from tests.support.policies import NETWORK

NHS_ITEM = ("https://addenbury.example/ids", "a-letter")
_PLANS = frozenset({"plans", "alerts", "documents", "medicines"})
_HERE = frozenset({"addenbury", "signed-always", "D99001"})

# Every name that the policies which ship and their registrations know.
EVERYBODY = frozenset({*NETWORK, *(code for codes in NETWORK.values() for code in codes)}) | {
    "integrated-care-board",
    "QX9",
}

OPENED = CarveOut(
    ground="safeguarding",
    roles=frozenset({"doctor", "nurse", "receptionist", "social-worker"}),
    categories=_PLANS,
    partners=_HERE,
    review_on=DAY + dt.timedelta(1),
)
_RESULTS, _WHO = frozenset({"results"}), frozenset({"demographics"})
_NOT_UPHELD = Objected(state="not-upheld", carve_out=OPENED)

ONE_EACH: dict[str, Objected] = {
    "received": Objected(state="received"),
    "unverified": Objected(state="received", verified=False),
    "under-review": Objected(state="under-review"),
    "upheld": Objected(state="upheld"),
    "partly-upheld": Objected(state="partly-upheld", categories=_RESULTS),
    "withdrawn": Objected(state="withdrawn", carve_out=OPENED),
    "not-upheld": _NOT_UPHELD,
    "not-upheld-due-today": replace(_NOT_UPHELD, carve_out=replace(OPENED, review_on=DAY)),
    "not-upheld-unknown-ground": replace(_NOT_UPHELD, carve_out=replace(OPENED, ground="convenience")),
    "at-a-source": Objected(state="upheld", partners=_HERE, direction="source"),
    "at-a-viewer": Objected(state="upheld", partners=frozenset({"RX901"}), direction="viewer"),
    "both-ways": Objected(state="upheld", partners=frozenset({"addenbury"})),
    "at-nobody-known": Objected(state="upheld", partners=frozenset({"RX999"}), direction="source"),
    "at-everybody": Objected(state="upheld", partners=EVERYBODY, direction="source"),
    "names-me": Objected(state="upheld", staff=frozenset({"user-1"})),
    "names-another": Objected(state="upheld", staff=frozenset({"user-2"})),
    "to-a-category": Objected(state="upheld", categories=frozenset({"documents", "problems"})),
    "to-a-letter": Objected(
        state="upheld", items=frozenset({NHS_ITEM}), categories=frozenset({"documents", "plans"})
    ),
    "to-letters": Objected(state="under-review", categories=frozenset({"documents", "plans"})),
    "to-who-I-am": Objected(state="upheld", categories=_WHO),
    "to-an-item": Objected(state="upheld", items=frozenset({NHS_ITEM})),
    "to-a-period": Objected(state="upheld", period_from="2020-01-01", period_until="2021-01-01"),
}
_MORE: dict[str, tuple[Objected, ...]] = {
    "nothing-said": (),
    "item-and-category": (ONE_EACH["to-an-item"], ONE_EACH["to-a-category"]),
    "a-letter-and-letters": (ONE_EACH["to-a-letter"], ONE_EACH["to-letters"]),
    "a-letter-and-some": (ONE_EACH["to-a-letter"], ONE_EACH["to-a-category"]),
    "opened-and-names-me": (_NOT_UPHELD, ONE_EACH["names-me"]),
    "opened-and-upheld": (_NOT_UPHELD, ONE_EACH["at-a-source"]),
}


def _values(each: dict[str, tuple[Objected, ...]]) -> Values:
    return {name: {"objections": objections} for name, objections in each.items()}


OBJECTIONS: Values = _values(_MORE | {name: (one,) for name, one in ONE_EACH.items()})
NAMES_ME = frozenset({"names-me", "opened-and-names-me"})

SCOPES_OBJECTED: dict[str, dict[str, object]] = {
    "whole": {},
    "source": {"partners": frozenset({"papermill"}), "direction": "source"},
    "source-by-code": {"partners": frozenset({"RX903"}), "direction": "source"},
    "my-organisation": {"partners": frozenset({"addenbury"}), "direction": "viewer"},
    "another-viewer": {"partners": frozenset({"RX904"}), "direction": "viewer"},
    "two-both-ways": {"partners": frozenset({"nenewest", "D99001"})},
    "known-and-unknown": {"partners": frozenset({"papermill", "RX999"}), "direction": "viewer"},
    "me-at-a-source": {"partners": frozenset({"papermill"}), "staff": frozenset({"user-1", "user-2"})},
    "category": {"categories": frozenset({"plans", "results"})},
    "category-at-a-source": {"partners": frozenset({"RX901"}), "categories": _PLANS, "direction": "source"},
    "item": {"items": frozenset({NHS_ITEM}), "categories": frozenset({"documents", "demographics"})},
    "period-from": {"period_from": "2020-01-01"},
    "period-until-who-I-am": {"period_until": "2020-01-01", "categories": _WHO},
}

_CARVED: dict[str, CarveOut | None] = {
    "nothing-decided": None,
    "opened": OPENED,
    "for-the-public": replace(OPENED, ground="public-interest"),
    "for-harm": replace(OPENED, ground="risk-of-harm"),
    "for-care": replace(OPENED, ground="care-not-possible"),
    "no-ground": replace(OPENED, ground=""),
    "no-roles": replace(OPENED, roles=frozenset()),
    "all-categories": replace(OPENED, categories=frozenset()),
    "all-partners": replace(OPENED, partners=frozenset()),
    "by-code": replace(OPENED, partners=frozenset({"RX901", "RX902"})),
    "no-review": replace(OPENED, review_on=None),
    "due-yesterday": replace(OPENED, review_on=DAY - dt.timedelta(1)),
    "due-today": replace(OPENED, review_on=DAY),
    "for-clinicians": replace(OPENED, roles=frozenset({"pharmacist", "allied-health", "doctor"})),
    "what-is-held": replace(OPENED, categories=frozenset({"results", "demographics", "plans"})),
}

CARVED: Values = _values(
    {
        f"{scope}, not upheld, {name}": (Objected(state="not-upheld", carve_out=carved, **words),)  # type: ignore[arg-type] # words of a table
        for scope, words in SCOPES_OBJECTED.items()
        for name, carved in _CARVED.items()
    }
)
STATES_OBJECTED: Values = _values(
    {
        f"{scope}, {state}": (Objected(state=state, carve_out=OPENED, **words),)  # type: ignore[arg-type] # as above
        for scope, words in SCOPES_OBJECTED.items()
        for state in ("received", "under-review", "upheld", "partly-upheld", "withdrawn")
    }
)
PAIRS: Values = _values(
    {
        f"{one} + {other}": (ONE_EACH[one], ONE_EACH[other])
        for one in ONE_EACH
        for other in ONE_EACH
        if one < other
    }
)
