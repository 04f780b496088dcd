"""People whose identity is the story: restricted, renumbered, taken for another, and no longer alive."""

from __future__ import annotations

from broker.demonstration.partners import ADDENBURY, CASTLE_HILL, CITY, FEN_EDGE, FENLAND
from broker.demonstration.people import words as w
from broker.demonstration.people.chart import Chart
from broker.demonstration.people.person import Demographics, Story
from broker.domain.identity import NhsNumber

_NADIA = Demographics(
    number="9990000085",
    prefix="Ms",
    given="Nadia",
    family="Farrow",
    gender="female",
    birth_date="1989-03-27",
    practice=FEN_EDGE.ods,
)
_WALTER = Demographics(
    number="9990000093",
    prefix="Mr",
    given="Walter",
    family="Lindqvist",
    gender="male",
    birth_date="1938-10-02",
    practice=CASTLE_HILL.ods,
    street="Willow Court, Mill Street",
)
_OLD_NUMBER = "9990000107"
_JOAN = Demographics(
    number="9990000123",
    prefix="Mrs",
    given="Joan",
    family="Taverner",
    gender="female",
    birth_date="1951-02-11",
    practice=FEN_EDGE.ods,
)
# Another Joan, known to Fenland alone: her chart stands where Joan Taverner's should.
_OTHER_JOAN = Demographics(
    number="9990000166",
    prefix="Mrs",
    given="Joan",
    family="Taverner",
    gender="female",
    birth_date="1951-11-02",
    practice=CASTLE_HILL.ods,
)


def restricted() -> Story:
    """The index protects where she is: refused by default, with the national contact words."""
    practice = Chart(FEN_EDGE, _NADIA, "fe50077")
    practice.allergy(w.PENICILLIN_ALLERGY, reaction=w.RASH, recorded="2007-05-16")
    practice.problem(w.ASTHMA, onset="1997", recorded="2002-01-08")
    hospital = Chart(ADDENBURY, _NADIA, "ad9004417")
    hospital.contact(w.EMERGENCY, start="2026-02-01T19:25:00+00:00", where="EMER", why="Injury to the wrist")
    return Story(
        name="restricted",
        title="A restricted person",
        shows="The index marks her restricted: refused, and no partner or place is named to anyone.",
        demographics=_NADIA,
        charts={chart.partner.partner_id: chart.resources for chart in (practice, hospital)},
        restriction="R",
    )


def superseded() -> Story:
    """Asked for by his old number, he is found under the new one."""
    practice = Chart(CASTLE_HILL, _WALTER, "ch10038")
    practice.problem(w.DEMENTIA, onset="2023", recorded="2023-10-17")
    practice.problem(w.COPD, onset="2006", recorded="2006-12-01")
    practice.medicine(w.said("Donepezil 10mg tablets"), "One tablet at night", authored="2026-09-15")
    practice.vaccination(w.FLU_VACCINE, given="2026-10-01", lot="FL26-0933")
    city = Chart(CITY, _WALTER, "pc70150")
    city.plan(
        w.CARE_PLAN,
        "Extra-care housing",
        created="2024-04-08",
        steps=("Carer four times a day", "Door sensor at night"),
        social_care=True,
    )
    return Story(
        name="superseded",
        title="A superseded number",
        shows=f"Ask for {NhsNumber.parse(_OLD_NUMBER).spaced}: the index answers with his new one.",
        demographics=_WALTER,
        charts={chart.partner.partner_id: chart.resources for chart in (practice, city)},
        old_numbers=(_OLD_NUMBER,),
        asked_as="general-practitioner",
    )


def wrong_person() -> Story:
    """Fenland answers with another Joan Taverner: its whole answer is set aside."""
    practice = Chart(FEN_EDGE, _JOAN, "fe12094")
    practice.problem(w.OSTEOARTHRITIS, onset="2020", recorded="2020-08-25")
    practice.medicine(w.PARACETAMOL, "One or two tablets up to four times a day", authored="2026-04-30")
    hospital = Chart(ADDENBURY, _JOAN, "ad3307218")
    hospital.procedure(w.HIP_REPLACEMENT, performed="2025-06-12", note="Left. Uncemented.")
    hospital.contact(w.ADMISSION, start="2025-06-12", end="2025-06-15", where="IMP", why="Hip replacement")
    community = Chart(FENLAND, _OTHER_JOAN, "fc31402")
    community.problem(w.STROKE, onset="2024-02", recorded="2024-02-29")
    community.medicine(w.said("Warfarin 3mg tablets"), "As directed by the clinic", authored="2026-09-03")
    community.result(w.INR, "2.40", "{INR}", at="2026-10-20T09:30:00+01:00")
    return Story(
        name="wrong-person",
        title="A partner that answers for the wrong person",
        shows="Same name, another number and birth date: nothing of Fenland's answer is shown.",
        demographics=_JOAN,
        charts={chart.partner.partner_id: chart.resources for chart in (practice, hospital, community)},
    )
