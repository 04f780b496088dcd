"""Documents that another maker's server keeps: a FHIR server's Binary, or a file of a plain web server."""

from __future__ import annotations

import base64
import hashlib
import json
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from tests.support.network import Client, resources
from tests.support.real_people import transact
from tests.support.real_servers import RealServer, launched, running

PDF, TEXT = "application/pdf", "text/plain"
LETTER = b"%PDF-1.7\n" + bytes(range(256)) * 900
NOTE = "Zażółć, a note of 5.10 mmol/L\n".encode()
# What is kept, by the name of its file.
FILES: Mapping[str, bytes] = {"letter.pdf": LETTER, "note.txt": NOTE}


def attachment(url: str, content: bytes, media_type: str) -> dict[str, Any]:
    """An attachment that declares its size and its SHA-1."""
    digest = hashlib.sha1(content, usedforsecurity=False).digest()
    return {
        "url": url,
        "contentType": media_type,
        "size": len(content),
        "hash": base64.b64encode(digest).decode(),
    }


def binary_at(server: RealServer, content: bytes, media_type: str) -> str:
    """Store a Binary; returns its address."""
    resource = {
        "resourceType": "Binary",
        "contentType": media_type,
        "data": base64.b64encode(content).decode(),
    }
    entry = {"resource": resource, "request": {"method": "POST", "url": "Binary"}}
    body = json.dumps({"resourceType": "Bundle", "type": "transaction", "entry": [entry]}).encode()
    location = transact(server, body)["entry"][0]["response"]["location"]
    return str(location).partition("/_history")[0]


@contextmanager
def files_served(folder: Path) -> Iterator[str]:
    """Python's own web server over `FILES`; yields its origin."""
    for name, content in FILES.items():
        (folder / name).write_bytes(content)

    def launch(port: int) -> subprocess.Popen[str]:
        command = [sys.executable, "-m", "http.server", str(port), "--bind", "127.0.0.1"]
        return launched(command, folder, {})

    with running(launch) as port:
        yield f"http://127.0.0.1:{port}"


async def document_links(client: Client, number: str) -> list[str]:
    """The address that the broker gives each document of a person: first those whose hash is declared, by
    their media type, then the others.
    """
    status, record = await client.record(number)
    assert status == 200, record
    listed = [one for one in resources(record) if one["resourceType"] == "DocumentReference"]
    attachments = [content["attachment"] for one in listed for content in one["content"]]
    attachments.sort(key=lambda one: ("hash" not in one, one["contentType"]))
    return [one["url"] for one in attachments]
