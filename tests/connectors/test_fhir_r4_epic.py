"""Epic's manner: its outcome codes, and its need of categories."""

from __future__ import annotations

import json

import pytest

from broker.domain.category import Category
from broker.domain.outcome import Cause, OutcomeLabel
from broker.ports.connector import Answer, Ending, HttpRequest
from tests.support.fhir_server import (
    LOCAL,
    bundle,
    fetch,
    outcome,
)
from tests.support.sender import said


@pytest.mark.parametrize(
    ("code", "label", "cause"),
    [
        ("4101", OutcomeLabel.COMPLETE, Cause.NONE),
        ("4122", OutcomeLabel.COMPLETE, Cause.NONE),
        ("4119", OutcomeLabel.PARTIAL, Cause.PARTNER_WARNING),
        ("4113", OutcomeLabel.PARTIAL, Cause.PARTNER_WARNING),
        ("4127", OutcomeLabel.PARTIAL, Cause.PARTNER_WARNING),
        ("4130", OutcomeLabel.PARTIAL, Cause.PARTNER_WARNING),
        ("4131", OutcomeLabel.PARTIAL, Cause.PARTNER_WARNING),
        ("4134", OutcomeLabel.PARTIAL, Cause.PARTNER_WARNING),
        ("4118", OutcomeLabel.PARTIAL, Cause.CREDENTIALS),
        ("59204", OutcomeLabel.PARTIAL, Cause.CREDENTIALS),
    ],
)
def test_epics_own_codes_are_known(code: str, label: OutcomeLabel, cause: Cause) -> None:
    """One search of several carries the code; the others are whole."""

    def respond(request: HttpRequest) -> Answer:
        return said(bundle(outcome("processing", epic=code)) if "Flag" in request.path else bundle())

    ending, _ = fetch(respond, {"manner": "epic"}, local=LOCAL)
    assert (ending.label, ending.cause) == (label, cause)


def test_epic_refusing_every_search_is_refused() -> None:
    """Not authorised for anything is a refusal, not an empty record."""
    body = bundle(outcome("forbidden", epic="4118"))
    ending, heard = fetch(lambda _: said(body), {"manner": "epic"}, local=LOCAL)
    assert (ending, heard.pages) == (Ending(OutcomeLabel.REFUSED, Cause.CREDENTIALS), [])


def test_epics_merged_patient_is_not_followed() -> None:
    """4107 comes with a redirect to another id; neither is taken."""
    body = json.dumps(outcome("conflict", "error", epic="4107")).encode()
    ending, _ = fetch(lambda _: said(body, 400), {"manner": "epic"})
    assert ending == Ending(OutcomeLabel.INVALID, Cause.REDIRECT)


def test_epics_break_the_glass_is_no_matter_of_credentials() -> None:
    """A 403 for a protected record is the partner's own restriction."""
    body = json.dumps(outcome("forbidden", "error", epic="4130")).encode()
    ending, _ = fetch(lambda _: said(body, 403), {"manner": "epic"})
    assert ending == Ending(OutcomeLabel.REFUSED, Cause.PARTNER_WARNING)


def test_epic_is_asked_by_category_for_what_is_permitted() -> None:
    """Results permitted and observations not: the laboratory's alone are asked for."""
    permitted = frozenset({Category.RESULTS, Category.PROBLEMS})
    _, heard = fetch(lambda _: said(bundle()), {"manner": "epic"}, local=LOCAL, categories=permitted)
    asked = [
        (request.path.partition("/")[0], dict(request.form).get("category")) for request in heard.requests
    ]
    assert ("Observation", "laboratory") in asked
    assert ("Observation", "vital-signs") not in asked
    assert ("Condition", "encounter-diagnosis") in asked
