"""The content of an R4 document into the media files of a simulated composition."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from connectors.openehr.writing import element, text, time
from connectors.r4 import Tree

_ARCHETYPE = "openEHR-EHR-CLUSTER.media_file.v1"


def media_files(contents: Iterable[Tree]) -> Iterator[Tree]:
    """A CLUSTER for each attachment, with what it holds, its name and its day."""
    for content in contents:
        yield {
            "_type": "CLUSTER",
            "name": text("Media file"),
            "archetype_node_id": _ARCHETYPE,
            "items": list(_items(content["attachment"])),
        }


def _items(attachment: Tree) -> Iterator[Tree]:
    if {"contentType", "data", "url"} & attachment.keys():
        yield element("Content", "at0001", _multimedia(attachment))
    if "title" in attachment:
        yield element("Content name", "at0002", text(attachment["title"]))
    if "creation" in attachment:
        yield element("Created", "at0004", time(attachment["creation"]))


def _multimedia(attachment: Tree) -> Tree:
    found: Tree = {"_type": "DV_MULTIMEDIA"}
    if "contentType" in attachment:
        terminology = {"value": "IANA_media-types"}
        found["media_type"] = {"terminology_id": terminology, "code_string": attachment["contentType"]}
    if "url" in attachment:
        found["uri"] = {"_type": "DV_URI", "value": attachment["url"]}
    kept: Tree = {name: attachment[name] for name in ("data", "size") if name in attachment}
    return {**found, **kept}
