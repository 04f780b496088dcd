"""Two people at a council, as R4 resources, and how the connector is bound to each way of holding them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from broker.domain.category import Category
from broker.domain.identity import NhsNumber, PatientIdentity
from broker.domain.query import PartnerAsk
from broker.ports.connector import Plugin
from connectors.rest_json import PLUGIN
from connectors.rest_json.connector import RestJson
from tests.support.patients import ASHA, BEN, patient
from tests.support.sender import ask_for

MAPPINGS = Path(__file__).parents[3] / "config" / "mappings"
MOSAIC = MAPPINGS / "mosaic-social-care.yaml"
STU3 = MAPPINGS / "stu3-social-care.yaml"

# What a council's registration says that it supplies, for each of the two.
OF_MOSAIC = frozenset(
    {Category.DEMOGRAPHICS, Category.SOCIAL_CARE, Category.CONTACTS, Category.PLANS, Category.ALERTS}
    | {Category.REFERRALS}
)
OF_STU3 = frozenset(
    {Category.DEMOGRAPHICS, Category.SOCIAL_CARE, Category.CONTACTS, Category.ALERTS}
    | {Category.REFERRALS, Category.PROCEDURES}
)


def bound(mapping: Path) -> RestJson:
    """The connector of one mapping."""
    return PLUGIN.create({"mapping": str(mapping)})


def plugin_of(mapping: Path) -> Plugin:
    """The plugin with the reads that its mapping lists, as the broker binds it."""
    return replace(PLUGIN, manifest=replace(PLUGIN.manifest, reads=bound(mapping).reads))


def identity(number: NhsNumber, **changes: Any) -> PatientIdentity:
    """Asha, Ben or somebody unknown, as the patient index names them."""
    families = {ASHA: ("Rao", "Asha", "1951-04-09"), BEN: ("Stone", "Ben", "1980-01-01")}
    family, given, born = families.get(number, ("Nobody", "Ann", "1951-04-09"))
    person = PatientIdentity(
        number=number, numbers=frozenset({number}), birth_date=born, family=family, given=(given,)
    )
    return replace(person, **changes)


def ask(
    number: NhsNumber = ASHA,
    categories: frozenset[Category] = OF_MOSAIC,
    person: PatientIdentity | None = None,
    **more: Any,
) -> PartnerAsk:
    """A question about one of them."""
    asked = ask_for(number=number, categories=categories, **more)
    return replace(asked, patient=person or identity(number))


def named(number: NhsNumber, local_id: str, family: str, given: str, born: str) -> dict[str, Any]:
    """A Patient as the council has it."""
    return {
        **patient(number.digits, local_id, born),
        "name": [{"use": "official", "family": family, "given": [given]}],
        "gender": "female",
        "telecom": [{"system": "phone", "value": "01632 960001", "use": "home"}],
        "address": [{"use": "home", "line": ["1 Mill Lane"], "city": "Petersgate", "postalCode": "ZZ99 3WZ"}],
    }


def about_asha(kind: str, local_id: str, member: str = "subject", **more: Any) -> dict[str, Any]:
    """An item about Asha, whom the council knows as 410771."""
    return {"resourceType": kind, "id": local_id, member: {"reference": "Patient/410771"}, **more}


VISIT = {"system": "http://terminology.hl7.org/CodeSystem/v3-ActCode", "code": "HH"}
SHARED: tuple[Mapping[str, Any], ...] = (
    about_asha(
        "Task",
        "t1",
        "for",
        status="completed",
        intent="order",
        code={"text": "Care Act assessment"},
        description="Assessment at home",
        authoredOn="2026-03-02T10:15:00+00:00",
        note=[{"text": "Manages stairs with a rail."}],
    ),
    about_asha("Task", "t2", "for", status="completed", intent="order", code={"text": "Review"}),
    about_asha(
        "Flag",
        "f1",
        status="active",
        category=[{"text": "Safeguarding"}],
        code={"text": "Visit in pairs"},
        period={"start": "2026-01-05"},
    ),
    about_asha(
        "CarePlan",
        "p1",
        status="active",
        intent="plan",
        category=[{"text": "Care and support plan"}],
        title="Support at home",
        activity=[{"detail": {"status": "in-progress", "description": "Help to wash each morning"}}],
    ),
    about_asha(
        "ServiceRequest",
        "s1",
        status="active",
        intent="order",
        code={"text": "Home care"},
        reasonCode=[{"text": "Physical support"}],
        performer=[{"display": "Meadow Home Care"}],
    ),
)
MOSAIC_ITEMS: tuple[Mapping[str, Any], ...] = (
    *SHARED,
    about_asha(
        "Encounter",
        "e1",
        status="finished",
        **{"class": VISIT},
        type=[{"text": "Home visit"}],
        period={"start": "2026-07-01T09:00:00+01:00"},
    ),
    about_asha(
        "CareTeam",
        "c1",
        status="active",
        name="Older people, north",
        participant=[{"member": {"display": "Jo Field"}, "role": [{"text": "Social worker"}]}],
    ),
)
STU3_ITEMS: tuple[Mapping[str, Any], ...] = (
    *SHARED,
    about_asha(
        "EpisodeOfCare",
        "e1",
        "patient",
        status="active",
        type=[{"coding": [{"system": "https://council.example/service", "code": "HC"}], "text": "Home care"}],
        period={"start": "2026-02-01"},
    ),
    about_asha("DeviceUseStatement", "d1", status="active", device={"display": "Grab rail"}),
    about_asha(
        "RelatedPerson",
        "r1",
        "patient",
        relationship=[{"text": "Daughter"}],
        name=[{"family": "Rao", "given": ["Mina"]}],
    ),
)


def people(items: tuple[Mapping[str, Any], ...]) -> dict[str, tuple[Mapping[str, Any], ...]]:
    """Asha with these items, and Ben with none."""
    return {
        ASHA.digits: (named(ASHA, "410771", "Rao", "Asha", "1951-04-09"), *items),
        BEN.digits: (named(BEN, "410772", "Stone", "Ben", "1980-01-01"),),
    }
