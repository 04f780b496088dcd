"""What pds makes of the index's answers: who somebody is, who may be asked, and when it cannot say."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from broker.domain.identity import ODS_SYSTEM, Restriction
from broker.domain.outcome import Cause, OutcomeLabel
from broker.ports.connector import Traced, TransportFault
from connectors.pds import PLUGIN
from tests.support.patients import ASHA, BEN, OLD, patient
from tests.support.pds_answers import fault, identity, practice, spine, trace
from tests.support.sender import CORRELATION, said, scripted


def test_one_read_carries_the_ids_that_the_index_needs() -> None:
    """Both ids are UUIDs made from the request's own, so that the same trace is known again."""
    _, request = trace(patient(ASHA.digits, ASHA.digits))
    assert (request.method, request.path) == ("GET", f"Patient/{ASHA.digits}")
    assert request.headers["X-Request-ID"] == request.headers["X-Correlation-ID"] == CORRELATION
    first, again = (trace(patient(ASHA.digits, ASHA.digits), correlation="r-1")[1] for _ in range(2))
    assert first.headers["X-Request-ID"] == again.headers["X-Request-ID"] != CORRELATION


def test_on_whose_behalf_is_said_when_it_is_set() -> None:
    """The organisation and the role profile go along as the index names them."""
    connector = PLUGIN.create({"organisation_ods": "RZZ01", "role_id": "555021935107"})
    _, heard = scripted(
        connector.trace(ASHA, "r-1"), lambda _: said(json.dumps(patient(ASHA.digits, ASHA.digits)).encode())
    )
    assert heard.requests[0].headers["NHSD-End-User-Organisation-ODS"] == "RZZ01"
    assert heard.requests[0].headers["NHSD-Session-URID"] == "555021935107"


def test_a_superseded_number_leads_to_the_new_one() -> None:
    """The person is found under the new number, and judged under both."""
    found = trace(patient(BEN.digits, BEN.digits))[0].identity
    assert found is not None
    assert (found.number, found.numbers) == (BEN, {ASHA, BEN})


def test_an_unrestricted_person_keeps_the_index_bytes() -> None:
    """The Patient is carried as it came."""
    raw = json.dumps(patient(ASHA.digits, ASHA.digits), indent=3).encode()
    found = trace(raw)[0].identity
    assert found is not None
    assert (found.resource, found.restriction) == (raw, Restriction.NONE)


@pytest.mark.parametrize(
    ("practices", "code"),
    [
        ([practice("D99001", start="2004-04-01")], "D99001"),
        ([practice("D99001", start="2004-04-01", end="2021-12-31")], None),
        ([practice("D99001", end="2026-11-22")], "D99001"),
        ([practice("D99001", end="2026-10")], None),
        ([practice("D99001", end="2026")], "D99001"),
        ([practice("D99001", start="2027-01-01")], None),
        ([practice("D99001", end="2020-01-01"), practice("D99002", start="2020-01-01")], "D99002"),
        ([], None),
    ],
)
def test_only_an_open_registration_names_the_practice(
    practices: list[dict[str, Any]], code: str | None
) -> None:
    """Open on the day that the index answered, as precisely as its dates are."""
    assert identity(generalPractitioner=practices).practice_ods == code


@pytest.mark.parametrize(
    ("names", "family"),
    [
        ([{"family": "Once", "use": "old"}, {"family": "Now", "use": "usual"}], "Now"),
        (
            [
                {"family": "Ended", "use": "usual", "period": {"end": "2020-01-01"}},
                {"family": "Open", "use": "official", "period": {"start": "2020-01-01"}},
            ],
            "Open",
        ),
        (
            [
                {"family": "Earlier", "use": "usual", "period": {"start": "2001-01-01"}},
                {"family": "Later", "use": "usual", "period": {"start": "2011-01-01"}},
            ],
            "Later",
        ),
        ([{"family": "Only", "use": "usual", "period": {"end": "2021-12-31"}}], "Only"),
        ([], ""),
    ],
)
def test_the_name_is_the_usual_one_that_holds(names: list[dict[str, Any]], family: str) -> None:
    """The usual name now, else the most recent; a name that ended only where there is no other."""
    assert identity(name=names).family == family


def test_a_minimal_record_is_found_without_what_it_lacks() -> None:
    """The index has records of a number alone: no birth date is an empty one, which proves nobody."""
    raw = patient(ASHA.digits, ASHA.digits)
    del raw["birthDate"]
    found = trace(raw)[0].identity
    assert found is not None
    assert (found.birth_date, found.family, found.deceased_on) == ("", "", None)


