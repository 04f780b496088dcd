from __future__ import annotations

import base64

import pytest

from broker.domain.policy_revision import Revision
from broker.policy.signing import signature, signed_by, statement
from tests.support.revisions import ADA, BEN, Hand

DIGEST, PREVIOUS = "a1" * 32, "b2" * 32
REVISION = Revision(number=7, previous=PREVIOUS)


def test_what_is_signed_is_these_bytes() -> None:
    """Whoever signs with another tool signs this: project, number, both digests, whether it opens."""
    assert statement(REVISION, DIGEST, opening=True) == (
        b"watersmeet policy revision, statement 1\n"
        b"number: 7\n"
        b"previous: sha256:" + PREVIOUS.encode() + b"\n"
        b"digest: sha256:" + DIGEST.encode() + b"\n"
        b"opening: yes\n"
    )
    assert b"\nprevious: none\n" in statement(Revision(number=1), DIGEST, opening=False)


@pytest.mark.parametrize(
    ("revision", "digest", "opening"),
    [
        (Revision(number=8, previous=PREVIOUS), DIGEST, True),
        (Revision(number=7), DIGEST, True),
        (REVISION, DIGEST[::-1], True),
        (REVISION, DIGEST, False),
    ],
    ids=["another number", "another revision before", "another content", "no opening"],
)
def test_a_signature_over_anything_else_is_nobodys(revision: Revision, digest: str, opening: bool) -> None:
    """An opening is signed as one."""
    files = {ADA.key_id: signature(ADA.private, revision, digest, opening=opening)}
    assert signed_by([ADA.signer], files, REVISION, DIGEST, opening=True) == ()


def test_a_signature_of_an_opening_covers_what_only_tightens() -> None:
    """Whoever agreed to more agreed to less."""
    files = {ADA.key_id: signature(ADA.private, REVISION, DIGEST, opening=True)}
    assert signed_by([ADA.signer], files, REVISION, DIGEST, opening=False) == (ADA.signer,)


def test_one_key_counts_once_under_whatever_ids() -> None:
    """Two names are not two people."""
    twin = Hand("twin", ADA.private)
    files = {one.key_id: signature(one.private, REVISION, DIGEST, opening=True) for one in (ADA, twin, BEN)}
    found = signed_by([ADA.signer, twin.signer, BEN.signer], files, REVISION, DIGEST, opening=True)
    assert [signer.key_id for signer in found] == [ADA.key_id, BEN.key_id]


@pytest.mark.parametrize("written", [b"", b"\xff\x00", b"not base64!", b"AAAA", base64.b64encode(bytes(64))])
def test_a_file_that_is_no_signature_is_nobodys(written: bytes) -> None:
    """It is not counted, and nothing else comes of it."""
    assert signed_by([ADA.signer], {ADA.key_id: written}, REVISION, DIGEST, opening=True) == ()
