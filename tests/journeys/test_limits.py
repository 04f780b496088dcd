"""Answers that are too large or that no reader should be given: the label is right, the others are whole."""

from __future__ import annotations

import gzip
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import orjson
import pytest
from aiohttp import web

from broker.domain.audit import RecordKind
from broker.domain.outcome import PartnerOutcome
from tests.support import trail
from tests.support.network import labels, resources
from tests.support.small_network import NUMBER, bundle, holding, observation, patient, small_network, telling

HEALTHY = ("alder", "beech", "cedar")
KIB = 1024


async def beside(
    third: web.Application, folder: Path, limits: dict[str, object]
) -> tuple[dict[str, Any], PartnerOutcome]:
    """The record beside three healthy partners, which are whole, and the third's exact outcome."""
    apps = {name: holding(name) for name in HEALTHY} | {"damson": third}
    async with small_network(folder, apps, partner_limits={"damson": limits}) as small:
        status, record = await small.client.record(NUMBER)
        assert status == 200
        found = labels(record)
        assert [found[name] for name in HEALTHY] == ["complete"] * 3
        assert all(len(shown(record, name)) == 3 for name in HEALTHY)
        trail.assert_whole(small.client.settings)
        newest = trail.of_kind(small.client.settings, RecordKind.DISCLOSURE)[-1]
        exact = trail.outcomes(newest)["damson"]
        assert found["damson"] == exact.label.value
        return record, exact


def shown(record: dict[str, Any], name: str) -> list[dict[str, Any]]:
    """The results that came from one partner."""
    source = f"urn:watersmeet:partner:{name}"
    found = [one for one in resources(record) if one["resourceType"] == "Observation"]
    return [one for one in found if one["meta"]["source"] == source]


def large(count: int, filling: str = "x") -> bytes:
    """A searchset of the Patient and `count` results of a kibibyte each."""
    results = [orjson.dumps(observation(f"o{place}", filling * KIB)) for place in range(count)]
    return bundle(orjson.dumps(patient()), *results)


def packed(body: bytes, encoding: str = "gzip") -> web.Response:
    """A body that arrives compressed."""
    squeezed = gzip.compress(body) if encoding == "gzip" else zlib.compress(body)
    headers = {"Content-Encoding": encoding, "Content-Type": "application/fhir+json"}
    return web.Response(body=squeezed, headers=headers)


TOO_LARGE: dict[str, tuple[Callable[[], Any], dict[str, object], str]] = {
    "on the wire": (lambda: large(64), {"wire_bytes_max": 32 * KIB}, "wire-bytes"),
    "decoded": (
        lambda: packed(large(64)),
        {"decoded_bytes_max": 32 * KIB, "ratio_max": 1_000},
        "decoded-bytes",
    ),
    "a gzip bomb": (lambda: packed(bytes(20 * KIB * KIB)), {}, "ratio"),
    "a deflate bomb": (lambda: packed(bytes(20 * KIB * KIB), "deflate"), {}, "ratio"),
}


@pytest.mark.parametrize(("make", "limits", "cause"), TOO_LARGE.values(), ids=TOO_LARGE.keys())
async def test_an_answer_over_a_byte_limit_is_too_large_alone(
    make: Callable[[], Any], limits: dict[str, object], cause: str, tmp_path: Path
) -> None:
    """Nothing of it is shown; the trail has the exact limit that it broke."""
    record, exact = await beside(telling(lambda _: make()), tmp_path, limits)
    assert (exact.label.value, exact.cause.value) == ("too-large", cause)
    assert shown(record, "damson") == []


async def test_more_entries_than_the_limit_are_partial(tmp_path: Path) -> None:
    """As many as may be are shown, and the rest is said to be missing."""
    record, exact = await beside(telling(lambda _: large(50)), tmp_path, {"entries_max": 21})
    assert (exact.label.value, exact.cause.value) == ("partial", "entry-limit")
    assert (len(shown(record, "damson")), exact.tally.received) == (20, 21)


HORRORS = {
    "a member twice": b'{"resourceType":"Observation","id":"bad","status":"final","status":"cancelled",'
    b'"subject":{"reference":"Patient/1"}}',
    "a member twice, once escaped": b'{"resourceType":"Observation","id":"bad","status":"final",'
    b'"st\\u0061tus":"cancelled","subject":{"reference":"Patient/1"}}',
    "NaN": b'{"resourceType":"Observation","id":"bad","valueQuantity":{"value":NaN},'
    b'"subject":{"reference":"Patient/1"}}',
    "a number of 5,000 digits": b'{"resourceType":"Observation","id":"bad","valueQuantity":{"value":'
    + b"9" * 5_000
    + b'},"subject":{"reference":"Patient/1"}}',
    "deep nesting": b'{"resourceType":"Observation","id":"bad","subject":{"reference":"Patient/1"},'
    b'"component":' + b"[" * 20_000 + b"]" * 20_000 + b"}",
    "a byte-order mark": b"\xef\xbb\xbf" + orjson.dumps(observation("bad")),
    "half a surrogate pair": b'{"resourceType":"Observation","id":"bad","valueString":"\\ud800",'
    b'"subject":{"reference":"Patient/1"}}',
    "bytes that are not UTF-8": b'{"resourceType":"Observation","id":"bad","valueString":"\xff\xfe",'
    b'"subject":{"reference":"Patient/1"}}',
    "a bare control character": b'{"resourceType":"Observation","id":"bad","valueString":"a\x00b",'
    b'"subject":{"reference":"Patient/1"}}',
}


@pytest.mark.parametrize("raw", HORRORS.values(), ids=HORRORS.keys())
async def test_an_entry_that_cannot_be_carried_safely_is_listed_and_the_rest_is_shown(
    raw: bytes, tmp_path: Path
) -> None:
    """One unreadable entry costs neither its neighbours nor another partner."""
    good = [orjson.dumps(observation(f"o{place}")) for place in range(4)]
    body = bundle(orjson.dumps(patient()), *good[:2], raw, *good[2:])
    record, exact = await beside(telling(lambda _: body), tmp_path, {})
    assert (exact.label.value, exact.cause.value) == ("partial", "unreadable-entries")
    assert (exact.tally.received, exact.tally.shown, exact.tally.unreadable) == (6, 5, 1)
    assert len(shown(record, "damson")) == 4
    assert b"cancelled" not in orjson.dumps(record)
