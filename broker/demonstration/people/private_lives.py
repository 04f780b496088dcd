"""A visit that even its absence would tell of, and a record that outlives its person."""

from __future__ import annotations

from broker.demonstration.partners import CASTLE_HILL, FEN_EDGE, FENLAND, HARBOUR, PAPERMILL
from broker.demonstration.people import words as w
from broker.demonstration.people.chart import Chart
from broker.demonstration.people.person import Demographics, Story, day

_CALLUM = Demographics(
    number="9990000158",
    prefix="Mr",
    given="Callum",
    family="Reid",
    gender="male",
    birth_date="1997-08-22",
    practice=CASTLE_HILL.ods,
)
_EDITH = Demographics(
    number="9990000174",
    prefix="Mrs",
    given="Edith",
    family="Vane",
    gender="female",
    birth_date="1934-12-24",
    practice=FEN_EDGE.ods,
    deceased=day(-9),
)


def sexual_health() -> Story:
    """The clinic's line reads the same whether it knows him or not; his practice's code tells no more."""
    practice = Chart(CASTLE_HILL, _CALLUM, "ch88310")
    practice.allergy(w.NO_KNOWN_ALLERGY, recorded="2015-09-28")
    practice.contact(w.CONSULTATION, start="2026-01-20T11:10:00+00:00", why="Ankle sprain")
    practice.vaccination(w.COVID_VACCINE, given="2021-07-10", lot="FD5613")
    practice.problem(w.ANKLE_SPRAIN, onset="2026-01-18", recorded="2026-01-20")
    practice.problem(w.CHLAMYDIA, onset="2026-05", recorded="2026-05-26", ended="2026-06")
    clinic = Chart(HARBOUR, _CALLUM, "hc2207")
    clinic.problem(w.said("Chlamydial infection"), onset="2026-05", recorded="2026-05-19", ended="2026-06")
    clinic.medicine(
        w.said("Doxycycline 100mg capsules"),
        "One capsule twice a day for seven days",
        authored="2026-05-19",
        status="completed",
    )
    return Story(
        name="sexual-health",
        title="A sexual health clinic, veiled",
        shows=(
            "A doctor sees it. To others the clinic reads 'nothing to show', whether it knows him or not, "
            "and what his practice noted of the visit is not there."
        ),
        demographics=_CALLUM,
        charts={chart.partner.partner_id: chart.resources for chart in (practice, clinic)},
        asked_as="general-practitioner",
    )


def deceased() -> Story:
    """She has died; her record is still asked for, and says so first."""
    practice = Chart(FEN_EDGE, _EDITH, "fe00391")
    practice.problem(w.HEART_FAILURE, onset="2019", recorded="2019-01-15")
    practice.problem(w.OSTEOARTHRITIS, onset="1998", recorded="1998")
    practice.allergy(w.NO_KNOWN_ALLERGY, recorded="2004-06-07")
    community = Chart(FENLAND, _EDITH, "fc02266")
    community.plan(
        w.END_OF_LIFE_PLAN,
        "Wishes at the end of life",
        created="2026-08-11",
        steps=("To stay at home", "Not for resuscitation", "Daughter to be called at any hour"),
    )
    community.contact(
        w.said("Home visit"), start=f"{day(-10)}T22:15:00+00:00", where="HH", why="Syringe driver"
    )
    hospital = Chart(PAPERMILL, _EDITH, "pm10024")
    hospital.document(
        w.said("Outpatient letter"), "Heart failure clinic letter", date="2026-06-30T09:00:00+01:00"
    )
    return Story(
        name="deceased",
        title="A person who has died",
        shows="The index knows of her death; what she wished and her last visits are found for 28 days more.",
        demographics=_EDITH,
        charts={chart.partner.partner_id: chart.resources for chart in (practice, community, hospital)},
    )
