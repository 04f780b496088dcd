"""Four people who objected, each in another way: to all of it, to a partner, to a category, in vain."""

from __future__ import annotations

from broker.demonstration.partners import ADDENBURY, CASTLE_HILL, COUNTY, FEN_EDGE, FENLAND, OUSEBANK
from broker.demonstration.people import words as w
from broker.demonstration.people.chart import Chart
from broker.demonstration.people.person import Demographics, Story, StoryObjection
from broker.domain.category import Category
from broker.domain.objection import Direction, ObjectionState, Scope

_GARETH = Demographics(
    number="9990000042",
    prefix="Mr",
    given="Gareth",
    family="Pym",
    gender="male",
    birth_date="1966-01-25",
    practice=FEN_EDGE.ods,
)
_HELEN = Demographics(
    number="9990000050",
    prefix="Dr",
    given="Helen",
    family="Marsh",
    gender="female",
    birth_date="1979-09-14",
    practice=CASTLE_HILL.ods,
)
_TOMASZ = Demographics(
    number="9990000069",
    prefix="Mr",
    given="Tomasz",
    family="Wolny",
    gender="male",
    birth_date="1985-12-03",
    practice=FEN_EDGE.ods,
)
_SHANICE = Demographics(
    number="9990000077",
    prefix="Ms",
    given="Shanice",
    family="Brewer",
    gender="female",
    birth_date="2001-06-19",
    practice=CASTLE_HILL.ods,
)


def whole_objection() -> Story:
    """Nothing of his record is shared: nobody is asked, and those who may know are told why."""
    practice = Chart(FEN_EDGE, _GARETH, "fe11804")
    practice.problem(w.HYPOTHYROIDISM, onset="2015", recorded="2015-03-04")
    practice.result(w.TSH, "2.40", "m[IU]/L", at="2026-04-15T09:00:00+01:00", normal=("0.35", "4.94"))
    hospital = Chart(ADDENBURY, _GARETH, "ad1180446")
    hospital.procedure(w.APPENDICECTOMY, performed="1988")
    return Story(
        name="whole-objection",
        title="An objection to the whole record",
        shows="Nobody is asked. A clinician in his care is told that he objected and whom to contact.",
        demographics=_GARETH,
        charts={chart.partner.partner_id: chart.resources for chart in (practice, hospital)},
        objections=(StoryObjection(scope=Scope(), reason="Wants no sharing beyond his practice."),),
    )


def partner_objection() -> Story:
    """What Ousebank holds stays there; everything else is shown."""
    practice = Chart(CASTLE_HILL, _HELEN, "ch70411")
    practice.problem(w.HYPERTENSION, onset="2024-01", recorded="2024-01-30")
    practice.medicine(w.said("Amlodipine 5mg tablets"), "One tablet each morning", authored="2026-08-20")
    practice.blood_pressure("132", "80", at="2026-08-20T10:05:00+01:00")
    trust = Chart(OUSEBANK, _HELEN, "ob31177")
    trust.problem(w.ANXIETY, onset="2019", recorded="2019-05-22")
    trust.contact(w.CONSULTATION, start="2019-06-05T14:00:00+01:00", why="Assessment")
    scope = Scope(partners=frozenset({OUSEBANK.partner_id}), direction=Direction.SOURCE)
    return Story(
        name="partner-objection",
        title="An objection to one partner",
        shows="Ousebank is not asked, whatever it holds; the other services answer as usual.",
        demographics=_HELEN,
        charts={chart.partner.partner_id: chart.resources for chart in (practice, trust)},
        objections=(StoryObjection(scope=scope, reason="Works with colleagues of that trust."),),
        asked_as="general-practitioner",
    )


def category_objection() -> Story:
    """His results are withheld everywhere; the rest is shown, with one neutral notice."""
    practice = Chart(FEN_EDGE, _TOMASZ, "fe28876")
    practice.problem(w.ASTHMA, onset="1993", recorded="1994-02-02")
    practice.medicine(w.SALBUTAMOL, "Two puffs when needed", authored="2026-07-02")
    practice.result(w.HAEMOGLOBIN, "142", "g/L", at="2026-03-11T08:50:00+00:00", normal=("130", "180"))
    hospital = Chart(ADDENBURY, _TOMASZ, "ad5512093")
    hospital.contact(w.CONSULTATION, start="2026-03-24T15:40:00+00:00", why="Respiratory clinic")
    sodium = hospital.result(w.SODIUM, "139", "mmol/L", at="2026-03-24T16:00:00+00:00")
    hospital.report(w.said("Urea and electrolytes"), (sodium,), at="2026-03-24T18:30:00+00:00")
    scope = Scope(categories=frozenset({Category.RESULTS}))
    return Story(
        name="category-objection",
        title="An objection to one category",
        shows="Test results are withheld from every partner, without a count or a stub.",
        demographics=_TOMASZ,
        charts={chart.partner.partner_id: chart.resources for chart in (practice, hospital)},
        objections=(StoryObjection(scope=scope, reason="Test results are his own affair."),),
    )


def safeguarding() -> Story:
    """Her objection was not upheld: those who protect her unborn child see what they need, others nothing."""
    practice = Chart(CASTLE_HILL, _SHANICE, "ch95520")
    practice.problem(w.PREGNANCY, onset="2026-06", recorded="2026-07-14")
    practice.medicine(w.said("Folic acid 400microgram tablets"), "One tablet a day", authored="2026-07-14")
    community = Chart(FENLAND, _SHANICE, "fc60018")
    community.alert(
        w.said("Unborn child subject to a child protection plan"), since="2026-09-15", kind="safety"
    )
    community.contact(w.said("Midwife home visit"), start="2026-10-13T10:00:00+01:00", where="HH")
    council = Chart(COUNTY, _SHANICE, "cc410772")
    council.plan(
        w.CARE_PLAN,
        "Pre-birth child protection plan",
        created="2026-09-15",
        steps=("Core group every four weeks", "Midwife and social worker visit together"),
        social_care=True,
    )
    objection = StoryObjection(
        scope=Scope(),
        state=ObjectionState.NOT_UPHELD,
        ground="safeguarding",
        carveout_roles=frozenset({"social-worker", "nurse"}),
        carveout_categories=frozenset(
            {Category.ALERTS, Category.PLANS, Category.SOCIAL_CARE, Category.CONTACTS}
        ),
        carveout_partners=frozenset({FENLAND.partner_id, COUNTY.partner_id}),
        reason="Objected to all sharing; weighed against the risk to the unborn child.",
    )
    return Story(
        name="safeguarding",
        title="An objection not upheld, for safeguarding",
        shows="Named roles see alerts, plans and social care until the review date; nobody sees the rest.",
        demographics=_SHANICE,
        charts={chart.partner.partner_id: chart.resources for chart in (practice, community, council)},
        objections=(objection,),
        asked_as="social-worker",
    )
