"""Which code systems, codes and units are everybody's, so that a restricted person's item may keep them."""

from __future__ import annotations

import pytest

from tests.support.records import decision, item
from tests.support.screening import body, screened

RESTRICTED = decision(locationless=True)
SYSTEMS = "http://terminology.hl7.org/CodeSystem"
UCUM = "http://unitsofmeasure.org"
SHARED = {"system": "http://snomed.info/sct", "code": "91936005"}


@pytest.mark.parametrize(
    ("system", "code"),
    [
        (f"{SYSTEMS}/ADDENBURY", "1"),
        (f"{SYSTEMS}/condition-clinical", "addenbury"),
        (f"{SYSTEMS}/v3-ObservationInterpretation", "ELY"),
        (f"{SYSTEMS}/v2-0203", "MR"),
        ("http://hl7.org/fhir/ADDENBURY", "1"),
        ("http://hl7.org/fhir/sid/ADDENBURY", "1"),
        ("http://hl7.org/fhir/sid/icd-10", "ELY"),
        ("http://loinc.org", "ELY-1"),
        ("http://snomed.info/sct", "ELY"),
        *[(UCUM, code) for code in ("ADDENBURY", "Ely", "E.ly", "mg/Ely", "[Ely]", "Bath", "9990000018", "")],
    ],
)
def test_no_system_and_no_code_is_taken_for_shared_by_its_shape(system: str, code: str) -> None:
    """A partner could call itself by a code system, by a code or by a unit."""
    coding = {"system": system, "code": code}
    one = screened([item("Observation", "o1", code={"coding": [SHARED, coding]})], RESTRICTED)
    assert body(one, "Observation/o1")["code"] == {"coding": [SHARED]}


@pytest.mark.parametrize(
    "unit",
    [
        *[
            "mg",
            "ug",
            "g",
            "kg",
            "L",
            "mL",
            "dL",
            "mmol",
            "umol",
            "nmol/L",
            "pmol/L",
            "[IU]",
            "[iU]/L",
            "IU",
            "U/L",
        ],
        *[
            "m",
            "cm",
            "mm",
            "s",
            "min",
            "h",
            "d",
            "wk",
            "mo",
            "a",
            "mm[Hg]",
            "Cel",
            "[degF]",
            "%",
            "/min",
            "10*9/L",
        ],
        *[
            "10*12/L",
            "mmol/mol",
            "kg/m2",
            "mg/kg/d",
            "mL/min{1.73_m2}",
            "mL/min/{1.73_m2}",
            "{score}",
            "1",
            "fL",
        ],
        *[
            "mosm/kg",
            "meq/L",
            "mm/h",
            "ug/(8.h)",
            "mL/(min.kg)",
            "g/(24.h)",
            "{breaths}/min",
            "[pH]",
            "kPa",
            "mm2",
        ],
    ],
)
def test_the_units_of_medicine_are_kept(unit: str) -> None:
    """Atoms of UCUM, their prefixes, powers and products."""
    quantity = {"value": 1.5, "unit": "in words", "system": UCUM, "code": unit}
    measured = item("Observation", "o1", code={"coding": [SHARED]}, valueQuantity=quantity)
    assert body(screened([measured], RESTRICTED), "Observation/o1")["valueQuantity"]["code"] == unit
