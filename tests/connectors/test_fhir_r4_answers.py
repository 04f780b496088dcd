"""What fhir_r4 asks, when it stops, and what it calls the result."""

from __future__ import annotations

from typing import Any

import pytest

from broker.domain.category import Category
from broker.domain.outcome import Cause, OutcomeLabel
from broker.domain.query import AskLimits
from broker.ports.connector import Answer, Ending, HttpRequest, TransportFault
from tests.support.fhir_server import (
    ASHA_THERE,
    COMPLETE,
    LOCAL,
    bundle,
    fetch,
    flag,
    found,
    known,
    outcome,
)
from tests.support.sender import said


@pytest.mark.parametrize("self_link", ["A", ""])
def test_pages_that_go_round_are_ended(self_link: str) -> None:
    """A page that was read is never read again."""
    first = bundle(flag("f1"), next_link="B", self_link=self_link)
    second = bundle(flag("f2"), next_link="A", self_link="B")
    ending, heard = known(first, second, first, second)
    assert (ending.label, ending.cause) == (OutcomeLabel.PARTIAL, Cause.PAGE_LOOP)
    assert len(heard.requests) == (2 if self_link else 3)


def test_pages_without_end_are_ended_at_the_limit() -> None:
    """As many pages as the partner's limit allows, and the rest is said to be missing."""
    pages = [bundle(flag(f"f{page}"), next_link=f"?p={page}") for page in range(9)]
    ending, heard = known(*pages, limits=AskLimits(pages_max=3, entries_max=100))
    assert (ending.label, ending.cause, len(heard.requests)) == (OutcomeLabel.PARTIAL, Cause.PAGE_LIMIT, 3)


@pytest.mark.parametrize(("allowed", "cause"), [(2, Cause.ENTRY_LIMIT), (3, Cause.NONE)])
def test_entries_over_the_limit_are_said_to_be_missing(allowed: int, cause: Cause) -> None:
    """Exactly the limit is whole; one more is partial, and no more than the limit are handed over."""
    flags = [flag(f"f{place}") for place in range(3)]
    ending, heard = known(bundle(*flags), limits=AskLimits(pages_max=3, entries_max=allowed))
    assert (ending.cause, len(heard.entries)) == (cause, 1 + allowed)


def test_fewer_than_the_total_is_partial_with_what_was_expected() -> None:
    """Forty are said to be there, two came, and no page follows."""
    ending, _ = known(bundle(flag("f1"), flag("f2"), total=40))
    assert ending == Ending(OutcomeLabel.PARTIAL, Cause.FEWER_THAN_TOTAL, 40)


def test_a_link_is_passed_on_as_it_came() -> None:
    """It is neither read nor built; a link that is a query alone goes with its search's path."""
    link = "?patient=1&-pageContext=%7e%2F&-pageDirection=NEXT"
    _, heard = known(bundle(flag("f1"), next_link=link), bundle())
    assert (heard.requests[1].link, heard.requests[1].path) == (link, "Patient/a1/$everything")


def test_a_fault_on_a_later_page_leaves_what_came() -> None:
    """Whatever breaks, page one is shown; a link that may not be followed is named as that."""
    for fault, cause in (
        (TransportFault(OutcomeLabel.TIMED_OUT, Cause.DEADLINE), Cause.PAGE_FAILED),
        (TransportFault(OutcomeLabel.INVALID, Cause.FOREIGN_LINK), Cause.FOREIGN_LINK),
    ):
        answers: list[Answer] = [said(bundle(flag("f1"), next_link="x")), fault]
        ending, heard = fetch(lambda _, left=answers: left.pop(0), local=LOCAL)  # type: ignore[misc] # bound now
        assert (ending.label, ending.cause) == (OutcomeLabel.PARTIAL, cause)
        assert len(heard.entries) == 2


@pytest.mark.parametrize(
    ("said_of_it", "cause"),
    [
        (outcome("incomplete"), Cause.PARTNER_WARNING),
        (outcome("suppressed"), Cause.PARTNER_WARNING),
        (outcome("timeout"), Cause.PARTNER_WARNING),
        (outcome("a-code-of-tomorrow"), Cause.PARTNER_WARNING),
        (outcome("suppressed", "information"), Cause.PARTNER_WARNING),
        (outcome("exception", "error"), Cause.PARTNER_WARNING),
        (outcome("not-found", "error"), Cause.PARTNER_WARNING),
        (outcome("processing", epic="4101"), Cause.PARTNER_WARNING),
        (outcome("informational", "information"), Cause.NONE),
        (outcome("not-supported"), Cause.NONE),
    ],
)
def test_what_the_server_says_of_its_answer_is_heeded(said_of_it: dict[str, Any], cause: Cause) -> None:
    """Unless it is known to be harmless, a warning means that something may be missing."""
    ending, heard = known(bundle(flag("f1"), said_of_it))
    assert (ending.label is OutcomeLabel.COMPLETE, ending.cause) == (cause is Cause.NONE, cause)
    assert len(heard.entries) == 2


