"""What the opening of a document leaves behind: a trail that tells which, and no byte or name of it."""

from __future__ import annotations

import asyncio
import base64
import json
import tempfile
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from broker.adapters.keys import read_key_ring
from broker.adapters.sealing import RingSealer
from broker.cli.audit import command as audit
from broker.settings import Settings
from tests.support.documents import (
    MIB,
    Filing,
    attachment,
    filler,
    last_ending,
    link,
    opened,
    raw,
    reference,
    status,
    streamed,
)
from tests.support.logs_in_memory import logs_in_memory
from tests.support.small_network import NUMBER, small_network

CONTENT = b"A letter about Zebedee Marksworth, who was seen at nobody's business."
TITLE = "Letter about Zebedee Marksworth"


async def newest_access(settings: Settings) -> dict[str, Any]:
    """The person's newest request, as `audit patient --json` shows it to governance."""
    place = ["--store", str(settings.store_path), "--keys", str(settings.keys_path)]
    by = ["--by-role", "privacy officer", "--by-name", "Imaginary Ash"]
    arguments = ["patient", "--json", *by, *place]
    result = await asyncio.to_thread(CliRunner().invoke, audit, arguments, input=NUMBER)
    assert result.exit_code == 0, result.output
    lines: list[dict[str, Any]] = json.loads(result.stdout)
    return [one for one in lines if one["interaction"] == "open-document"][-1]


def keyed(settings: Settings, content: bytes) -> str:
    """The digest that the trail should have of these bytes."""
    ring = read_key_ring(settings.keys_path, environment=settings.environment)
    return RingSealer(ring).digest(content).hex()


async def test_the_export_tells_which_document_went_out_and_what_of_it(tmp_path: Path) -> None:
    """Its item by partner, type and id; what was declared; and the keyed digest of all that went out."""
    declared = attachment(content=CONTENT)
    async with small_network(
        tmp_path, {"alder": Filing([reference("d1", declared)], {"b1": raw(CONTENT)}).app()}
    ) as small:
        await opened(small, await link(small))
        await last_ending(small)
        access = await newest_access(small.client.settings)
        assert (access["outcome"], access["ended"], access["released"]) == ("released", "sent", {"alder": 1})
        [item] = access["proof"]
        assert (item["partner"], item["type"], item["id"]) == ("alder", "DocumentReference", "d1")
        document = access["document"]
        assert len(bytes.fromhex(document.pop("pointer"))) == 22
        assert document == {
            "declared_size": len(CONTENT),
            "declared_hash": declared["hash"],
            "bytes": len(CONTENT),
            "digest": keyed(small.client.settings, CONTENT),
            "whole": True,
        }


async def test_the_export_tells_what_went_out_of_a_document_that_was_cut(tmp_path: Path) -> None:
    """As much as the caller could have: not whole, and the digest is of that part."""
    filing = Filing([reference("d1", attachment())], {"b1": streamed(2 * MIB, until=MIB)})
    async with small_network(tmp_path, {"alder": filing.app()}) as small:
        got = await opened(small, await link(small))
        await last_ending(small)
        access = await newest_access(small.client.settings)
        assert (access["ended"], access["cause"]) == ("cut", "cut-short")
        document = access["document"]
        assert (document["declared_size"], document["declared_hash"], document["whole"]) == (
            None,
            None,
            False,
        )
        assert len(got.body) <= document["bytes"] < 2 * MIB
        sent = b"".join(filler(2 * MIB))[: document["bytes"]]
        assert document["digest"] == keyed(small.client.settings, sent)


def on_disk(folder: Path) -> bytes:
    """Every byte of every file below."""
    return b"".join(path.read_bytes() for path in folder.rglob("*") if path.is_file())


async def test_no_file_knows_a_document(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """While it goes out and after it, neither store nor temporary file has a byte, name or hash of it."""
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    declared = attachment("Binary/letter-5150", hash=base64.b64encode(bytes(20)).decode(), title=TITLE)
    held = asyncio.Event()
    gives = {"letter-5150": streamed(4 * MIB, until=MIB, held=held)}
    first = next(filler(MIB))[:64]
    async with small_network(
        tmp_path, {"alder": Filing([reference("d-31", declared)], gives).app()}
    ) as small:
        url = await link(small)
        async with small.client.session.get(url, headers=small.client.headers()) as response:
            assert (await response.content.readexactly(MIB // 2))[:64] == first
            found = on_disk(tmp_path)
        await last_ending(small)
        found += on_disk(tmp_path)
    assert b"open-document" in found
    token = url.rpartition("/")[2]
    marks = [
        first,
        b"Zebedee",
        b"letter-5150",
        b"d-31",
        NUMBER.encode(),
        token.encode(),
        declared["hash"].encode(),
    ]
    assert [mark for mark in marks if mark in found] == []


async def test_documents_log_no_address_person_or_word_of_theirs(tmp_path: Path) -> None:
    """Sent, cut, refused, failing, left and forged: lines, and no mark in any."""
    with logs_in_memory("debug") as written:
        filing = Filing([reference("d-31", attachment("Binary/letter-5150", title=TITLE))])
        async with small_network(tmp_path, {"alder": filing.app()}) as small:
            url = await link(small)
            for give in (
                raw(CONTENT),
                streamed(2 * MIB, until=MIB),
                status(500),
                raw(CONTENT, "application/fhir+json"),
            ):
                filing.gives["letter-5150"] = give
                await opened(small, url)
            await opened(small, url[:-1])
            held = asyncio.Event()
            filing.gives["letter-5150"] = streamed(4 * MIB, until=MIB, held=held)
            async with small.client.session.get(url, headers=small.client.headers()) as response:
                await response.content.readexactly(1_000)
            await last_ending(small)
            token, bearer = url.rpartition("/")[2], small.client.token()
    text = written.getvalue().decode()
    events = [json.loads(line)["event"] for line in text.splitlines()]
    assert {"document-cut", "request-answered", "request-refused", "request-failed", "client-left"} <= set(
        events
    )
    marks = [NUMBER, token, token[:20], bearer[:40], "letter-5150", "d-31", "Zebedee", "http://", "Binary/"]
    assert [mark for mark in marks if mark.casefold() in text.casefold()] == []
