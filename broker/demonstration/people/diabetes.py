"""Margaret Thurlow: diabetes looked after by four services, and a council that helps her at home."""

from __future__ import annotations

from broker.demonstration.partners import (
    ADDENBURY,
    COUNTY,
    FEN_EDGE,
    FEN_EDGE_DOCUMENTS,
    FENLAND,
    OUSEBANK,
)
from broker.demonstration.people import words as w
from broker.demonstration.people.chart import Chart
from broker.demonstration.people.person import Demographics, Story, day

_WHO = Demographics(
    number="9990000018",
    prefix="Mrs",
    given="Margaret",
    family="Thurlow",
    gender="female",
    birth_date="1958-04-12",
    practice=FEN_EDGE.ods,
    street="4 Sluice Lane",
    town="Fen Edge",
    postcode="CB99 1AA",
)

# The hospital's laboratory names each result; the practice files the copy under the same name.
_LABORATORY = f"{ADDENBURY.systems}/laboratory"


def story() -> Story:
    """A long record with a group, a contradiction and five sources."""
    charts = (_practice(), _letters(), _hospital(), _community(), _talking_therapies(), _council())
    return Story(
        name="diabetes",
        title="Diabetes across four services",
        shows=(
            "One record from the practice, the hospital, community nursing and talking therapies: the same "
            "HbA1c seen twice stands as one group, and an allergy here meets 'none known' there."
        ),
        demographics=_WHO,
        charts={chart.partner.partner_id: chart.resources for chart in charts},
    )


def _practice() -> Chart:
    chart = Chart(FEN_EDGE, _WHO, "fe20417")
    chart.allergy(
        w.PENICILLIN_ALLERGY, reaction=w.URTICARIA, recorded="1994-03-21", criticality="high", onset="1994"
    )
    chart.problem(w.DIABETES_2, onset="2016", recorded="2016-05-11")
    chart.problem(w.HYPERTENSION, onset="2012-09", recorded="2012-09-18")
    chart.problem(w.CKD_3, onset="2022-02", recorded="2022-02-25")
    chart.problem(w.PNEUMONIA, onset="2009-01", recorded="2009-01-14", ended="2009-02")
    chart.medicine(
        w.said("Metformin 500mg tablets"), "Two tablets twice a day with food", authored="2026-09-07"
    )
    chart.medicine(w.said("Ramipril 5mg capsules"), "One capsule each morning", authored="2026-09-07")
    chart.medicine(w.said("Atorvastatin 20mg tablets"), "One tablet at night", authored="2026-09-07")
    chart.medicine(
        w.said("Gliclazide 80mg tablets"),
        "Half a tablet each morning",
        authored="2023-04-03",
        status="stopped",
        note="Stopped by the diabetes clinic: night-time hypoglycaemia.",
    )
    _practice_results(chart)
    chart.vaccination(w.FLU_VACCINE, given="2026-10-08", lot="FL26-1180")
    chart.vaccination(w.COVID_VACCINE, given="2021-02-27", lot="EP9598")
    chart.contact(
        w.FOLLOW_UP,
        start="2026-09-02T08:30:00+01:00",
        end="2026-09-02T08:50:00+01:00",
        why="Diabetes annual review",
    )
    chart.referral(w.REFERRAL, authored="2026-09-02", why="Foot at moderate risk: podiatry please")
    return chart


def _practice_results(chart: Chart) -> None:
    chart.result(
        w.HBA1C,
        "58",
        "mmol/mol",
        at="2026-09-02T08:40:00+01:00",
        normal=("20", "41"),
        identifier=(_LABORATORY, "26-H-104482"),
    )
    chart.result(w.HBA1C, "64", "mmol/mol", at="2025-09-10T09:05:00+01:00", normal=("20", "41"))
    chart.result(w.CHOLESTEROL, "4.10", "mmol/L", at="2026-09-02T08:40:00+01:00")
    chart.blood_pressure("138", "82", at="2026-09-02T08:44:00+01:00")
    chart.measured(w.WEIGHT, "81.50", "kg", at="2026-09-02T08:42:00+01:00")
    chart.measured(w.BMI, "30.7", "kg/m2", at="2026-09-02T08:42:00+01:00")


def _letters() -> Chart:
    """What the practice was sent about her, and keeps as it came."""
    chart = Chart(FEN_EDGE_DOCUMENTS, _WHO, "fe20417")
    chart.document(
        w.said("Retinal screening letter"), "Eye screening result", date="2026-05-18T10:00:00+01:00"
    )
    return chart


