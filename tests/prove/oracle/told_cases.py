"""Governance's own cases, the usual one and what each says otherwise, into requests for the oracle."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.prove.oracle.closed import CATEGORIES
from tests.prove.oracle.facts import CarveOut, Case, Objected, Registered
from tests.prove.oracle.reading import Section, categories, day, day_or_none, flag, read_yaml, texts
from tests.prove.oracle.told_grants import granted
from tests.prove.oracle.words import Words

USUAL = "usual-case.yaml"
NUMBER = "9990000018"


@dataclass(frozen=True)
class ToldCase:
    """One case: its topic and sentence, the request that it tells, and what must come of it."""

    topic: str
    name: str
    case: Case
    expect: Section


def told_cases(folder: Path, words: Words) -> Iterator[ToldCase]:
    """Every case of every topic under `folder`."""
    usual = read_yaml(folder / USUAL)["given"]
    for path in sorted(folder.glob("*/cases.yaml")):
        for told in read_yaml(path)["cases"]:
            given = usual | (told.get("given") or {})
            yield ToldCase(path.parent.name, told["name"], request(given, words), told["expect"])


def request(given: Section, words: Words) -> Case:
    """The request that a situation tells, at noon of its day, with every registration of the agreement."""
    now = dt.datetime.combine(day(given["day"]), dt.time(12), tzinfo=dt.UTC)
    names = words.agreement.by_registration
    return Case(
        now=now,
        roles=tuple(given["roles"]),
        purpose=given["purpose"],
        relationship=given["relationship"],
        organisation=given["organisation"],
        partners=registered(words, texts(given["not_live"])),
        user=given["user"],
        scopes=texts(given["scopes"]),
        numbers=frozenset({NUMBER}),
        restriction=given["restriction"],
        practice=None if given["practice"] == "none" else given["practice"],
        died=given.get("died"),
        objections=tuple(_objected(one) for one in given["objections"]),
        grant=granted(given, now, NUMBER, names) if given.get("grant") else None,
    )


def registered(words: Words, not_live: frozenset[str] = frozenset()) -> tuple[Registered, ...]:
    """Every registration of the agreement, live but for those named, supplying everything."""
    return tuple(
        Registered(
            partner=name,
            organisations=party.organisations,
            status="suspended" if name in not_live else "live",
            supplies=CATEGORIES,
        )
        for name, party in words.agreement.by_registration.items()
    )


def _objected(told: Section) -> Objected:
    carve_out = told.get("carve_out")
    return Objected(
        state=told["state"],
        partners=texts(told.get("partners")),
        direction=told.get("direction", "both"),
        staff=texts(told.get("staff")),
        categories=categories(told.get("categories")),
        items=frozenset(_item(item) for item in told.get("items", ())),
        period_from=told.get("period_from"),
        period_until=told.get("period_until"),
        verified=flag(told.get("verified", "true")),
        carve_out=_carve_out(carve_out) if carve_out is not None else None,
    )


def _item(text: str) -> tuple[str, str]:
    system, _, value = text.partition("|")
    return system, value


def _carve_out(told: dict[str, Any]) -> CarveOut:
    return CarveOut(
        ground=told.get("ground", ""),
        roles=texts(told.get("roles")),
        categories=categories(told.get("categories")),
        partners=texts(told.get("partners")),
        review_on=day_or_none(told.get("review_on")),
    )
