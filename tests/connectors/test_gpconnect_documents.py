"""gpconnect_documents, direct and through the proxy, keeps what every connector owes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

import orjson

from broker.domain.identity import NhsNumber
from broker.domain.outcome import OutcomeLabel
from connectors.gpconnect.calls import READ_BINARY
from connectors.gpconnect.sds_answers import root_of
from connectors.gpconnect_documents import PLUGIN
from tests.connectors.conformance import Result
from tests.connectors.conformance_records import AnswersConformance
from tests.connectors.gpconnect.spine import (
    DIRECT,
    DOCUMENTS,
    PRACTICE,
    PROXIED,
    ThroughTheProxy,
    about,
    coded,
    practice_ask,
)

ROOT = root_of(PRACTICE, READ_BINARY)
SURROUNDINGS = {"Patient", "Organization", "Practitioner", "PractitionerRole"}


def document(local: str, title: str, content_type: str = "application/pdf") -> dict[str, Any]:
    """A document of Asha's."""
    attachment = {"contentType": content_type, "title": title}
    return about(
        "DocumentReference", local, status="current", type=coded("1"), content=[{"attachment": attachment}]
    )


RESOURCES: tuple[Mapping[str, Any], ...] = (
    document("doc1", "Discharge letter"),
    document("doc2", "Clinic letter", "text/plain"),
    document("doc3", "A long scan", "image/tiff"),
)


class Documents(AnswersConformance):
    plugin = PLUGIN
    resources = RESOURCES
    settings: ClassVar[Mapping[str, object]] = {**DIRECT, "provider_root": ROOT}
    manners: ClassVar[Mapping[str, object]] = {
        "practice": PRACTICE,
        "placeholders": ["doc3"],
        "provider_root": ROOT,
    }
    unknown_label = OutcomeLabel.NOT_AVAILABLE

    def conversation(self, number: NhsNumber) -> Any:
        return PLUGIN.create(self.settings).fetch(practice_ask(DOCUMENTS, number))

    def arrived_whole(self, result: Result) -> None:
        came = [orjson.loads(one.raw) for one in result.heard.entries]
        attachments = [
            (one["id"], one["content"][0]["attachment"])
            for one in came
            if one["resourceType"] == "DocumentReference"
        ]
        urls = {local: attachment.get("url") for local, attachment in attachments}
        assert len(attachments) == 3
        assert urls == {"doc1": f"{ROOT}/Binary/doc1", "doc2": f"{ROOT}/Binary/doc2", "doc3": None}
        assert dict(attachments)["doc3"]["title"].startswith("A long scan")

    def arrived_empty(self, result: Result) -> None:
        assert {orjson.loads(one.raw)["resourceType"] for one in result.heard.entries} == SURROUNDINGS


class TestDirectDocuments(Documents):
    pass


class TestDocumentsThroughTheProxy(ThroughTheProxy, Documents):
    settings = PROXIED