def _hospital() -> Chart:
    chart = Chart(ADDENBURY, _WHO, "ad7731902")
    chart.allergy(w.NO_KNOWN_ALLERGY, recorded="2018-06-30")
    chart.problem(
        w.snomed("4855003", "Retinopathy due to diabetes mellitus"), onset="2023", recorded="2023-03-16"
    )
    chart.medicine(
        w.said("Insulin glargine 100units/ml solution for injection 3ml pre-filled pens"),
        "14 units under the skin at bedtime",
        authored="2026-07-21T11:20:00+01:00",
    )
    _hospital_results(chart)
    chart.procedure(w.said("Panretinal photocoagulation, right eye"), performed="2024-11-05")
    chart.contact(
        w.CONSULTATION,
        start="2026-07-21T10:30:00+01:00",
        end="2026-07-21T11:00:00+01:00",
        why="Diabetes clinic",
    )
    chart.appointment("Diabetes clinic", start=f"{day(58)}T10:30:00+00:00", end=f"{day(58)}T11:00:00+00:00")
    chart.document(w.said("Outpatient letter"), "Diabetes clinic letter", date="2026-07-22T09:00:00+01:00")
    return chart


def _hospital_results(chart: Chart) -> None:
    hba1c = chart.result(
        w.HBA1C,
        "58",
        "mmol/mol",
        at="2026-09-02T08:40:00+01:00",
        normal=("20", "41"),
        identifier=(_LABORATORY, "26-H-104482"),
    )
    creatinine = chart.result(
        w.CREATININE, "104", "umol/L", at="2026-07-21T10:15:00+01:00", normal=("45", "84")
    )
    egfr = chart.result(w.EGFR, "49", "mL/min/{1.73_m2}", at="2026-07-21T10:15:00+01:00")
    potassium = chart.result(w.POTASSIUM, "4.70", "mmol/L", at="2026-07-21T10:15:00+01:00")
    chart.report(w.said("HbA1c"), (hba1c,), at="2026-09-02T16:12:00+01:00")
    chart.report(
        w.said("Urea and electrolytes"),
        (creatinine, egfr, potassium),
        at="2026-07-21T14:40:00+01:00",
        conclusion="Stable against January 2026.",
    )


def _community() -> Chart:
    chart = Chart(FENLAND, _WHO, "fc55081")
    chart.alert(w.said("Lives alone; key safe by the side door"), since="2025-11", kind="contact")
    chart.problem(
        w.said("Healed ulcer, left heel"), onset="2025-12", recorded="2025-12-09", ended="2026-03-30"
    )
    chart.procedure(
        w.said("Diabetic foot examination"), performed="2026-09-24", note="Pulses felt both sides."
    )
    chart.procedure(w.said("Dressing of left heel"), performed="2026-02-18")
    chart.plan(
        w.CARE_PLAN,
        "Foot protection plan",
        created="2026-03-30",
        steps=("Look at both feet each day", "Podiatry every eight weeks"),
    )
    chart.contact(w.said("Home visit"), start="2026-09-24T13:10:00+01:00", where="HH", why="Podiatry")
    chart.contact(w.said("Home visit"), start="2026-02-18T09:40:00+00:00", where="HH", why="Wound care")
    chart.measured(w.WEIGHT, "82.0", "kg", at="2026-02-18T09:55:00+00:00")
    chart.blood_pressure("144", "86", at="2026-09-24T13:20:00+01:00")
    chart.taking(
        w.said("Insulin glargine 100units/ml pens"),
        "14 units at bedtime; says she often forgets",
        since="2026-07",
    )
    chart.appointment("Podiatry", start=f"{day(51)}T13:00:00+00:00", end=f"{day(51)}T13:30:00+00:00")
    return chart


def _talking_therapies() -> Chart:
    chart = Chart(OUSEBANK, _WHO, "ob90213")
    chart.problem(w.DEPRESSION, onset="2025-11", recorded="2025-12-01")
    chart.contact(
        w.TELEPHONE,
        start="2026-01-14T15:00:00+00:00",
        end="2026-01-14T15:45:00+00:00",
        where="VR",
        why="Living with a long-term condition, session 1 of 8",
    )
    chart.plan(
        w.CARE_PLAN,
        "Talking therapies: living with diabetes",
        created="2026-01-14",
        steps=("One pleasant activity a day", "Injection reminder on her telephone"),
    )
    chart.document(w.DISCHARGE_SUMMARY, "End of treatment letter", date="2026-04-22T10:00:00+01:00")
    return chart


def _council() -> Chart:
    chart = Chart(COUNTY, _WHO, "cc300914")
    chart.plan(
        w.CARE_PLAN,
        "Support at home",
        created="2025-12-20",
        steps=("Carer each morning, 30 minutes", "Meals on three days a week"),
        social_care=True,
    )
    return chart
