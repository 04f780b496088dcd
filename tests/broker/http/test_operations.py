"""Operations by POST: what their body asks is what an address would ask."""

from __future__ import annotations

import json
from typing import Any

import pytest

from broker.domain.errors import NotSupported
from broker.http.operations import operation_pairs
from broker.http.refusals import Malformed
from tests.support.http_door import Answers, get, knock, open_door

ADDRESS = "/fhir/Patient/token/$everything"


def parameters(*given: dict[str, Any], **members: Any) -> bytes:
    """A Parameters resource."""
    return json.dumps({"resourceType": "Parameters", "parameter": list(given), **members}).encode()


COUNT = {"name": "_count", "valueInteger": 5}
TYPES = ({"name": "_type", "valueCode": "Condition"}, {"name": "_type", "valueCode": "Observation"})


def posted(body: bytes, content_type: str = "application/fhir+json", address: str = ADDRESS) -> bytes:
    """The request."""
    head = get(address, f"Content-Type: {content_type}", f"Content-Length: {len(body)}", method="POST")
    return head + body


@pytest.mark.parametrize(
    ("body", "pairs"),
    [
        (b"", []),
        (b'{"resourceType":"Parameters"}', []),
        (parameters(COUNT), [("_count", "5")]),
        (parameters(COUNT, *TYPES, id="p"), [("_count", "5"), ("_type", "Condition,Observation")]),
        (parameters(COUNT, COUNT), [("_count", "5"), ("_count", "5")]),
    ],
)
def test_a_body_says_what_an_address_would(body: bytes, pairs: list[tuple[str, str]]) -> None:
    """`_type` may stand several times; whatever else does is refused later, as in an address."""
    assert operation_pairs(body) == pairs


@pytest.mark.parametrize(
    ("body", "error"),
    [
        (b"{", Malformed),
        (b"[]", Malformed),
        (b'{"resourceType":"Patient"}', Malformed),
        (b'{"parameter":[]}', Malformed),
        (parameters(contained=[]), Malformed),
        (b'{"resourceType":"Parameters","parameter":[],"parameter":[]}', Malformed),
        (parameters({"name": "_count"}), NotSupported),
        (parameters({"name": "_count", "valueInteger": True}), NotSupported),
        (parameters({"name": "_count", "valueInteger": 5, "valueString": "5"}), NotSupported),
        (parameters({"name": "resource", "resource": {"resourceType": "Patient"}}), NotSupported),
        (parameters({"name": ["_count"], "valueInteger": 5}), NotSupported),
        (parameters({"name": "_count", "valueQuantity": {"value": 5}}), NotSupported),
    ],
)
def test_a_body_that_no_address_could_say_is_refused(body: bytes, error: type[Exception]) -> None:
    """Nothing in it is passed over."""
    with pytest.raises(error):
        operation_pairs(body)


@pytest.mark.parametrize("body", [b"", parameters(COUNT, TYPES[0])])
async def test_an_operation_by_post_is_the_question_by_get(body: bytes) -> None:
    """With a body or without; parameters may stand in the address too."""
    answers = Answers()
    asked = "_count=5&_type=Condition"
    async with open_door(answers) as door:
        address = ADDRESS if body else f"{ADDRESS}?{asked}"
        assert b" 200 " in (await knock(door, posted(body, address=address)))[:20]
        await knock(door, get(f"{ADDRESS}?{asked}"))
    by_post, by_get = answers.asked
    assert (by_post.count, by_post.resource_types, by_post.patient_token) == (5, {"Condition"}, "token")
    assert (by_post.interaction, by_post.count, by_post.resource_types) == (
        by_get.interaction,
        by_get.count,
        by_get.resource_types,
    )


@pytest.mark.parametrize(
    ("sent", "status"),
    [
        (posted(parameters(COUNT), "application/x-www-form-urlencoded"), b" 415 "),
        (posted(parameters(COUNT), "text/plain"), b" 415 "),
        (posted(b"{}"), b" 400 "),
        (posted(parameters(COUNT), address=f"{ADDRESS}?_count=5"), b" 400 "),
        (posted(parameters({"name": "_since", "valueQuantity": {}})), b" 400 "),
        (posted(b" " * 70_000), b" 413 "),
        (posted(parameters(COUNT), address="/fhir/Patient/$match"), b" 405 "),
    ],
    ids=["a form", "text", "no resource", "said twice", "not a plain value", "too long", "not offered"],
)
async def test_what_is_no_operations_body_is_refused(sent: bytes, status: bytes) -> None:
    """Another form, what is not offered, and what is said twice; nobody is asked."""
    answers = Answers()
    async with open_door(answers) as door:
        assert status in (await knock(door, sent))[:20]
    assert answers.asked == []
