"""Faults planted at a partner that is well otherwise, each with the name that the kit must give it."""

from __future__ import annotations

import copy
import datetime as dt
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from aiohttp import web

from broker.conformance.kit import Report
from broker.domain.category import Category
from tests.support.check_kit import checked, people, registered
from tests.support.fhir_server import bundle, flag, outcome
from tests.support.network import simulated
from tests.support.patients import ASHA, BEN, patient
from tests.support.sender import Spoil, spoilt

SNOMED = "http://snomed.info/sct"
LIVING = "http://terminology.hl7.org/CodeSystem"
World = dict[str, list[Any]]
Change = Callable[[World], None]


def asha(**members: Any) -> dict[str, Any]:
    """Asha's Patient, with a name."""
    return {**patient(ASHA.digits, "a1"), "name": [{"family": "Patel"}], **members}


def result(local_id: str, **members: Any) -> dict[str, Any]:
    """One laboratory result of Asha's, valid in every way."""
    return {
        "resourceType": "Observation",
        "id": local_id,
        "status": "final",
        "category": [{"coding": [{"system": f"{LIVING}/observation-category", "code": "laboratory"}]}],
        "code": {"coding": [{"system": SNOMED, "code": "1000661000000107"}], "text": "Sodium"},
        "subject": {"reference": "Patient/a1"},
        "effectiveDateTime": "2026-03-01T09:30:00Z",
        "valueQuantity": {"value": 139, "unit": "mmol/L"},
        **members,
    }


def allergy(**members: Any) -> dict[str, Any]:
    """One allergy of Asha's."""
    return {
        "resourceType": "AllergyIntolerance",
        "id": "al1",
        "clinicalStatus": {"coding": [{"system": f"{LIVING}/allergyintolerance-clinical", "code": "active"}]},
        "code": {"coding": [{"system": SNOMED, "code": "91936005"}]},
        "patient": {"reference": "Patient/a1"},
        "recordedDate": "2019",
        **members,
    }


def world() -> World:
    """A healthy partner: Asha has four items, Ben none, and nobody goes by OLD."""
    return {
        ASHA.digits: [asha(), allergy(), *(result(f"r{place}") for place in range(3))],
        BEN.digits: [patient(BEN.digits, "b1")],
    }


def items(*added: Any, without: int = 0) -> Change:
    """Asha's items with these beside them, and the last so many left out."""

    def change(given: World) -> None:
        held = given[ASHA.digits]
        given[ASHA.digits] = [*held[: len(held) - without], *added]

    return change


def first(index: int, **members: Any) -> Change:
    """One member of one of Asha's resources is another."""

    def change(given: World) -> None:
        given[ASHA.digits][index] = {**copy.deepcopy(given[ASHA.digits][index]), **members}

    return change


def answered(answer: Callable[[], web.Response], *, when: str = "") -> Spoil:
    """Every call whose path ends so is answered like this."""

    async def spoil(request: web.Request, _: int) -> web.Response | None:
        return answer() if request.path.endswith(when) else None

    return spoil


def status(code: int, body: bytes = b"no", **headers: str) -> Spoil:
    """Every call is answered with this status."""
    return answered(lambda: web.Response(status=code, body=body, headers=headers))


def pages(*links: str, total: int | None = None) -> Spoil:
    """The record comes in pages of one flag that lead to these links in turn."""

    async def spoil(request: web.Request, _: int) -> web.Response | None:
        if request.path.endswith("_search"):
            return None
        link = links[0] if "page" not in request.query else links[-1]
        return web.Response(body=bundle(result("r1"), next_link=link, total=total))

    return spoil


def every_time_another() -> Spoil:
    """A value that changes with every call."""

    async def spoil(request: web.Request, call: int) -> web.Response | None:
        if request.path.endswith("_search") or "a1" not in request.path:
            return None
        return web.Response(body=bundle(asha(), result("r1", valueQuantity={"value": call, "unit": "x"})))

    return spoil


def cut_short() -> Spoil:
    """Fewer bytes than were announced, and then nothing."""

    async def spoil(request: web.Request, _: int) -> web.StreamResponse:
        response = web.StreamResponse(headers={"Content-Length": "100"})
        await response.prepare(request)
        await response.write(b"{")
        assert request.transport is not None
        request.transport.close()
        return response

    return spoil


@dataclass(frozen=True)
class Planted:
    """One fault, and what the kit must call it."""

    found: str
    change: Change | None = None
    spoil: Spoil | None = None
    manners: Mapping[str, Any] = field(default_factory=dict)
    settings: Mapping[str, Any] = field(default_factory=dict)
    limits: Mapping[str, Any] = field(default_factory=dict)
    listed: Mapping[str, Any] = field(default_factory=dict)
    deadline_s: float = 3.0


