"""What openehr asks, when it stops, and what it calls the result."""

from __future__ import annotations

import json

import pytest

from broker.domain.category import Category
from broker.domain.outcome import Cause, OutcomeLabel
from broker.domain.query import AskLimits
from broker.ports.connector import Answer, Ending, HttpRequest, TransportFault
from connectors.openehr.aql import QUERY_PATH
from tests.connectors.openehr.scripted import (
    EHR,
    LOCAL,
    OTHER_EHR,
    RISK,
    body_of,
    ehr,
    entry,
    fetched,
    judged,
    kinds_of,
    queries_of,
    result,
    row,
    server,
)
from tests.support.patients import ASHA, BEN
from tests.support.sender import said

COMPLETE = Ending(OutcomeLabel.COMPLETE)
SLOW = said(b"", 408)
RISKS_ARE_ASKED_FOR = "matches {'openEHR-EHR-EVALUATION.health_risk"


def risks(*places: int) -> list[list[object]]:
    """A row for each place, none like another."""
    return [row(uid=f"c{place}::trust::1") for place in places]


def test_only_what_is_permitted_is_asked_for() -> None:
    """A permitted category has its queries; no other archetype stands in any of them."""
    permitted = frozenset({Category.ALLERGIES, Category.ALERTS, Category.DEMOGRAPHICS})
    ending, heard = fetched(server({}), categories=permitted)
    asked = "\n".join(queries_of(heard))
    assert ending == COMPLETE
    assert len(queries_of(heard)) == 3
    assert "adverse_reaction_risk.v2" in asked
    assert "mental_health_act_status.v0" in asked
    assert "problem_diagnosis" not in asked
    assert "OBSERVATION" not in asked


def test_demographics_alone_asks_no_query() -> None:
    """The EHR says all that there is."""
    ending, heard = fetched(server({}), categories=frozenset({Category.DEMOGRAPHICS}))
    assert (ending, queries_of(heard), kinds_of(heard)) == (COMPLETE, [], ["Patient"])


def test_a_category_that_the_server_is_not_asked_for_is_said_to_be_missing() -> None:
    """`sections` leaves it out; the rest comes, and the answer is not the whole."""
    settings: dict[str, object] = {"sections": ["alerts"]}
    ending, heard = fetched(server({"health_risk": [risks(1)]}), settings)
    assert (ending.label, ending.cause) == (OutcomeLabel.PARTIAL, Cause.NOT_OFFERED)
    assert kinds_of(heard) == ["Patient", "Flag"]


def test_what_no_section_names_is_asked_for_as_unclassified() -> None:
    """The rest of a class leaves out every archetype that another section of it names, and nothing else."""
    _, heard = fetched(server({}), categories=frozenset({Category.UNCLASSIFIED}))
    evaluations = next(asked for asked in queries_of(heard) if "EVALUATION x" in asked)
    assert "x/archetype_node_id != 'openEHR-EHR-EVALUATION.problem_diagnosis.v1'" in evaluations
    assert "matches" not in evaluations
    assert len(queries_of(heard)) == 5


def test_a_partners_own_archetype_is_asked_for_in_its_category() -> None:
    """It is named in the registration, and asked for there and in no rest of its class."""
    own = "openEHR-EHR-EVALUATION.risk_uk.v1"
    settings: dict[str, object] = {"archetypes": f"alerts={own} social-care=openEHR-EHR-ADMIN_ENTRY.duty.v0"}
    given = {**RISK, "archetype_node_id": own}
    _, heard = fetched(server({own: [[row(given)]]}), settings, categories=frozenset({Category.ALERTS}))
    assert [own in asked for asked in queries_of(heard)].count(True) == 2  # two pages of one query
    assert kinds_of(heard) == ["Patient", "Flag"]
    _, heard = fetched(server({}), settings, categories=frozenset({Category.SOCIAL_CARE}))
    assert any("ADMIN_ENTRY.duty.v0" in asked for asked in queries_of(heard))
    _, heard = fetched(server({}), settings, categories=frozenset({Category.UNCLASSIFIED}))
    assert f"!= '{own}'" in next(asked for asked in queries_of(heard) if "EVALUATION x" in asked)


def test_an_archetype_that_a_partner_moves_is_asked_for_in_one_place() -> None:
    """Goals are alerts at this partner: no query for plans holds them, and the entries become alerts."""
    goal = "openEHR-EHR-EVALUATION.goal.v1"
    settings: dict[str, object] = {"archetypes": f"alerts={goal}"}
    pages = {goal: [[row(entry("EVALUATION", "goal.v1"))]]}
    _, heard = fetched(server(pages), settings, categories=frozenset({Category.PLANS}))
    assert not any(f"{{'{goal}" in asked or f" '{goal}" in asked for asked in queries_of(heard))
    _, heard = fetched(server(pages), settings, categories=frozenset({Category.ALERTS}))
    assert kinds_of(heard) == ["Patient", "Flag"]


