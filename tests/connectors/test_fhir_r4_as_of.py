"""A server that answers from what it keeps says of when that is, and its connector hands it on."""

from __future__ import annotations

import json

import pytest

from tests.support.fhir_server import ASHA_THERE, bundle, flag, known


def made(at: str, page: bytes) -> bytes:
    """A page with its own `meta.lastUpdated`."""
    return json.dumps({**json.loads(page), "meta": {"lastUpdated": at}}).encode()


def test_the_oldest_page_says_of_when_the_answer_is() -> None:
    """As it wrote it, also where the answer is not whole."""
    first = made("2026-11-22T09:00:00Z", bundle(ASHA_THERE, flag("f1"), next_link="?p=2", total=9))
    second = made("2026-11-21T23:00:00+00:00", bundle(flag("f2"), total=9))
    ending, _ = known(first, second)
    assert ending.as_of == "2026-11-21T23:00:00+00:00"


@pytest.mark.parametrize("meta", ["null", '"now"', "{}", '{"lastUpdated":7}', '{"lastUpdated":"lately"}'])
def test_a_server_that_gives_no_time_says_nothing(meta: str) -> None:
    """What is no date is none, and costs nothing of the answer."""
    page = bundle(ASHA_THERE, flag("f1"), total=2)
    ending, heard = known(page[:-1] + b',"meta":' + meta.encode() + b"}")
    assert ending.as_of == ""
    assert len(heard.entries) == 2
