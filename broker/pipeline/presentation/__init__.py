"""The view to bytes, in the form that the question asks for. Pure, in slices."""

from __future__ import annotations

from collections.abc import Generator

from broker.domain.named_views import VIEWS
from broker.domain.query import Interaction
from broker.domain.view import View
from broker.pipeline.presentation.entries import item_ids
from broker.pipeline.presentation.frame import Frame
from broker.pipeline.presentation.presented import FHIR_JSON, Presented
from broker.pipeline.presentation.searchset import index_person, present_match, present_record
from broker.pipeline.presentation.summary import present_summary
from broker.pipeline.presentation.views import present_view


def present(view: View, frame: Frame) -> Generator[None, None, Presented]:
    """The one form of each interaction. Raises Gone for a page of a view that has changed since."""
    interaction = frame.query.interaction
    if interaction is Interaction.READ_PATIENT:
        return present_patient(view, frame)
    if interaction is Interaction.FIND_PATIENT:
        return present_match(view, frame)
    if interaction is Interaction.SUMMARY:
        return (yield from present_summary(view, frame))
    if interaction in VIEWS:
        return (yield from present_view(view, frame))
    return (yield from present_record(view, frame))


def present_patient(view: View, frame: Frame) -> Presented:
    """The Patient alone, as a FHIR read answers it."""
    person = index_person(view, frame)
    return Presented(body=(person,), person=person)


__all__ = [
    "FHIR_JSON",
    "Frame",
    "Presented",
    "item_ids",
    "present",
    "present_match",
    "present_patient",
    "present_record",
]