@pytest.mark.parametrize(
    ("body", "status", "traced"),
    [
        (spine("RESOURCE_NOT_FOUND"), 404, "not-found"),
        (spine("INVALIDATED_RESOURCE"), 404, "invalidated"),
        (spine("TOO_MANY_MATCHES", "multiple-matches"), 200, "several"),
        (spine("TOO_MANY_MATCHES", "multiple-matches"), 404, "several"),
        ({"resourceType": "Bundle", "entry": [{}, {}]}, 200, "several"),
    ],
)
def test_nobody_is_told_in_the_index_own_words(body: Any, status: int, traced: str) -> None:
    """Not found, invalidated and several are three answers."""
    assert trace(body, status)[0] == Traced(status=traced)


@pytest.mark.parametrize(
    ("body", "status", "cause"),
    [
        (b"", 404, Cause.STATUS),
        (spine("PROXY_NOT_FOUND"), 404, Cause.STATUS),
        (spine("INVALID_RESOURCE_ID"), 400, Cause.STATUS),
        (spine("RESOURCE_NOT_FOUND"), 200, Cause.MALFORMED),
        ({"resourceType": "Bundle", "total": 0}, 200, Cause.MALFORMED),
        ({"resourceType": "Bundle", "entry": [{}]}, 200, Cause.MALFORMED),
        (b'{"resourceType":"Patient","id":"9990000018","id":"9990000026"}', 200, Cause.MALFORMED),
    ],
)
def test_what_the_index_does_not_say_is_a_fault(body: Any, status: int, cause: Cause) -> None:
    """A 404 of a wrong address, an empty Bundle or a twice-said id names nobody and denies nobody."""
    assert fault(body, status) == (OutcomeLabel.INVALID, cause)


@pytest.mark.parametrize(
    "changes",
    [
        {"id": "12345"},
        {"id": "9990000019"},
        {"id": None},
        {"id": BEN.digits},
        {"identifier": []},
        {"identifier": "x"},
        {"identifier": [{"system": "https://fhir.nhs.uk/Id/nhs-number"}]},
        {"meta": []},
        {"meta": {"security": {"code": "U"}}},
        {"meta": {"security": ["U"]}},
        {"birthDate": 1951},
        {"birthDate": "9 April 1951"},
        {"deceasedBoolean": True},
        {"deceasedDateTime": "yesterday"},
        {"name": {"family": "x"}},
        {"name": [{"family": ["x"]}]},
        {"name": [{"given": "x"}]},
        {"name": [{"period": "x"}]},
        {"name": [{"use": ["usual"]}]},
        {"generalPractitioner": {"x": 1}},
        {"generalPractitioner": [{"identifier": []}]},
        {"generalPractitioner": [practice("D99001"), practice("D99002")]},
        {"generalPractitioner": [practice("D99 001")]},
        {"generalPractitioner": [{"identifier": {"system": ODS_SYSTEM}}]},
    ],
)
def test_a_patient_of_an_odd_shape_is_a_fault(changes: dict[str, Any]) -> None:
    """Nothing is guessed from what the index does not write."""
    assert fault({**patient(ASHA.digits, ASHA.digits), **changes}) == (OutcomeLabel.INVALID, Cause.MALFORMED)


json_values = st.recursive(
    st.none() | st.booleans() | st.integers(-9, 9) | st.sampled_from(["", "x", "U", "usual", OLD.digits]),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["security", "code", "system", "value", "period", "end", "given", "identifier"]),
            inner,
            max_size=3,
        )
    ),
    max_leaves=8,
)
MEMBERS = ("resourceType", "id", "meta", "identifier", "name", "birthDate", "generalPractitioner", "entry")
members = st.sampled_from(MEMBERS)


@given(st.dictionaries(members, json_values, max_size=4), st.sampled_from([200, 404, 400, 500]))
def test_no_shape_at_all_makes_it_fail_otherwise(changes: dict[str, Any], status: int) -> None:
    """Whatever comes, the answer is a Traced or a TransportFault."""
    try:
        traced, _ = trace({**patient(ASHA.digits, ASHA.digits), **changes}, status)
    except TransportFault:
        return
    assert traced.status in {"found", "not-found", "invalidated", "several"}
