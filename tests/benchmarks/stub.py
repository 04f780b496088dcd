"""Eight partners and an index in one process, as quick as asyncio goes: bodies made once, sent whole.

Run as `python -m tests.benchmarks.stub`; prints its origin. Below `/<delay in ms>/` stand `pds` and
`p1` to `p8`; any 999-range number is known, and is also the person's local id. Below `/one-fast/` the first
of them takes 20 ms and the others 150. `/0/<partner>/sent` says when its last answer was written, on the
clock that every process of the machine has.
"""

from __future__ import annotations

import asyncio
import re
import sys
import time
from functools import cache
from typing import Final, cast

import orjson
import uvloop

PARTNERS = tuple(f"p{place}" for place in range(1, 9))
RESOURCES_EACH = 50
BIRTH_DATE = "1951-04-09"
NHS = "https://fhir.nhs.uk/Id/nhs-number"
ONE_FAST: Final = "one-fast"
_PLACEHOLDER: Final = "9990000018"
_NUMBER = re.compile(rb"999[0-9]{7}")
_sent_s: dict[str, float] = {}
_HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: application/fhir+json\r\nContent-Length: %d\r\n\r\n"


def patient() -> dict[str, object]:
    """The person, as the index and every partner hold them."""
    return {
        "resourceType": "Patient",
        "id": _PLACEHOLDER,
        "meta": {"versionId": "2", "security": [{"code": "U"}]},
        "identifier": [{"system": NHS, "value": _PLACEHOLDER}],
        "name": [{"use": "usual", "family": "Mallard", "given": ["Ada"]}],
        "gender": "female",
        "birthDate": BIRTH_DATE,
    }


def observation(partner: str, place: int) -> dict[str, object]:
    """About 1.1 kB of laboratory result, each with its own time, identifier and value."""
    return {
        "resourceType": "Observation",
        "id": f"obs-{place}",
        "meta": {"versionId": "1", "lastUpdated": "2026-10-01T10:00:00Z"},
        "identifier": [{"system": f"https://{partner}.example/results", "value": f"r-{place}"}],
        "status": "final",
        "category": [
            {
                "coding": [
                    {
                        "system": "http://terminology.hl7.org/CodeSystem/observation-category",
                        "code": "laboratory",
                        "display": "Laboratory",
                    }
                ]
            }
        ],
        "code": {
            "coding": [
                {"system": "http://snomed.info/sct", "code": "1000731000000107"},
                {"system": "http://loinc.org", "code": "2160-0", "display": "Creatinine"},
            ],
            "text": "Serum creatinine",
        },
        "subject": {"reference": f"Patient/{_PLACEHOLDER}"},
        "effectiveDateTime": f"2026-{place % 12 + 1:02d}-{place % 20 + 1:02d}T1{partner[1:]}:{place:02d}:00Z",
        "issued": "2026-09-30T12:00:00.000+01:00",
        "performer": [{"display": "Department of clinical biochemistry"}],
        "valueQuantity": {
            "value": 60 + place / 4,
            "unit": "umol/L",
            "system": "http://unitsofmeasure.org",
            "code": "umol/L",
        },
        "referenceRange": [{"low": {"value": 45, "unit": "umol/L"}, "high": {"value": 84, "unit": "umol/L"}}],
        "note": [{"text": "Sample received in good condition; not haemolysed."}],
    }


@cache
def everything(partner: str) -> bytes:
    """One partner's whole record of the placeholder person."""
    resources = [patient(), *(observation(partner, place) for place in range(1, RESOURCES_EACH))]
    base = f"https://{partner}.example/fhir"
    entries = [
        {"fullUrl": f"{base}/{one['resourceType']}/{one['id']}", "resource": one, "search": {"mode": "match"}}
        for one in resources
    ]
    return orjson.dumps(
        {"resourceType": "Bundle", "type": "searchset", "total": len(resources), "entry": entries}
    )


@cache
def found() -> bytes:
    """A Patient search that matches the one person."""
    entry = [{"resource": patient(), "search": {"mode": "match"}}]
    return orjson.dumps({"resourceType": "Bundle", "type": "searchset", "total": 1, "entry": entry})


class Stub(asyncio.Protocol):
    """Just enough HTTP/1.1: one request at a time on a kept-alive connection."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """A client connected."""
        self._transport = cast("asyncio.Transport", transport)  # uvloop's is none by class
        self._buffer, self._partner = b"", ""

    def data_received(self, data: bytes) -> None:
        """Answer when head and body are there."""
        self._buffer += data
        head, gap, body = self._buffer.partition(b"\r\n\r\n")
        if not gap or len(body) < _length(head):
            return
        self._buffer = b""
        path = head.split(b" ", 2)[1].decode()
        _, delay_ms, partner, rest = path.split("/", 3)
        if rest == "sent":
            self._write(orjson.dumps(_sent_s.get(partner)))
            return
        self._partner = partner
        answer = _answer(partner, rest)
        number = _NUMBER.search(path.encode() + body)
        if number is not None and number.group() != _PLACEHOLDER.encode():
            answer = answer.replace(_PLACEHOLDER.encode(), number.group())
        asyncio.get_running_loop().call_later(_delay_ms(delay_ms, partner) / 1000, self._send, answer)

    def _send(self, answer: bytes) -> None:
        self._write(answer)
        _sent_s[self._partner] = time.monotonic()

    def _write(self, answer: bytes) -> None:
        self._transport.write(_HEAD % len(answer) + answer)


def _delay_ms(delay: str, partner: str) -> int:
    if delay != ONE_FAST:
        return int(delay)
    return 0 if partner == "pds" else 20 if partner == PARTNERS[0] else 150


def _length(head: bytes) -> int:
    found_length = re.search(rb"(?i)content-length: *([0-9]+)", head)
    return int(found_length.group(1)) if found_length else 0


def _answer(partner: str, rest: str) -> bytes:
    if partner == "pds":
        return orjson.dumps(patient())
    return found() if rest.startswith("Patient/_search") else everything(partner)


async def main() -> None:
    """Serve until standard input closes."""
    loop = asyncio.get_running_loop()
    server = await loop.create_server(Stub, "127.0.0.1", 0, backlog=512)
    sys.stdout.write(f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}\n")
    sys.stdout.flush()
    await loop.run_in_executor(None, sys.stdin.read)


if __name__ == "__main__":
    uvloop.run(main())