AHEAD = (dt.datetime.now(dt.UTC) + dt.timedelta(days=40)).strftime("%Y-%m-%dT%H:%M:%SZ")
CONSENT = outcome("suppressed", "error")
PLANTED = {
    "a day that there is not": Planted("date-not-valid", items(result("x", effectiveDateTime="2026-3-1"))),
    "a time without its zone": Planted(
        "date-without-zone", items(result("x", effectiveDateTime="2026-03-01T09:30:00"))
    ),
    "a result of next month": Planted("date-to-come", items(result("x", effectiveDateTime=AHEAD))),
    "an allergy without words": Planted("code-missing", first(1, code={"coding": []})),
    "a code of no system": Planted("code-without-system", first(1, code={"coding": [{"code": "A"}]})),
    "local codes alone": Planted(
        "no-national-code",
        lambda given: given.update(
            {ASHA.digits: [asha(), allergy(code={"coding": [{"system": "urn:own", "code": "A"}]})]}
        ),
    ),
    "a label of its own making": Planted(
        "label-not-known", first(1, meta={"security": [{"system": "urn:own", "code": "secret"}]})
    ),
    "a confidentiality that there is not": Planted(
        "label-not-known",
        first(1, meta={"security": [{"system": f"{LIVING}/v3-Confidentiality", "code": "X"}]}),
    ),
    "sensitive items without a label": Planted("label-missing", listed={"sensitive": True}),
    "two results of one id": Planted("id-repeated", items(result("r1", status="amended"))),
    "a member that FHIR has not": Planted("structure", first(1, severity="high")),
    "a reference to nothing": Planted(
        "reference-leads-nowhere", items(result("x", hasMember=[{"reference": "Observation/gone"}]))
    ),
    "an item that is no JSON": Planted(
        "unreadable",
        spoil=answered(
            lambda: web.Response(body=bundle(asha(), b'{"resourceType":"Flag","id":"f","n":NaN}')),
            when="Patient/a1/$everything",
        ),
    ),
    "an item of somebody else": Planted(
        "foreign-items", items(result("x", subject={"reference": "Patient/b1"}))
    ),
    "fewer than the list says": Planted("fewer-than-listed", listed={"holds": {Category.RESULTS: 9}}),
    "a category that is not registered": Planted("not-supplied", items({**flag("f1"), "status": "active"})),
    "another family name": Planted("name-differs", first(0, name=[{"family": "Smith"}])),
    "another birth date": Planted("answer-wrong-patient", first(0, birthDate="1951-04-10")),
    "no birth date": Planted("answer-no-proof", first(0, birthDate=None)),
    "a person that is not there": Planted("known-not-found", lambda given: given.pop(ASHA.digits, None)),
    "everybody for any question": Planted("unknown-found", manners={"ignores_parameters": True}),
    "items of a person who has none": Planted(
        "empty-has-items",
        lambda given: given[BEN.digits].append(result("x", subject={"reference": "Patient/b1"})),
    ),
    "an error for a person who has none": Planted("empty-not-whole", manners={"down_for": [BEN.digits]}),
    "an error for an unknown person": Planted("unknown-not-told", spoil=status(500)),
    "two people of one number": Planted(
        "answer-several-matches",
        spoil=answered(
            lambda: web.Response(body=bundle(asha(), patient(ASHA.digits, "a2"))), when="Patient/_search"
        ),
    ),
    "pages that go round": Planted("answer-page-loop", spoil=pages("?page=1", "?page=1")),
    "a next page elsewhere": Planted("answer-foreign-link", spoil=pages("https://elsewhere.example/p")),
    "fewer than its total": Planted(
        "answer-fewer-than-total",
        spoil=answered(lambda: web.Response(body=bundle(asha(), total=40)), when="$everything"),
    ),
    "a search that is forgotten": Planted(
        "answer-page-failed", manners={"page_size": 1, "sessions_expire": True}
    ),
    "more pages than are followed": Planted(
        "answer-page-limit", manners={"page_size": 1}, limits={"pages_max": 2}
    ),
    "more items than are taken": Planted("answer-entry-limit", limits={"entries_max": 2}),
    "a warning in the answer": Planted(
        "answer-partner-warning", manners={"warnings": {"$everything": "timeout"}}
    ),
    "an error": Planted("answer-status", spoil=status(500)),
    "a refusal": Planted("answer-credentials", spoil=status(401)),
    "a dissent": Planted(
        "answer-dissent-at-source",
        spoil=answered(lambda: web.json_response(CONSENT, status=403), when="$everything"),
    ),
    "a throttle": Planted("answer-throttled", spoil=status(429)),
    "a redirect": Planted("answer-redirect", spoil=status(302, Location="/elsewhere")),
    "a sign-in page": Planted("answer-malformed", manners={"down": "html"}),
    "a partner that hangs up": Planted("answer-connect", manners={"down": "refuse"}),
    "an answer that breaks off": Planted("answer-cut-short", spoil=cut_short()),
    "an answer that is too large": Planted(
        "answer-wire-bytes", spoil=status(200, b" " * 70_000), limits={"wire_bytes_max": 65_536}
    ),
    "no answer": Planted("answer-deadline", manners={"down": "black-hole"}, deadline_s=0.3),
    "the other spelling of references": Planted(
        "answer-reference-spelling",
        manners={"reference": "typed"},
        settings={"ask": "by-type", "reference": "bare"},
    ),
    "bytes that change": Planted("changes-when-asked-again", spoil=every_time_another()),
    "types that are not registered": Planted(
        "answer-not-offered", settings={"ask": "by-type", "types": ["Observation"]}
    ),
}


def _present(resource: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in resource.items() if value is not None}


async def report_of(folder: Path, planted: Planted) -> Report:
    """What the kit says of a partner with one fault."""
    given = world()
    if planted.change is not None:
        planted.change(given)
    held = {
        number: [{k: v for k, v in one.items() if v is not None} for one in some]
        for number, some in given.items()
    }
    app = simulated("fhir_r4", held, **planted.manners)
    one = registered("", "fhir_r4", settings=dict(planted.settings))
    return await checked(
        folder,
        spoilt(app, planted.spoil) if planted.spoil else app,
        people(**planted.listed),
        deadline_s=planted.deadline_s,
        settings=dict(planted.settings),
        limits=replace(one.limits, retries_max=0, **planted.limits),
    )