def test_a_query_holds_the_local_id_and_no_number() -> None:
    """The EHR's id names the person, as a parameter and a header; every row is to say whose it is."""
    _, heard = fetched(server({}))
    sent = [request for request in heard.requests if request.path == QUERY_PATH]
    for request in sent:
        asked = body_of(request)
        assert request.method == "POST"
        assert asked["query_parameters"] == {"ehr_id": EHR}
        assert request.headers["openehr-ehr-id"] == EHR
        assert request.headers["Content-Type"] == "application/json"
        assert asked["q"].startswith("SELECT e/ehr_id/value AS ehr_id")
        assert ASHA.digits not in str(asked)


def test_pages_are_asked_for_from_where_the_last_one_ended() -> None:
    """The offset grows by the rows that came, whatever was asked for, until a page has none."""
    ending, heard = fetched(server({"health_risk": [risks(1, 2), risks(3)]}), {"page_size": 50})
    asked = [body_of(one) for one in heard.requests if one.path == QUERY_PATH]
    pages = [(one["offset"], one["fetch"]) for one in asked if RISKS_ARE_ASKED_FOR in one["q"]]
    assert pages == [(0, 50), (2, 50), (3, 50)]
    assert (ending, kinds_of(heard)) == (COMPLETE, ["Patient", "Flag", "Flag", "Flag"])


def test_a_short_page_is_the_last_only_where_the_registration_says_so() -> None:
    """A server that keeps to its own limit would lose the rest; one that is known not to saves a call."""
    respond = server({"health_risk": [risks(1), risks(2)]})
    for settings, flags in (({}, 2), ({"last_page": "short"}, 1)):
        ending, heard = fetched(respond, settings)
        assert ending == COMPLETE
        assert kinds_of(heard).count("Flag") == flags


def test_the_same_rows_again_end_the_section() -> None:
    """A server that ignores the offset is not asked for ever, and its rows are not shown twice."""

    def respond(request: HttpRequest) -> Answer:
        ignores_offset = request.body is not None and RISKS_ARE_ASKED_FOR in body_of(request)["q"]
        return result(risks(1)) if ignores_offset else server({})(request)

    ending, heard = fetched(respond)
    assert (ending.label, ending.cause) == (OutcomeLabel.PARTIAL, Cause.PAGE_LOOP)
    assert kinds_of(heard).count("Flag") == 1


def test_pages_over_the_limit_are_said_to_be_missing() -> None:
    """As many pages with rows as the partner's limit allows; the page that only ends a section is free."""
    pages = {"health_risk": [risks(place) for place in range(9)]}
    limits = AskLimits(pages_max=3, entries_max=100)
    ending, heard = fetched(server(pages), limits=limits)
    assert (ending.cause, kinds_of(heard).count("Flag")) == (Cause.PAGE_LIMIT, 3)
    ending, _ = fetched(server({"health_risk": pages["health_risk"][:3]}), limits=limits)
    assert ending == COMPLETE


@pytest.mark.parametrize(("allowed", "cause"), [(2, Cause.ENTRY_LIMIT), (3, Cause.NONE)])
def test_rows_over_the_limit_are_said_to_be_missing(allowed: int, cause: Cause) -> None:
    """Exactly the limit is whole; one row more is partial, and no more than the limit are handed over."""
    limits = AskLimits(pages_max=9, entries_max=allowed)
    ending, heard = fetched(server({"health_risk": [risks(1, 2, 3)]}), limits=limits)
    assert (ending.cause, kinds_of(heard).count("Flag")) == (cause, allowed)


def test_a_section_that_takes_too_long_leaves_the_others() -> None:
    """The server's own query timeout ends that section; the rest is shown, and the answer says slow."""
    ending, heard = fetched(server({"problem_diagnosis.v1'": [SLOW], "health_risk": [risks(1)]}))
    assert (ending.label, ending.cause) == (OutcomeLabel.PARTIAL, Cause.SLOW)
    assert "Flag" in kinds_of(heard)


def test_every_section_too_slow_is_timed_out() -> None:
    """Nothing could be read, so nothing is shown, not even the Patient."""
    ending, heard = fetched(lambda request: ehr() if request.method == "GET" else SLOW)
    assert (ending, heard.entries) == (Ending(OutcomeLabel.TIMED_OUT, Cause.SLOW), [])


