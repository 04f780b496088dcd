"""Views for presentation: one of some items, its frame, and what of a Bundle a test looks at."""

from __future__ import annotations

from typing import Any

import orjson

from broker.domain.category import Category
from broker.domain.outcome import OutcomeLabel, PartnerOutcome, Tally
from broker.domain.query import Interaction, RecordQuery
from broker.domain.resource import Resource
from broker.domain.view import CompletenessLine, SectionKind, SectionState, View
from broker.pipeline.presentation import Frame, present_record
from tests.support.records import ENDPOINT, NOW, NUMBER, PlainSealer, finished, person

TOKEN = "sealedtoken"
BASE = "https://broker.example/fhir"


def frame(**changes: Any) -> Frame:
    """The frame of an `$everything`."""
    given: dict[str, Any] = {
        "query": RecordQuery(interaction=Interaction.EVERYTHING, number=NUMBER),
        "base_url": BASE,
        "token": TOKEN,
        "names": {"addenbury": "Addenbury", "papermill": "Papermill"},
        "sealer": PlainSealer(),
        "caller": "issuer user org",
    }
    return Frame(**{**given, **changes})


def view(items: tuple[Resource, ...] = (), **changes: Any) -> View:
    """A view of some items."""
    references = frozenset({"Patient/p1", f"{ENDPOINT}/Patient/p1"})
    given: dict[str, Any] = {
        "patient": person(),
        "items": items,
        "groups": (),
        "contradictions": (),
        "outcomes": (PartnerOutcome(partner_id="addenbury", label=OutcomeLabel.COMPLETE, tally=Tally()),),
        "lines": (CompletenessLine(partner_id="addenbury", name="Addenbury", label="complete", shown=1),),
        "sections": (SectionState(category=Category.ALLERGIES, shown=0, state=SectionKind.NONE_RECORDED),),
        "suppression_notice": "Some information may not be shown.",
        "medicines_notice": "Confirm with the person.",
        "asked_at": NOW,
        "person_references": {one.partner_id: references for one in items},
    }
    return View(**{**given, **changes})


def rendered(one: View, **changes: Any) -> bytes:
    """The whole body."""
    return b"".join(finished(present_record(one, frame(**changes))).body)


def bundle(one: View, **changes: Any) -> dict[str, Any]:
    """The body as JSON."""
    tree: dict[str, Any] = orjson.loads(rendered(one, **changes))
    return tree


def resources(tree: dict[str, Any], kind: str) -> list[dict[str, Any]]:
    """Every resource of one type in a Bundle."""
    return [entry["resource"] for entry in tree["entry"] if entry["resource"]["resourceType"] == kind]
