"""For the simulator: the documents that practices list, and small texts and PDFs that stand for them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from connectors.gpconnect.calls import READ_BINARY
from connectors.gpconnect.sds_answers import root_of
from connectors.gpconnect.strictness import Refused
from connectors.gpconnect.stu3_items import Tree
from connectors.gpconnect.world import Person, Practices
from connectors.simulation import Manners

_INCLUDES = frozenset(
    {
        "DocumentReference:subject:Patient",
        "DocumentReference:custodian:Organization",
        "DocumentReference:author:Organization",
        "DocumentReference:author:Practitioner",
    }
)
_PDF = "application/pdf"


class Library:
    """Everybody's documents. Those that `placeholders` names are listed and cannot be had."""

    def __init__(self, practices: Practices, manners: Manners) -> None:
        """`provider_root` stands before documents' addresses where practices are called directly."""
        self._practices = practices
        given = manners.get("placeholders")
        self._placeholders = (
            frozenset(map(str, given)) if isinstance(given, (list, tuple, set)) else frozenset()
        )
        self._direct_root = str(manners.get("provider_root", ""))

    def listed(self, person: Person, query: Any) -> list[Tree]:
        """What a search of this person's documents finds. `query` is the search's own, a multi-mapping."""
        includes = frozenset(query.getall("_include", []))
        if not includes >= _INCLUDES or query.get("_revinclude:recurse") != "PractitionerRole:practitioner":
            raise Refused("INVALID_PARAMETER")
        root = self._direct_root or root_of(person.ods, READ_BINARY)
        documents = [self._as_listed(one, person, root) for one in person.documents]
        return [*documents, person.patient, *person.surroundings]

    def content(self, document_id: str, ods: str) -> tuple[str, bytes]:
        """The type and the bytes of one document of this practice."""
        held = {str(one["id"]): one for one in self._practices.documents_of(ods)}
        if document_id not in held or document_id in self._placeholders:
            raise Refused("NO_RECORD_FOUND")
        attachment = held[document_id].get("content", [{}])[0].get("attachment", {})
        content_type, title = attachment.get("contentType", "text/plain"), attachment.get("title", "Document")
        return content_type, _pdf(title) if content_type == _PDF else f"{title}\n".encode()

    def _as_listed(self, document: Tree, person: Person, root: str) -> Tree:
        local = str(document["id"])
        author = {"reference": f"Organization/organisation-{person.ods}"}
        contents = [self._content(local, one, root) for one in document.get("content", [{}])]
        return {**document, "author": [author], "custodian": author, "content": contents}

    def _content(self, local: str, content: Mapping[str, Any], root: str) -> Tree:
        attachment = {name: value for name, value in content.get("attachment", {}).items() if name != "url"}
        if local in self._placeholders:
            attachment["title"] = f"{attachment.get('title', 'Document')}: too large to be sent"
        else:
            attachment["url"] = f"{root}/Binary/{local}"
        return {**content, "attachment": attachment}


def _pdf(title: str) -> bytes:
    """A PDF of one page with its title on it."""
    shown = "".join(char if char.isascii() and char not in "()\\" else "?" for char in title)
    text = f"BT /F1 18 Tf 72 720 Td ({shown}) Tj ET".encode("ascii")
    objects = (
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R /Resources 6 0 R >>",
        b"<< /Length %d >>\nstream\n%b\nendstream" % (len(text), text),
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
        b"<< /Font << /F1 5 0 R >> >>",
    )
    body, places = b"%PDF-1.4\n", []
    for number, one in enumerate(objects, start=1):
        places.append(len(body))
        body += b"%d 0 obj\n%b\nendobj\n" % (number, one)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    head = b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
    tail = b"trailer\n<< /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n" % (len(objects) + 1, len(body))
    return body + head + table + tail
