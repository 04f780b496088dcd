"""Which products the space is made of, in full and thinned."""

from __future__ import annotations

from collections.abc import Iterable

from tests.prove.dimensions import overrides
from tests.prove.dimensions.objections import CARVED, OBJECTIONS, PAIRS, STATES_OBJECTED
from tests.prove.dimensions.people import ORGANISATIONS, PURPOSES, RELATIONSHIPS, ROLES, SCOPES
from tests.prove.dimensions.persons import DEATHS, MOMENTS, PRACTICES, RESTRICTIONS
from tests.prove.space import SESSIONS, Block

_FEW_ROLES = ("doctor", "nurse", "social-worker", "receptionist", "doctor-and-receptionist", "unknown-role")
_FEW_PURPOSES = ("TREAT", "ETREAT", "COORDN", "HRESCH")
_FEW_GROUNDS = ("booking", "self-claimed", "none")
_FEW_OVERRIDES = (*overrides.VALID, *overrides.DEFECTIVE)
_FEW_OBJECTIONS = ("nothing-said", "upheld", "opened-and-names-me", "to-a-category", "at-a-source")
_SOME_OVERRIDES = ("no-grant", "risk-to-life", "cannot-be-asked", "safeguarding, ended")


def _main(revision: str, partners: str, engines: Iterable[str] = ("ready",)) -> Block:
    """Everything that the issue of emergencies multiplies, with one value of each kind."""
    return Block(
        f"main-{revision}",
        revision,
        partners,
        {
            "engine": tuple(engines),
            "role": _FEW_ROLES,
            "purpose": _FEW_PURPOSES,
            "relationship": _FEW_GROUNDS,
            "objection": tuple(OBJECTIONS),
            "override": _FEW_OVERRIDES,
        },
    )


def _requesters(revision: str, engines: tuple[str, ...] = ("ready",)) -> Block:
    return Block(
        f"requesters-{revision}",
        revision,
        "shipped",
        {
            "role": tuple(ROLES),
            "purpose": tuple(PURPOSES),
            "relationship": tuple(RELATIONSHIPS),
            "organisation": tuple(ORGANISATIONS),
            "override": _SOME_OVERRIDES,
            "engine": engines,
        },
    )


def _statements(revision: str) -> Block:
    return Block(
        f"statements-{revision}",
        revision,
        "two",
        {
            "role": tuple(ROLES),
            "purpose": ("TREAT", "ETREAT", "COORDN", "CAREMGT"),
            "relationship": tuple(RELATIONSHIPS),
            "session": tuple(SESSIONS),
            "objection": _FEW_OBJECTIONS[:2],
            "override": overrides.EVERY,
        },
    )


def _objections(revision: str) -> Block:
    return Block(
        f"objections-{revision}",
        revision,
        "shipped",
        {
            "role": ("doctor", "pharmacist", "receptionist", "doctor-and-nurse"),
            "organisation": ("hospital", "practice"),
            "objection": (*CARVED, *STATES_OBJECTED, *PAIRS),
            "override": ("no-grant", "cannot-be-asked", "risk-to-life, other-partners"),
        },
    )


def _agreement(revision: str, partners: str) -> Block:
    return Block(
        f"agreement-{revision}-{partners}",
        revision,
        partners,
        {
            "organisation": tuple(ORGANISATIONS),
            "role": ("doctor", "social-worker", "receptionist"),
            "relationship": ("booking", "registration"),
            "restriction": ("unprotected", "index-not-asked"),
            "practice": tuple(PRACTICES),
            "moment": tuple(MOMENTS),
            "engine": ("ready", "agreement-in-error"),
        },
    )


def _protected(revision: str) -> Block:
    return Block(
        f"protected-{revision}",
        revision,
        "troubled",
        {
            "role": _FEW_ROLES,
            "purpose": ("TREAT", "ETREAT"),
            "relationship": tuple(RELATIONSHIPS),
            "restriction": tuple(RESTRICTIONS),
            "scopes": ("no-scopes", "observations", "patient"),
            "objection": _FEW_OBJECTIONS,
            "override": _SOME_OVERRIDES,
        },
    )


def _deaths(revision: str) -> Block:
    return Block(
        f"deaths-{revision}",
        revision,
        "two",
        {
            "death": tuple(DEATHS),
            "moment": tuple(MOMENTS),
            "purpose": tuple(PURPOSES),
            "override": _SOME_OVERRIDES,
        },
    )


def _scopes(revision: str) -> Block:
    return Block(
        f"scopes-{revision}",
        revision,
        "troubled",
        {
            "scopes": tuple(SCOPES),
            "role": tuple(ROLES),
            "objection": _FEW_OBJECTIONS,
            "override": _SOME_OVERRIDES,
        },
    )


def blocks() -> tuple[Block, ...]:
    """The whole space."""
    of_each = (_statements, _objections, _protected, _deaths, _scopes)
    return (
        _main("shipped", "shipped"),
        _main("agreed", "agreed", ("ready", "objections-in-error")),
        _main("turned", "agreed"),
        _requesters("shipped", ("ready", "roles-in-error", "relationships-in-error", "classes-in-error")),
        _requesters("turned"),
        *(made(revision) for made in of_each for revision in ("shipped", "turned")),
        _agreement("ahead", "agreed"),
        _agreement("shipped", "shipped"),
        _agreement("agreed", "agreed"),
        _agreement("turned", "troubled"),
    )