@pytest.mark.parametrize(
    "later", [SLOW, said(b"", 500), said(b"{}"), TransportFault(OutcomeLabel.TIMED_OUT, Cause.SLOW)]
)
def test_a_later_page_of_a_query_that_fails_leaves_the_first(later: Answer) -> None:
    """What came before is shown, and the answer is partial for that page."""
    ending, heard = fetched(server({"health_risk": [risks(1), later]}))
    assert (ending.label, ending.cause) == (OutcomeLabel.PARTIAL, Cause.PAGE_FAILED)
    assert "Flag" in kinds_of(heard)


@pytest.mark.parametrize(
    ("answer", "cause"),
    [
        (said(b"", 400), Cause.STATUS),
        (said(b"", 403), Cause.CREDENTIALS),
        (said(b'{"rows":1}'), Cause.MALFORMED),
    ],
)
def test_a_query_that_is_refused_leaves_the_other_sections(answer: Answer, cause: Cause) -> None:
    """One section fails for its own reason; the answer is partial for that reason."""
    ending, heard = fetched(server({"problem_diagnosis.v1'": [answer], "health_risk": [risks(1)]}))
    assert (ending.label, ending.cause) == (OutcomeLabel.PARTIAL, cause)
    assert "Flag" in kinds_of(heard)


def test_columns_are_read_by_name_where_they_have_names() -> None:
    """A server may give them in an order of its own."""
    cells = dict(
        zip(
            ("ehr_id", "uid", "name", "archetype", "context", "composer", "feeder_audit", "entry"),
            row(),
            strict=True,
        )
    )
    names = sorted(cells)
    body = {"columns": [{"name": name} for name in names], "rows": [[cells[name] for name in names]]}
    _, heard = fetched(server({"health_risk": [said(json.dumps(body).encode())]}), {"last_page": "short"})
    assert kinds_of(heard) == ["Patient", "Flag"]


@pytest.mark.parametrize("bad", [[], row()[:-1], row(ehr_id=""), "x", 7, [None] * 8])
def test_a_row_that_cannot_be_read_is_counted(bad: object) -> None:
    """It is handed on as unreadable, and the answer is partial for it."""
    ending, heard = fetched(server({"health_risk": [[row(), bad]]}))
    normalised = judged(ending, heard)
    assert (normalised.unreadable, normalised.ending.cause) == (1, Cause.UNREADABLE_ENTRIES)
    assert [one.header.resourceType for one in normalised.resources] == ["Patient", "Flag"]


def test_a_cell_with_a_repeated_member_is_not_read() -> None:
    """Two readers could take two different entries from it."""
    kind = b'"_type": "EVALUATION"'
    twice = json.dumps({"rows": [row()]}).encode().replace(kind, kind + b', "_type": "OBSERVATION"')
    ending, heard = fetched(server({"health_risk": [said(twice)]}), {"last_page": "short"})
    assert judged(ending, heard).unreadable == 1


def test_a_row_of_another_ehr_is_set_aside() -> None:
    """It is given as that person's, and nobody sees it."""
    ending, heard = fetched(server({"health_risk": [[row(), row(ehr_id=OTHER_EHR)]]}))
    normalised = judged(ending, heard)
    assert (normalised.quarantined, normalised.ending.cause) == (1, Cause.WRONG_PATIENT)
    assert len(normalised.resources) == 2


@pytest.mark.parametrize(("number", "kept"), [(ASHA.digits, 2), (BEN.digits, 1)])
def test_an_entry_that_names_its_subject_must_name_the_person(number: str, kept: int) -> None:
    """An entry in the right EHR about another number contradicts, and is set aside."""
    reference = {"id": {"value": number}, "namespace": "uk.nhs.nhs_number", "type": "PERSON"}
    for kind in ("PARTY_SELF", "PARTY_IDENTIFIED"):
        about = {**RISK, "subject": {"_type": kind, "external_ref": reference}}
        normalised = judged(*fetched(server({"health_risk": [[row(about)]]})))
        assert len(normalised.resources) == kept


def test_an_entry_of_another_archetype_keeps_its_own_category() -> None:
    """A server that ignores the condition of a query cannot make a diagnosis an alert."""
    other = row(entry("EVALUATION", "problem_diagnosis.v1"))
    normalised = judged(*fetched(server({"health_risk": [[other]]})))
    assert [one.category for one in normalised.resources] == [Category.DEMOGRAPHICS, Category.PROBLEMS]


def test_a_known_id_is_asked_under_and_proved_again() -> None:
    """The EHR is read beside the queries: no look-up by number, and no answer without the number in it."""
    ending, heard = fetched(server({"health_risk": [risks(1)]}), local=LOCAL)
    assert (ending, kinds_of(heard)) == (COMPLETE, ["Patient", "Flag"])
    assert [one.path for one in heard.requests if one.method == "GET"] == [f"v1/ehr/{EHR}"]
    assert judged(ending, heard).quarantined == 0
