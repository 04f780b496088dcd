"""Two people of the heart hospital: one result seen from two places, and a record that comes in pages."""

from __future__ import annotations

from broker.demonstration.partners import ADDENBURY, CASTLE_HILL, FEN_EDGE, PAPERMILL
from broker.demonstration.people import words as w
from broker.demonstration.people.chart import Chart
from broker.demonstration.people.person import Demographics, Story, day

_LABORATORY = f"{ADDENBURY.systems}/laboratory"

_DESMOND = Demographics(
    number="9990000026",
    prefix="Mr",
    given="Desmond",
    family="Okafor",
    gender="male",
    birth_date="1949-11-30",
    practice=CASTLE_HILL.ods,
    street="17 Castle Rise",
)
_RUTH = Demographics(
    number="9990000131",
    prefix="Ms",
    given="Ruth",
    family="Ellingham",
    gender="female",
    birth_date="1961-07-08",
    practice=FEN_EDGE.ods,
    street="9 Weir Cottages",
)


def two_hospitals() -> Story:
    """The same blood tests, sent by the laboratory to two hospitals, shown once as a group of two."""
    charts = (_okafor_practice(), _okafor_addenbury(), _okafor_papermill())
    return Story(
        name="two-hospitals",
        title="The same result from two hospitals",
        shows="One laboratory, two hospitals: each result stands once, as a group that names both sources. "
        "The hospital has raised a medicine and the practice has not: both are marked.",
        demographics=_DESMOND,
        charts={chart.partner.partner_id: chart.resources for chart in charts},
        asked_as="general-practitioner",
    )


def _okafor_practice() -> Chart:
    chart = Chart(CASTLE_HILL, _DESMOND, "ch81120")
    chart.problem(w.HEART_FAILURE, onset="2021", recorded="2021-06-02")
    chart.problem(w.ATRIAL_FIBRILLATION, onset="2020-10", recorded="2020-10-19")
    chart.allergy(w.NO_KNOWN_ALLERGY, recorded="2019-04-11")
    chart.medicine(w.said("Bisoprolol 2.5mg tablets"), "One tablet each morning", authored="2026-10-12")
    chart.medicine(w.said("Furosemide 40mg tablets"), "One tablet each morning", authored="2026-10-12")
    chart.medicine(w.said("Apixaban 5mg tablets"), "One tablet twice a day", authored="2026-10-12")
    chart.referral(w.CARDIOLOGY_REFERRAL, authored="2026-08-03", why="Breathless on stairs again")
    return chart


def _bloods(chart: Chart) -> None:
    """What the shared laboratory sent to both hospitals under its own names."""
    at = "2026-08-17T09:12:00+01:00"
    natriuretic = chart.result(
        w.NT_PROBNP, "1840", "ng/L", at=at, normal=("", "400"), identifier=(_LABORATORY, "26-N-220917")
    )
    potassium = chart.result(
        w.POTASSIUM, "5.10", "mmol/L", at=at, normal=("3.5", "5.3"), identifier=(_LABORATORY, "26-N-220918")
    )
    chart.report(
        w.said("Heart failure profile"),
        (natriuretic, potassium),
        at=at,
        identifier=(_LABORATORY, "26-N-220900"),
    )


def _okafor_addenbury() -> Chart:
    chart = Chart(ADDENBURY, _DESMOND, "ad2210077")
    _bloods(chart)
    chart.contact(w.EMERGENCY, start="2026-08-16T22:40:00+01:00", where="EMER", why="Breathlessness")
    chart.document(w.DISCHARGE_SUMMARY, "Emergency department letter", date="2026-08-17T12:30:00+01:00")
    return chart


def _okafor_papermill() -> Chart:
    chart = Chart(PAPERMILL, _DESMOND, "pm40518")
    _bloods(chart)
    chart.problem(w.HEART_FAILURE, onset="2021-05", recorded="2021-05-27")
    chart.procedure(
        w.ECHOCARDIOGRAPHY, performed="2026-08-24", note="Left ventricular ejection fraction 35 %."
    )
    chart.medicine(
        w.said("Bisoprolol 5mg tablets"),
        "One tablet each morning",
        authored="2026-08-24T15:05:00+01:00",
        note="Raised from 2.5 mg in clinic.",
    )
    chart.contact(w.CONSULTATION, start="2026-08-24T14:20:00+01:00", why="Heart failure clinic")
    chart.appointment(
        "Heart failure clinic", start=f"{day(92)}T14:20:00+00:00", end=f"{day(92)}T14:50:00+00:00"
    )
    return chart


def slow_pages() -> Story:
    """Two years of readings that Papermill sends a page at a time, slowly."""
    practice = Chart(FEN_EDGE, _RUTH, "fe31055")
    practice.problem(w.ISCHAEMIC_HEART, onset="2018", recorded="2018-02-13")
    practice.medicine(
        w.said("Aspirin 75mg dispersible tablets"), "One tablet each morning", authored="2026-09-28"
    )
    practice.allergy(w.NO_KNOWN_ALLERGY, recorded="2018-02-13")
    papermill = Chart(PAPERMILL, _RUTH, "pm40977")
    papermill.procedure(w.BYPASS, performed="2024-01-23")
    papermill.contact(w.ADMISSION, start="2024-01-22", end="2024-01-30", where="IMP", why="Bypass surgery")
    for month in range(1, 10):
        _rehabilitation(papermill, f"2026-{month:02}")
    return Story(
        name="slow-pages",
        title="A partner that pages slowly",
        shows="Papermill sends many small pages; the others are not kept waiting, and nothing is cut unsaid.",
        demographics=_RUTH,
        charts={chart.partner.partner_id: chart.resources for chart in (practice, papermill)},
    )


def _rehabilitation(chart: Chart, month: str) -> None:
    """One month's visit of cardiac rehabilitation."""
    # British Summer Time begins on the last Sunday of March and ends on that of October.
    at = f"{month}-05T11:00:00{'+00:00' if month < '2026-04' else '+01:00'}"
    chart.contact(w.said("Cardiac rehabilitation"), start=at)
    chart.measured(w.PULSE, "64", "/min", at=at)
    chart.measured(w.OXYGEN, "97", "%", at=at)
    chart.blood_pressure("126", "74", at=at)
