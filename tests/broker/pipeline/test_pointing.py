from __future__ import annotations

from typing import Any

import orjson
import pytest

from broker.domain.attachments import attachments_in, declared_of, leads_to
from broker.domain.category import TRANSLATED_TYPES, Category, types_in
from broker.domain.errors import DocumentNotGiven
from broker.pipeline.pointing import find, may_list, partner_of, pointer_to, type_of
from broker.ports.sealer import POINTER_BYTES
from tests.support.records import PlainSealer, finished, item, readable

SEALER = PlainSealer()
LETTER = {"contentType": "application/pdf", "url": "Binary/b1", "title": "Letter", "size": 5}


def listing(*attachments: Any, partner_id: str = "addenbury", local_id: str = "d1") -> Any:
    """One DocumentReference, normalised."""
    content = [{"attachment": one} for one in attachments]
    [_, one] = readable([item("DocumentReference", local_id, content=content)], partner_id)
    return one


def pointer(attachment: dict[str, Any], **changes: Any) -> bytes:
    """The pointer to the only document of a listing."""
    return pointer_to(listing(attachment, **changes), attachment, SEALER)


def test_a_pointer_leads_back_to_its_document() -> None:
    """Among others of the same item and of other items; its partner and its item's type are told by it."""
    other = {**LETTER, "url": "Binary/b2"}
    items = [listing(other, local_id="d0"), listing(other, LETTER)]
    found = finished(find(pointer(LETTER), items, SEALER))
    assert found is not None
    assert (found.resource.local_reference, found.url) == ("DocumentReference/d1", "Binary/b1")
    assert partner_of(pointer(LETTER), ["beech", "addenbury"], SEALER) == "addenbury"
    assert type_of(pointer(LETTER), SEALER) == "DocumentReference"
    assert len(pointer(LETTER)) == POINTER_BYTES


@pytest.mark.parametrize(
    "changed",
    [
        {"url": "Binary/b2"},
        {"title": "Another"},
        {"size": 6},
        {"size": 5.0},
        {"contentType": "text/plain"},
        {"hash": "x"},
        {"url": "https://a.example/Binary/b1"},
    ],
)
def test_a_pointer_is_of_all_that_its_attachment_says(changed: dict[str, Any]) -> None:
    """Whatever changes, it leads nowhere any more."""
    assert finished(find(pointer(LETTER), [listing({**LETTER, **changed})], SEALER)) is None


def test_a_pointer_is_of_one_item_of_one_partner() -> None:
    """The same attachment elsewhere is another document."""
    for elsewhere in ({"partner_id": "beech"}, {"local_id": "d2"}):
        assert pointer(LETTER, **elsewhere) != pointer(LETTER)
        assert finished(find(pointer(LETTER), [listing(LETTER, **elsewhere)], SEALER)) is None


def test_order_spacing_and_a_signature_anew_change_nothing() -> None:
    """The same attachment in another spelling, with data beside it, or signed for another hour."""
    again = dict(reversed(LETTER.items())) | {"data": "QQ==", "url": "Binary/b1?signature=2"}
    assert pointer(again) == pointer(LETTER)
    listed = listing(LETTER)
    pretty = readable([orjson.dumps(orjson.loads(listed.raw), option=orjson.OPT_INDENT_2)])
    assert finished(find(pointer(LETTER), pretty, SEALER)) is not None


def test_two_documents_that_only_a_question_tells_apart_are_not_opened() -> None:
    """Nobody gets the one letter for the other; the same address twice is one document."""
    one, other = ({**LETTER, "url": f"retrieve?documentUniqueId={name}"} for name in "ab")
    with pytest.raises(DocumentNotGiven):
        finished(find(pointer(other), [listing(one, other)], SEALER))
    assert finished(find(pointer(other), [listing(other, other)], SEALER)) is not None
    told = {**other, "title": "Discharge letter"}
    found = finished(find(pointer(told), [listing(one, told)], SEALER))
    assert found is not None
    assert found.url == "retrieve?documentUniqueId=b"


def test_a_pointer_of_no_partner_and_no_type_says_so() -> None:
    """What no key of now made leads nowhere."""
    assert partner_of(bytes(POINTER_BYTES), ["addenbury"], SEALER) is None
    assert type_of(bytes(POINTER_BYTES), SEALER) is None


def test_every_type_that_can_be_asked_for_has_a_tag_of_its_own() -> None:
    """So that a pointer never asks for another kind of item."""
    for kind in types_in(Category) | TRANSLATED_TYPES:
        [_, *found] = readable([item(kind, "x", content=[])])
        if found:
            assert may_list(found[0])
            assert type_of(pointer_to(found[0], LETTER, SEALER), SEALER) == kind


ATTACHED = {
    "DocumentReference": {"content": [{"attachment": LETTER}]},
    "DiagnosticReport": {"presentedForm": [LETTER]},
    "Media": {"content": LETTER},
    "Patient": {"photo": [LETTER]},
    "Communication": {"payload": [{"contentAttachment": LETTER}]},
    "Basic": {"extension": [{"url": "x", "valueAttachment": LETTER}]},
}


@pytest.mark.parametrize("kind", ATTACHED)
def test_attachments_are_found_wherever_they_stand(kind: str) -> None:
    """In the resource itself and in what another contains."""
    tree = {"resourceType": kind, **ATTACHED[kind]}
    assert list(attachments_in(tree)) == [LETTER]
    assert list(attachments_in({"resourceType": "Observation", "contained": [tree]})) == [LETTER]


def test_what_is_no_attachment_is_none() -> None:
    """A Composition's content, an extension's address, an attachment of another shape."""
    tree = {"resourceType": "X", "content": LETTER, "extension": [{"url": "y"}], "attachment": ["z", None]}
    assert list(attachments_in(tree)) == []


@pytest.mark.parametrize("url", ["", "#inside", "data:text/plain,x", None, 5, ["Binary/1"]])
def test_what_leads_nowhere_is_no_document(url: Any) -> None:
    """Only an address that leads out of the resource is one."""
    assert leads_to({"url": url}) == ""


def test_an_attachment_promises_only_what_can_be_read() -> None:
    """A SHA-1 as base64; a whole number of bytes; a plain word. Everything else promises nothing."""
    digest = "qUqP5cyxm6YcTAhz05Hph5gvu9M="
    good = declared_of({"size": 4, "hash": digest, "contentType": "text/plain"})
    assert (good.size, good.content_type, len(good.sha1 or b"")) == (4, "text/plain", 20)
    for odd in ({"size": "4"}, {"size": -1}, {"size": True}, {"size": 4.0}):
        assert declared_of(odd).size is None
    for odd in ({"hash": "QUJD"}, {"hash": "not base64"}, {"hash": 5}, {"hash": "A" * 500}):
        assert declared_of(odd).sha1 is None
    assert declared_of({"contentType": "té"}).content_type == ""
