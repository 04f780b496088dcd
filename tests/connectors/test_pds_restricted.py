"""A restricted person at the index: known by label, and kept without anything that could place them."""

from __future__ import annotations

import json
from typing import Any

import pytest

from broker.domain.identity import Restriction
from tests.support.patients import ASHA
from tests.support.pds_answers import identity, labelled, practice

PLACE = "14 Hidden Lane"
DRESSED_UP: dict[str, Any] = {
    "meta": {**labelled("R"), "source": PLACE, "tag": [{"display": PLACE}]},
    "identifier": [
        {
            "system": "https://fhir.nhs.uk/Id/nhs-number",
            "value": ASHA.digits,
            "assigner": {"display": PLACE},
            "extension": [{"valueString": PLACE}],
        },
        {"system": f"https://{PLACE}.example", "value": PLACE},
    ],
    "name": [{"family": "Osei", "given": ["Asha"], "text": PLACE, "_family": {"extension": PLACE}}],
    "address": [{"line": [PLACE]}],
    "telecom": [{"value": PLACE}],
    "generalPractitioner": [practice("D99001")],
    "managingOrganization": {"display": PLACE},
    "contact": [{"address": {"text": PLACE}}],
    "extension": [{"valueAddress": {"text": PLACE}}],
    "text": {"div": PLACE},
    "contained": [{"resourceType": "Location", "name": PLACE}],
    "link": [{"other": {"display": PLACE}}],
    "photo": [{"url": PLACE}],
    "gender": "female",
    "deceasedDateTime": "2026-01-02",
}


@pytest.mark.parametrize(
    ("codes", "restriction"),
    [
        (["R"], Restriction.RESTRICTED),
        (["REDACTED"], Restriction.RESTRICTED),
        (["V"], Restriction.VERY_RESTRICTED),
        (["U", "R"], Restriction.RESTRICTED),
        (["R", "V"], Restriction.VERY_RESTRICTED),
        (["N"], Restriction.VERY_RESTRICTED),
        (["u"], Restriction.VERY_RESTRICTED),
        (["U", "X"], Restriction.VERY_RESTRICTED),
        ([None], Restriction.VERY_RESTRICTED),
        ([], Restriction.VERY_RESTRICTED),
    ],
)
def test_the_strictest_label_decides_and_not_knowing_protects(
    codes: list[str | None], restriction: Restriction
) -> None:
    """An unknown label, or none, protects as the strictest does; no practice is given with any of them."""
    found = identity(meta=labelled(*codes), generalPractitioner=[practice("D99001")])
    assert (found.restriction, found.practice_ods) == (restriction, None)


def test_nothing_places_a_restricted_person() -> None:
    """Only who they are is kept, however the rest is dressed up."""
    found = identity(**DRESSED_UP)
    kept = json.loads(found.resource)
    assert PLACE.encode() not in found.resource
    assert b"D99001" not in found.resource
    assert set(kept) == {
        "resourceType",
        "id",
        "meta",
        "identifier",
        "name",
        "gender",
        "birthDate",
        "deceasedDateTime",
    }
    assert (found.family, found.given, found.deceased_on) == ("Osei", ("Asha",), "2026-01-02")


def test_a_kept_member_of_an_odd_shape_hides_no_place() -> None:
    """An object where text belongs could hold anything: it is left out, text beside it stays."""
    found = identity(
        meta={"security": [{"code": "R", "display": {"text": PLACE}}]},
        gender={"text": PLACE},
        name=[{"family": "Osei", "prefix": [{"text": PLACE}], "suffix": ["MBE"]}],
    )
    assert PLACE.encode() not in found.resource
    assert json.loads(found.resource)["name"] == [{"family": "Osei", "suffix": ["MBE"]}]
