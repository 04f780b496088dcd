"""A document's entry into a DocumentReference: what it is, of which day, and what is known of its content."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from connectors.openehr.codes import concept, is_code
from connectors.openehr.instants import NOT_KNOWN, instant, is_about
from connectors.openehr.leaves import Leaf
from connectors.openehr.part import Part, concept_of, dated
from connectors.openehr.shapes import text, type_of
from connectors.openehr.statuses import DOCUMENT_STATUSES, REFERENCE_STATUSES, word_of
from connectors.r4 import Tree, as_given

# Published archetypes name their nodes; what a trust makes for itself is known by its elements' names.
_NAME = {"ADMIN_ENTRY.document_attachment": "at0005"}
_STATUS = {"ADMIN_ENTRY.document_attachment": "at0008"}
_MEDIA_FILE = "CLUSTER.media_file"
_MEDIA_NAME, _MEDIA_CREATED = "at0002", "at0004"
_TYPE_NAMES = frozenset({"type", "document type"})
_DESCRIPTION_NAMES = frozenset({"description", "document description"})
_TITLE_NAMES = frozenset({"title", "document title", "name", "document name"})
_DATE_NAMES = frozenset({"date", "document date", "date of document"})
_CREATED_NAMES = frozenset({"created", "date created", "creation date"})
_MEDIA_TYPE_NAMES = frozenset({"content type", "media type", "mime type"})
_STATUS_NAMES = frozenset({"status", "document status"})


def document(part: Part) -> Tree:
    """It stands in the current version of the record, so the reference is current, unless it says that it is
    superseded or was entered in error.
    """
    word = word_of(part.at(_STATUS) or part.said(_STATUS_NAMES))
    standing = DOCUMENT_STATUSES.get(word, "")
    kind = part.said(_TYPE_NAMES)
    title = _words(part.at(_NAME) or part.said(_TITLE_NAMES))
    description = _words(part.said(_DESCRIPTION_NAMES)) or title
    return {
        "status": REFERENCE_STATUSES.get(word, "current"),
        **({"docStatus": standing} if standing else {}),
        "type": (concept(kind, part.archetype) if kind else {}) or part.code,
        **_date(part),
        **({"description": description} if description else {}),
        "content": [{"attachment": one or NOT_KNOWN} for one in _attachments(part, title)],
    }


def _date(part: Part) -> Tree:
    """Its own date, else when its composition says that it began."""
    own = part.said(_DATE_NAMES) or part.said(_CREATED_NAMES)
    return instant("date", own if text(own, "value") else {"value": part.frame.start})


def _attachments(part: Part, title: str) -> list[Tree]:
    """One for each file; where there is none, what the entry says of its document."""
    files = [file for file in _files(part) if file]
    media_type = _words(part.said(_MEDIA_TYPE_NAMES))
    return files or [
        {
            **({"contentType": media_type} if is_code(media_type) else {}),
            **({"title": title} if title else {}),
            **_created(part.said(_CREATED_NAMES)),
        }
    ]


def _files(part: Part) -> Iterator[Tree]:
    """Each media file with its own name and day, then whatever else holds content."""
    clusters: dict[tuple[str, ...], list[Leaf]] = {}
    for leaf in part.leaves:
        if concept_of(leaf.archetype) == _MEDIA_FILE and leaf.node:
            clusters.setdefault(leaf.way, []).append(leaf)
        elif type_of(leaf.value) == "DV_MULTIMEDIA":
            yield _content(leaf)
    for leaves in clusters.values():
        content = [_content(leaf) for leaf in leaves if type_of(leaf.value) == "DV_MULTIMEDIA"]
        nodes = {leaf.node: leaf.value for leaf in leaves if isinstance(leaf.value, dict)}
        yield from ({**one, **_named(nodes)} for one in (content or [{}]))


def _named(nodes: Mapping[str, Any]) -> Tree:
    name = _words(nodes.get(_MEDIA_NAME))
    return {**({"title": name} if name else {}), **_created(nodes.get(_MEDIA_CREATED) or {})}


def _content(leaf: Leaf) -> Tree:
    """What R4 can hold of it; all of it stands among the archetyped values as well."""
    found = leaf.read()
    return dict(found.value) if found.member == "valueAttachment" else {}


def _created(value: Tree) -> Tree:
    if is_about(value):
        return {"_creation": {"extension": [as_given(value)]}}
    return dated("creation", text(value, "value"))


def _words(value: Any) -> str:
    """A text that R4 can hold: not a blank one."""
    found = text(value, "value")
    return found if found.strip() else ""