def test_by_type_asks_only_for_what_is_permitted_and_wanted() -> None:
    """One search for each type that may hold a permitted category, narrowed by what the caller asked for."""
    _, heard = fetch(
        lambda _: said(bundle(flag("f1"))),
        {"ask": "by-type", "search_by": "get", "reference": "typed", "count": 50},
        local=LOCAL,
        categories=frozenset({Category.ALLERGIES, Category.MEDICINES}),
        resource_types=frozenset({"AllergyIntolerance", "MedicationRequest", "Condition"}),
    )
    assert [(request.path, request.query) for request in heard.requests] == [
        ("AllergyIntolerance", (("patient", "Patient/a1"), ("_count", "50"))),
        (
            "MedicationRequest",
            (("patient", "Patient/a1"), ("_include", "MedicationRequest:medication"), ("_count", "50")),
        ),
    ]


def test_the_types_that_a_server_lacks_are_not_asked_for() -> None:
    """`types` names what is there; without Medication, none is asked to come along."""
    settings: dict[str, object] = {"ask": "by-type", "types": ["MedicationRequest"]}
    _, heard = fetch(lambda _: said(bundle(flag("f1"))), settings, local=LOCAL)
    assert [request.path for request in heard.requests] == ["MedicationRequest/_search"]
    assert "_include" not in dict(heard.requests[0].form)


def test_demographics_alone_need_no_search() -> None:
    """The Patient that was found is the whole answer."""
    permitted = frozenset({Category.DEMOGRAPHICS})
    settings: dict[str, object] = {"ask": "by-type", "types": ["Flag"]}
    ending, heard = fetch(found(bundle(ASHA_THERE)), settings, categories=permitted)
    assert (ending, len(heard.requests), len(heard.entries)) == (COMPLETE, 1, 1)


def test_one_failed_search_leaves_the_others() -> None:
    """Its cause names the partial answer; what the others found is shown."""

    def respond(request: HttpRequest) -> Answer:
        return said(b"", 500) if "Goal" in request.path else said(bundle(flag("f1")))

    ending, heard = fetch(respond, {"ask": "by-type", "types": ["Flag", "Goal"]}, local=LOCAL)
    assert (ending.label, ending.cause) == (OutcomeLabel.PARTIAL, Cause.STATUS)
    assert len(heard.entries) == 2


def test_everything_can_be_narrowed_to_the_permitted_types() -> None:
    """Types are named with the supporting ones, unless what is permitted has no closed list of types."""
    settings: dict[str, object] = {"narrow_everything": True, "strict": True}
    _, heard = known(bundle(), settings=settings, categories=frozenset({Category.ALERTS}))
    types = dict(heard.requests[0].query)["_type"].split(",")
    assert {"Flag", "Patient", "Organization"} <= set(types)
    assert "Observation" not in types
    assert heard.requests[0].headers["Prefer"] == "handling=strict"
    _, open_ended = known(bundle(), settings=settings)
    assert "_type" not in dict(open_ended.requests[0].query)


def test_one_unreadable_entry_leaves_the_rest() -> None:
    """It is handed on as unreadable, for the count; the others keep their bytes."""
    _, heard = known(bundle(flag("f1"), b'{"resourceType":"Flag","id":"f2","n":NaN}', flag("f3")))
    assert [entry.readable for entry in heard.entries] == [True, True, False, True]


def test_a_category_that_the_server_is_not_registered_for_is_never_called_whole() -> None:
    """Allergies supplied and no type to ask for them: partial, however well the other searches went."""
    permitted = frozenset({Category.ALLERGIES, Category.ALERTS})
    settings: dict[str, object] = {"ask": "by-type", "types": ["Flag"]}
    ending, _ = fetch(found(bundle(ASHA_THERE), bundle()), settings, categories=permitted)
    assert (ending.label, ending.cause) == (OutcomeLabel.PARTIAL, Cause.NOT_OFFERED)
