"""A token in any form but the one that we read is refused, and each form by its own check."""

from __future__ import annotations

import json
from typing import Any

import pytest

from broker.adapters.tokens.key_reading import read_key_set
from broker.adapters.tokens.opening import open_token
from broker.domain.errors import ServiceDown, Unauthenticated
from tests.support.issuers import (
    Signer,
    good_claims,
)
from tests.support.token_bench import Bench

ONE_WRONG_HEADER = [
    ({"typ": None}, "TokenTypeRefused"),
    ({"typ": "JWT"}, "TokenTypeRefused"),
    ({"typ": "id+jwt"}, "TokenTypeRefused"),
    ({"typ": "client-authentication+jwt"}, "TokenTypeRefused"),
    ({"typ": 1}, "TokenTypeRefused"),
    ({"alg": None}, "AlgorithmRefused"),
    ({"alg": "none"}, "AlgorithmRefused"),
    ({"alg": "None"}, "AlgorithmRefused"),
    ({"alg": "NONE"}, "AlgorithmRefused"),
    ({"alg": "nOnE"}, "AlgorithmRefused"),
    ({"alg": "HS256"}, "AlgorithmRefused"),
    ({"alg": "ES384"}, "AlgorithmRefused"),
    ({"alg": "es256"}, "AlgorithmRefused"),
    ({"alg": ["ES256"]}, "AlgorithmRefused"),
    ({"kid": None}, "KeyIdMissing"),
    ({"kid": ""}, "KeyIdMissing"),
    ({"kid": 1}, "KeyIdMissing"),
    ({"kid": "k" * 257}, "KeyIdMissing"),
    ({"kid": "../../etc/passwd"}, "KeyUnknown"),
    ({"kid": "' OR 1=1 --"}, "KeyUnknown"),
    ({"kid": "key-1\x00"}, "KeyUnknown"),
    ({"jku": "https://evil.example/keys"}, "HeaderRefused"),
    ({"jwk": {"kty": "oct", "k": "AA"}}, "HeaderRefused"),
    ({"x5u": "https://evil.example/certificate"}, "HeaderRefused"),
    ({"x5c": ["AA"]}, "HeaderRefused"),
    ({"crit": ["exp"]}, "HeaderRefused"),
    ({"crit": []}, "HeaderRefused"),
    ({"b64": False}, "HeaderRefused"),
    ({"b64": True}, "HeaderRefused"),
    ({"b64": False, "crit": ["b64"]}, "HeaderRefused"),
    ({"zip": "DEF"}, "HeaderRefused"),
    ({"enc": "A256GCM"}, "HeaderRefused"),
]


@pytest.mark.parametrize(("changes", "check"), ONE_WRONG_HEADER)
async def test_one_wrong_header_member_is_refused_by_its_own_check(
    bench: Bench, changes: dict[str, Any], check: str
) -> None:
    """A2, A5, A6, A7, A10: the signature covers the header as it stands, and is right."""
    token = bench.signer.token(good_claims(bench.clock), bench.signer.header(**changes))
    assert await bench.failed_check(token) == check


async def test_a_type_may_be_written_as_a_media_type(bench: Bench) -> None:
    """RFC 7515 section 4.1.9: case and `application/` do not matter."""
    header = bench.signer.header(typ="application/AT+JWT")
    assert await bench.ask(bench.signer.token(good_claims(bench.clock), header))


@pytest.mark.parametrize(
    "body",
    [
        b'{"exp":1,"exp":2}',
        b'{"a":{"b":1,"b":2}}',
        b'{"a\\u003ab":1,"a\\u003ab":2}',
        b"[]",
        b'"x"',
        b"{",
        b"",
        b"\xff",
        b"\xef\xbb\xbf{}",
        b'{"exp":NaN}',
        b'{"exp":Infinity}',
        b'{"exp":1e309}',
        b"{" + b'"a":{' * 900 + b"}" * 901,
    ],
)
async def test_parts_that_are_not_strict_json_objects_are_refused(bench: Bench, body: bytes) -> None:
    """Two readers could take two meanings from a repeated member, so neither part may hold one."""
    expected = {"TokenMalformed"} if body else {"NoBearerToken"}
    assert await bench.failed_check(bench.signer.token(body)) in expected
    token = bench.signer.token(good_claims(bench.clock), body)
    assert body == b"" or await bench.failed_check(token) == "TokenMalformed"


async def test_a_token_over_the_size_cap_is_never_parsed(bench: Bench) -> None:
    """A14: one byte over, and two megabytes, are refused by their length."""
    token = bench.token(padding="x" * 9_000)
    exact = token[: 8 * 1024]
    assert await bench.failed_check(exact + "x") == "TokenTooLong"
    assert await bench.failed_check(exact) != "TokenTooLong"
    assert await bench.failed_check("x." * 1_000_000) == "TokenTooLong"
    assert bench.server.reads == 0


async def test_a_hidden_second_spelling_of_a_token_is_refused(bench: Bench) -> None:
    """Base64url with stray low bits decodes alike: it is not the token that was signed."""
    token = bench.token()
    last = token[-1]
    alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
    other = alphabet[alphabet.index(last) ^ 1]
    assert await bench.failed_check(token[:-1] + other) == "TokenMalformed"


async def test_no_byte_of_a_signed_token_can_change(bench: Bench) -> None:
    """Every character of the token, replaced by another, refuses it."""
    token = bench.token()
    for place, character in enumerate(token):
        other = "A" if character != "A" else "B"
        changed = token[:place] + other + token[place + 1 :]
        with pytest.raises((Unauthenticated, ServiceDown)):
            await bench.ask(changed)
    assert await bench.ask(token)


def test_opening_reads_what_was_signed() -> None:
    """Control: the helper's tokens are well-formed, and its key sets readable."""
    signer = Signer()
    opened = open_token(signer.token({"a": 1}))
    assert opened.claims == {"a": 1}
    raw = json.dumps({"keys": [signer.jwk]}).encode()
    assert set(read_key_set(raw, keys_max=1, development=False)) == {"key-1"}
