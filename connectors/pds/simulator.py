"""PDS on a real socket: one person by number, with its own codes for everybody that it cannot name."""

from __future__ import annotations

import asyncio
import re
import uuid
from collections import deque
from collections.abc import Mapping
from typing import Any

from aiohttp import web

from broker.domain.errors import InvalidNhsNumber
from broker.domain.identity import NhsNumber
from broker.domain.json_bytes import lossless_tree, write_tree
from connectors.simulation import FHIR_JSON, Manners, World, application, number, outcome, raw_bytes

SPINE_CODES = "https://fhir.nhs.uk/R4/CodeSystem/Spine-ErrorOrWarningCode"
CONFIDENTIALITY = "http://terminology.hl7.org/CodeSystem/v3-Confidentiality"
_TEN_DIGITS = re.compile(r"[0-9]{10}", re.ASCII)


class _Index:
    """The Patient of everybody, and whom it cannot name."""

    def __init__(self, world: World, manners: Manners) -> None:
        restricted = _mapping(manners.get("restricted"))
        self._patients = {
            digits: _labelled(raw_bytes(resources[0]), str(restricted.get(digits, "")))
            for digits, resources in world.items()
        }
        self._superseded = {str(old): str(new) for old, new in _mapping(manners.get("superseded")).items()}
        self._invalidated = _numbers(manners.get("invalidated"))
        self._several = _numbers(manners.get("several"))
        self._answers_for = str(manners.get("answers_for", ""))
        self._calls_per_s = number(manners, "calls_per_s")
        self._calls: deque[float] = deque()

    async def read(self, request: web.Request) -> web.Response:
        """`GET Patient/{number}`."""
        digits, request_id = request.match_info["id"], request.headers.get("X-Request-ID", "")
        refusal = _refusal(digits, request_id)
        if refusal is None and self._is_too_many():
            refusal = _spine(429, "throttled", "TOO_MANY_REQUESTS")
        answer = refusal or self._answer(self._answers_for or digits)
        answer.headers["X-Request-ID"] = request_id
        answer.headers["X-Correlation-ID"] = request.headers.get("X-Correlation-ID", "")
        return answer

    def _answer(self, digits: str) -> web.Response:
        if digits in self._invalidated:
            return _spine(404, "not-found", "INVALIDATED_RESOURCE")
        if digits in self._several:
            return _spine(200, "multiple-matches", "TOO_MANY_MATCHES")
        body = self._patients.get(self._superseded.get(digits, digits))
        if body is None:
            return _spine(404, "not-found", "RESOURCE_NOT_FOUND")
        return web.Response(body=body, content_type=FHIR_JSON, headers={"ETag": 'W/"1"'})

    def _is_too_many(self) -> bool:
        if not self._calls_per_s:
            return False
        now_s = asyncio.get_running_loop().time()
        while self._calls and now_s - self._calls[0] >= 1:
            self._calls.popleft()
        self._calls.append(now_s)
        return len(self._calls) > self._calls_per_s


def _refusal(digits: str, request_id: str) -> web.Response | None:
    """What PDS refuses before it looks."""
    try:
        uuid.UUID(request_id)
    except ValueError:
        code = "INVALID_VALUE" if request_id else "MISSING_VALUE"
        return _spine(400, "required" if not request_id else "value", code)
    try:
        NhsNumber.parse(digits)
    except InvalidNhsNumber:
        return _spine(400, "value", "INVALID_RESOURCE_ID")
    return None


def _spine(status: int, code: str, detail: str) -> web.Response:
    return outcome(status, "information", code, system=SPINE_CODES, detail=detail)


def _labelled(raw: bytes, code: str) -> bytes:
    """A Patient as PDS always has it: with a confidentiality label, `U` unless said otherwise."""
    patient: dict[str, Any] = lossless_tree(raw)
    meta = _mapping(patient.get("meta"))
    if meta.get("security") and not code:
        return raw
    label = {"system": CONFIDENTIALITY, "code": code or "U"}
    return write_tree({**patient, "meta": {**meta, "security": [label]}})


def _mapping(value: object) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}


def _numbers(value: object) -> frozenset[str]:
    given = value if isinstance(value, (list, tuple, set, frozenset)) else ()
    return frozenset(one for one in map(str, given) if _TEN_DIGITS.fullmatch(one))


def simulator(people: World, manners: Manners) -> web.Application:
    """The index. This folder's README lists the manners; its journal is `app[JOURNAL]`."""
    app = application(manners)
    base = str(manners.get("base_path", "")).rstrip("/")
    app.router.add_get(f"{base}/Patient/{{id}}", _Index(people, manners).read)
    return app
