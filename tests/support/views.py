"""Views for presentation: one of some items, its frame, and what of a Bundle a test looks at."""

from __future__ import annotations

import functools
import tempfile
from pathlib import Path
from typing import Any

import orjson

from broker.adapters.sealing import RingSealer
from broker.domain.category import Category
from broker.domain.outcome import OutcomeLabel, PartnerOutcome, Tally
from broker.domain.query import Interaction, RecordQuery
from broker.domain.resource import Resource
from broker.domain.view import CompletenessLine, SectionKind, SectionState, View
from broker.pipeline.presentation import Frame, present_record
from broker.pipeline.presentation.paging import Pages
from tests.support.records import ENDPOINT, NOW, NUMBER, PlainSealer, finished, person
from tests.support.stores import clinician, demonstration_ring

TOKEN = "sealedtoken"
BASE = "https://broker.example/fhir"


def frame(**changes: Any) -> Frame:
    """The frame of an `$everything`, `page` of it where one is given."""
    given: dict[str, Any] = {
        "query": RecordQuery(interaction=Interaction.EVERYTHING, number=NUMBER),
        "base_url": BASE,
        "token": TOKEN,
        "names": {"addenbury": "Addenbury", "papermill": "Papermill"},
        "sealer": PlainSealer(),
        "at": NOW,
    }
    pages = pages_of(token=changes.pop("page", None))
    return Frame(**{"pages": pages, **given, **changes})


def pages_of(**changes: Any) -> Pages:
    """The pages of that question, to one reader."""
    given: dict[str, Any] = {
        "sealer": page_sealer(),
        "requester": clinician(),
        "question": b"question",
        "ground": b"8 octets",
        "at_s": NOW.timestamp(),
        "lifetime_s": 600,
    }
    return Pages(**{**given, **changes})


@functools.cache
def page_sealer() -> RingSealer:
    """The real one, on keys of its own that are nowhere any more."""
    with tempfile.TemporaryDirectory() as folder:
        sealer = RingSealer(demonstration_ring(Path(folder)))
        sealer.digest(b"")  # reads every key
    return sealer


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
