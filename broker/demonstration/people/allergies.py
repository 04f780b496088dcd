"""Priya Nair: an allergy that one service knows and another denies."""

from __future__ import annotations

from broker.demonstration.partners import CASTLE_HILL, FEN_EDGE, NENEWEST, NENEWEST_LETTERS, OUSEBANK
from broker.demonstration.people import words as w
from broker.demonstration.people.chart import Chart
from broker.demonstration.people.person import Demographics, Story

_PRIYA = Demographics(
    number="9990000034",
    prefix="Miss",
    given="Priya",
    family="Nair",
    gender="female",
    birth_date="1992-02-29",
    practice=FEN_EDGE.ods,
    street="22 Orchard Way",
)
_LEON = Demographics(
    number="9990000115",
    prefix="Mr",
    given="Leon",
    family="Castellan",
    gender="male",
    birth_date="1974-05-17",
    practice=CASTLE_HILL.ods,
    street="3 Toll Bridge Road",
)


def allergy_contradicted() -> Story:
    """Anaphylaxis to amoxicillin at the practice; no known allergies at the hospital."""
    practice = Chart(FEN_EDGE, _PRIYA, "fe41870")
    practice.allergy(
        w.AMOXICILLIN_ALLERGY,
        reaction=w.ANAPHYLAXIS,
        recorded="2011-08-03",
        criticality="high",
        onset="2011-08",
    )
    practice.allergy(w.PEANUT_ALLERGY, reaction=w.RASH, recorded="1999", verified="unconfirmed")
    practice.problem(w.ASTHMA, onset="1998", recorded="1998-10-05")
    practice.medicine(w.SALBUTAMOL, "Two puffs when needed", authored="2026-06-18")
    practice.vaccination(w.FLU_VACCINE, given="2025-10-21", lot="FL25-0417")
    hospital = Chart(NENEWEST, _PRIYA, "nw660142")
    hospital.allergy(w.NO_KNOWN_ALLERGY, recorded="2026-03-09T21:05:00+00:00")
    hospital.contact(
        w.EMERGENCY,
        start="2026-03-09T20:40:00+00:00",
        end="2026-03-10T02:15:00+00:00",
        where="EMER",
        why="Exacerbation of asthma",
    )
    hospital.result(w.CRP, "5", "mg/L", at="2026-03-09T21:30:00+00:00", comparator="<")
    hospital.measured(w.OXYGEN, "93", "%", at="2026-03-09T20:48:00+00:00")
    hospital.measured(w.TEMPERATURE, "37.0", "Cel", at="2026-03-09T20:48:00+00:00")
    letters = Chart(NENEWEST_LETTERS, _PRIYA, "nw660142")
    letters.document(
        w.DISCHARGE_SUMMARY,
        "Emergency department discharge",
        date="2026-03-10T02:20:00+00:00",
        written="Seen with an exacerbation of asthma. Home with prednisolone 40mg for five days.",
    )
    return Story(
        name="allergy-contradicted",
        title="An allergy here, none known there",
        shows="Both statements stand side by side, marked as a contradiction; neither wins.",
        demographics=_PRIYA,
        charts={chart.partner.partner_id: chart.resources for chart in (practice, hospital, letters)},
    )


def partner_down() -> Story:
    """Nene West breaks every connection for him: its part is missing, and the view says so."""
    practice = Chart(CASTLE_HILL, _LEON, "ch90233")
    practice.problem(w.EPILEPSY, onset="2003", recorded="2003-11-20")
    practice.medicine(w.said("Lamotrigine 100mg tablets"), "One tablet twice a day", authored="2026-10-01")
    practice.contact(w.CONSULTATION, start="2026-05-06T09:20:00+01:00", why="Epilepsy review")
    hospital = Chart(NENEWEST, _LEON, "nw118802")
    hospital.allergy(w.PENICILLIN_ALLERGY, reaction=w.RASH, recorded="2014-09-12")
    hospital.contact(
        w.ADMISSION, start="2014-09-11", end="2014-09-14", where="IMP", why="First seizure cluster"
    )
    trust = Chart(OUSEBANK, _LEON, "ob44120")
    trust.contact(w.TELEPHONE, start="2025-02-12T10:00:00+00:00", where="VR", why="Low mood, one assessment")
    return Story(
        name="partner-down",
        title="A partner that is down",
        shows="Nene West cannot be reached, so no allergy is shown, and 'none recorded' is never said.",
        demographics=_LEON,
        charts={chart.partner.partner_id: chart.resources for chart in (practice, hospital, trust)},
        down=frozenset({NENEWEST.partner_id}),
        asked_as="general-practitioner",
    )
