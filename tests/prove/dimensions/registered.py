"""The partners that requests are judged at: as they ship, in every state of the agreement, in trouble."""

from __future__ import annotations

from dataclasses import replace

from broker.domain.category import Category
from tests.prove.agreed import AGREED
from tests.prove.words import Registered
from tests.support.policies import NETWORK

EVERYTHING = frozenset(str(category) for category in Category)
_PRACTICES = ("fen-edge-practice", "fen-edge-documents", "castle-hill-practice")


def _plain(partner: str, organisations: frozenset[str]) -> Registered:
    kind = "gp" if partner in _PRACTICES or partner.endswith("registered-practice") else "hospital"
    return Registered(partner=partner, organisations=organisations, kind=kind, supplies=EVERYTHING)


SHIPPED = tuple(_plain(*each) for each in NETWORK.items())
_BY_NAME = {one.partner: one for one in SHIPPED}
_STRANGER = _plain("nobody-signed", frozenset({"RX999"}))
AGREED_PARTNERS = tuple(_plain(*each) for each in AGREED.items())

# What is not as it should be with each of the partners that ship, or is so and still lets it answer.
TROUBLES: dict[str, Registered] = {
    "draft": replace(_BY_NAME["addenbury"], status="draft"),
    "testing": replace(_BY_NAME["papermill"], status="testing"),
    "suspended": replace(_BY_NAME["nenewest"], status="suspended"),
    "status-unknown": replace(_BY_NAME["nenewest-letters"], status="Live"),
    "closed-to-the-hospital": replace(_BY_NAME["ousebank"], closed_to=frozenset({"RX901"})),
    "open-to-others-alone": replace(_BY_NAME["fenland-community"], open_to=frozenset({"RX904"})),
    "open-to-the-hospital": replace(_BY_NAME["county-council"], open_to=frozenset({"RX901", "D99001"})),
    "categories-closed": replace(_BY_NAME["city-council"], closed=frozenset({"plans", "demographics"})),
    "supplies-nothing": replace(_BY_NAME["harbour-clinic"], supplies=frozenset()),
    "covers-many-practices": replace(
        _BY_NAME["fen-edge-practice"], organisations=frozenset({"D99001", "D99002", "D99999"})
    ),
    "practice-by-its-kind": replace(_BY_NAME["castle-hill-practice"], kind=""),
    "not-a-party": _STRANGER,
}

SETS: dict[str, tuple[Registered, ...]] = {
    "shipped": SHIPPED,
    "agreed": (*AGREED_PARTNERS, _BY_NAME["addenbury"], _BY_NAME["harbour-clinic"], _STRANGER),
    "troubled": tuple(TROUBLES.values()),
    "two": (_BY_NAME["addenbury"], _BY_NAME["fen-edge-practice"]),
    "none": (),
}


def words_of_set(name: str) -> tuple[str, ...]:
    """What each partner of a set stands for, in their order."""
    return tuple(TROUBLES) if name == "troubled" else tuple(one.partner for one in SETS[name])
