"""The view as an International Patient Summary: a document Bundle, or a page for people. Pure, in slices."""

from __future__ import annotations

from collections.abc import Generator

from broker.domain.query import Form
from broker.domain.view import View
from broker.pipeline.presentation.frame import Frame
from broker.pipeline.presentation.presented import Presented
from broker.pipeline.presentation.summary.contents import contents_of
from broker.pipeline.presentation.summary.document import document_of
from broker.pipeline.presentation.summary.page import page_of
from broker.pipeline.presentation.summary.writing import written_sections

__all__ = ["present_summary"]


def present_summary(view: View, frame: Frame) -> Generator[None, None, Presented]:
    """The document, in the form that is asked for."""
    contents = yield from contents_of(view, frame)
    sections = yield from written_sections(view, contents)
    if frame.form is Form.HTML:
        return page_of(view, frame, contents, sections)
    return (yield from document_of(view, frame, contents, sections))
