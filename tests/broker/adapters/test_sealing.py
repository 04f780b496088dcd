from __future__ import annotations

import re
import timeit
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as some

from broker.adapters.keys import KeyRing, Purpose, read_key_ring
from broker.adapters.keys.rotation import rotate_key
from broker.adapters.sealing import WINDOW_S, RingSealer
from broker.domain.errors import Gone, NotFound, ServiceDown
from broker.ports.sealer import POINTER_BYTES
from tests.support.stores import ADA, BEN, clinician, demonstration_ring

FHIR_ID = re.compile(r"[A-Za-z0-9\-.]{1,64}")
AT_S = 1_800_000_000.0


@pytest.fixture(scope="module")
def ring(tmp_path_factory: pytest.TempPathFactory) -> KeyRing:
    """Fresh keys of a demonstration."""
    return demonstration_ring(tmp_path_factory.mktemp("ring"))


@pytest.fixture(scope="module")
def sealer(ring: KeyRing) -> RingSealer:
    """Over those keys."""
    return RingSealer(ring)


def test_a_token_opens_to_its_number(sealer: RingSealer) -> None:
    """For the same caller in the same window."""
    token = sealer.patient_token(ADA, clinician(), at_s=AT_S)
    assert sealer.open_patient_token(token, clinician(), at_s=AT_S) == ADA


def test_a_token_is_the_same_all_through_its_window(sealer: RingSealer) -> None:
    """And another for another person or window."""
    start = AT_S // WINDOW_S * WINDOW_S
    first = sealer.patient_token(ADA, clinician(), at_s=start)
    assert first == sealer.patient_token(ADA, clinician(), at_s=start + WINDOW_S - 1)
    assert first != sealer.patient_token(ADA, clinician(), at_s=start + WINDOW_S)
    assert first != sealer.patient_token(BEN, clinician(), at_s=start)


@given(window=some.integers(0, 2**23), user=some.text(min_size=1))
def test_every_token_is_a_fhir_id(sealer: RingSealer, window: int, user: str) -> None:
    """Letters, digits, `-` and `.`, and no digits of the number."""
    token = sealer.patient_token(
        ADA, clinician(user.encode("utf-8", "replace").decode()), at_s=window * WINDOW_S
    )
    assert FHIR_ID.fullmatch(token)
    assert ADA.digits not in token


@pytest.mark.parametrize(
    "other",
    [
        clinician("somebody-else"),
        clinician(organisation_ods="RGT00"),
        replace(clinician(), issuer="https://other.example"),
    ],
)
def test_nobody_else_opens_it(sealer: RingSealer, other: object) -> None:
    """Another user, organisation or issuer: the same answer as for a token that never was."""
    token = sealer.patient_token(ADA, clinician(), at_s=AT_S)
    with pytest.raises(NotFound):
        sealer.open_patient_token(token, other, at_s=AT_S)  # type: ignore[arg-type] # a Requester


def test_an_old_one_is_gone_for_its_owner_and_unknown_to_others(sealer: RingSealer) -> None:
    """Only who could open it may know that it was one."""
    token = sealer.patient_token(ADA, clinician(), at_s=AT_S)
    with pytest.raises(Gone):
        sealer.open_patient_token(token, clinician(), at_s=AT_S + WINDOW_S)
    with pytest.raises(NotFound):
        sealer.open_patient_token(token, clinician("somebody-else"), at_s=AT_S + WINDOW_S)


def test_one_from_the_future_is_not_found(sealer: RingSealer) -> None:
    """A clock that was set back revives nothing and opens nothing early."""
    token = sealer.patient_token(ADA, clinician(), at_s=AT_S + WINDOW_S)
    with pytest.raises(NotFound):
        sealer.open_patient_token(token, clinician(), at_s=AT_S)


def test_any_changed_character_is_not_found(sealer: RingSealer) -> None:
    """Each place in turn, with every other character that an id may have."""
    token = sealer.patient_token(ADA, clinician(), at_s=AT_S)
    for place in range(len(token)):
        for character in "AZaz09-._ é":
            forged = token[:place] + character + token[place + 1 :]
            if forged != token:
                with pytest.raises(NotFound):
                    sealer.open_patient_token(forged, clinician(), at_s=AT_S)


@given(text=some.text(max_size=80))
def test_anything_at_all_is_not_found(sealer: RingSealer, text: str) -> None:
    """No text raises anything else."""
    with pytest.raises(NotFound):
        sealer.open_patient_token(text, clinician(), at_s=AT_S)


def test_a_token_survives_rotation_and_names_its_key(tmp_path: Path) -> None:
    """The retired key opens it until its window is over; new ones are under the new key."""
    old = demonstration_ring(tmp_path)
    token = RingSealer(old).patient_token(ADA, clinician(), at_s=AT_S)
    rotate_key(old.path, Purpose.TOKEN, environment="demonstration")
    rotated = RingSealer(read_key_ring(old.path, environment="demonstration"))
    assert rotated.open_patient_token(token, clinician(), at_s=AT_S) == ADA
    assert rotated.patient_token(ADA, clinician(), at_s=AT_S) != token


def test_an_item_id_is_stable_and_belongs_to_its_partner(sealer: RingSealer, ring: KeyRing) -> None:
    """The same reference at two partners has two ids; a second process gives the same."""
    mine = sealer.item_id("acute", "Observation/1")
    assert mine == RingSealer(ring).item_id("acute", "Observation/1")
    assert FHIR_ID.fullmatch(mine)
    assert mine.startswith("acute-")
    assert len(mine) == len("acute-") + 26
    others = {sealer.item_id("practice", "Observation/1"), sealer.item_id("acute", "Observation/2")}
    assert len({mine[-26:], *(other[-26:] for other in others)}) == 3


def test_a_digest_is_keyed(sealer: RingSealer, tmp_path: Path) -> None:
    """Thirty-two bytes, the same for the same bytes, another under another key."""
    assert len(sealer.digest(b"1.50")) == 32
    assert sealer.digest(b"1.50") == sealer.digest(b"1.50")
    assert sealer.digest(b"1.50") != sealer.digest(b"1.5")
    assert sealer.digest(b"1.50") != RingSealer(demonstration_ring(tmp_path)).digest(b"1.50")


def test_missing_keys_are_our_service_down(tmp_path: Path) -> None:
    """From the moment that the ring notices, whatever was prepared before."""
    ring = demonstration_ring(tmp_path)
    sealer = RingSealer(ring)
    sealer.item_id("acute", "Observation/1")
    (key,) = tmp_path.glob("item-*.key")
    key.unlink()
    with pytest.raises(ServiceDown, match="keys"):
        ring.check()
    with pytest.raises(ServiceDown, match="keys"):
        sealer.item_id("acute", "Observation/1")
    with pytest.raises(ServiceDown, match="keys"):
        sealer.digest(b"")
    with pytest.raises(ServiceDown, match="keys"):
        sealer.patient_token(ADA, clinician(), at_s=AT_S)


def test_ids_and_digests_cost_next_to_nothing(sealer: RingSealer) -> None:
    """Thousands of items in one answer must not be felt: far under 10 us each even on a busy machine."""
    for work in (lambda: sealer.item_id("acute", "Observation/1"), lambda: sealer.digest(b"x" * 1_100)):
        assert min(timeit.repeat(work, number=2_000, repeat=9)) / 2_000 < 10e-6


POINTER = bytes(range(POINTER_BYTES))


def test_a_documents_token_opens_to_its_number_and_pointer(sealer: RingSealer) -> None:
    """For the same caller in the same window; always the same, in 64 characters of FHIR's alphabet."""
    token = sealer.document_token(ADA, POINTER, clinician(), at_s=AT_S)
    assert sealer.open_document_token(token, clinician(), at_s=AT_S) == (ADA, POINTER)
    assert token == sealer.document_token(ADA, POINTER, clinician(), at_s=AT_S)
    assert token != sealer.document_token(ADA, POINTER[::-1], clinician(), at_s=AT_S)
    assert token != sealer.document_token(BEN, POINTER, clinician(), at_s=AT_S)
    assert len(token) == 64
    assert FHIR_ID.fullmatch(token)


def test_a_documents_token_is_its_callers_and_its_windows(sealer: RingSealer) -> None:
    """Another user's is not found; an old one is gone for its owner alone; one of tomorrow is not found."""
    token = sealer.document_token(ADA, POINTER, clinician(), at_s=AT_S)
    with pytest.raises(NotFound):
        sealer.open_document_token(token, clinician("somebody-else"), at_s=AT_S)
    with pytest.raises(NotFound):
        sealer.open_document_token(token, clinician("somebody-else"), at_s=AT_S + WINDOW_S)
    with pytest.raises(Gone):
        sealer.open_document_token(token, clinician(), at_s=AT_S + WINDOW_S)
    with pytest.raises(NotFound):
        sealer.open_document_token(token, clinician(), at_s=AT_S - WINDOW_S)


def test_one_kind_of_token_never_opens_as_the_other(sealer: RingSealer) -> None:
    """Neither as it stands nor cut to the other's length."""
    patient = sealer.patient_token(ADA, clinician(), at_s=AT_S)
    document = sealer.document_token(ADA, POINTER, clinician(), at_s=AT_S)
    short = sealer.document_token(ADA, b"", clinician(), at_s=AT_S)
    assert len(short) == len(patient)
    for token in (document, document[: len(patient)], short):
        with pytest.raises(NotFound):
            sealer.open_patient_token(token, clinician(), at_s=AT_S)
    for token in (patient, short, patient.ljust(64, "A")):
        with pytest.raises(NotFound):
            sealer.open_document_token(token, clinician(), at_s=AT_S)


@given(place=some.integers(0, 63), character=some.sampled_from("AZaz09-._ é"))
def test_no_changed_documents_token_is_found(sealer: RingSealer, place: int, character: str) -> None:
    """Whichever character is changed into whichever."""
    token = sealer.document_token(ADA, POINTER, clinician(), at_s=AT_S)
    forged = token[:place] + character + token[place + 1 :]
    if forged != token:
        with pytest.raises(NotFound):
            sealer.open_document_token(forged, clinician(), at_s=AT_S)


@given(pieces=some.lists(some.binary(max_size=50)))
def test_a_digest_of_pieces_is_the_digest_of_the_whole(sealer: RingSealer, pieces: list[bytes]) -> None:
    """However they are cut."""
    digesting = sealer.digesting()
    for piece in pieces:
        digesting.update(piece)
    assert digesting.digest() == sealer.digest(b"".join(pieces))


NOTES = some.tuples(some.sampled_from(["page", "again"]), some.binary(min_size=1, max_size=80))


@given(note=NOTES, bound=some.binary(max_size=20))
def test_a_note_opens_to_what_was_sealed(sealer: RingSealer, note: tuple[str, bytes], bound: bytes) -> None:
    """For the same caller, kind and binding; always the same, in FHIR's id alphabet."""
    kind, plain = note
    token = sealer.note(kind, plain, bound, clinician())
    assert sealer.open_note(kind, token, bound, clinician()) == plain
    assert token == sealer.note(kind, plain, bound, clinician())
    assert re.fullmatch(r"[A-Za-z0-9.-]+", token)
    for other in (
        ("other", bound, clinician()),
        (kind, bound + b"x", clinician()),
        (kind, bound, clinician("somebody-else")),
    ):
        with pytest.raises(Gone):
            sealer.open_note(other[0], token, *other[1:])


def test_no_other_token_opens_as_a_note_nor_a_note_as_another(sealer: RingSealer) -> None:
    """Also where it has the very length."""
    for token in (
        sealer.patient_token(ADA, clinician(), at_s=AT_S),
        sealer.document_token(ADA, POINTER, clinician(), at_s=AT_S),
    ):
        with pytest.raises(Gone):
            sealer.open_note("page", token, b"", clinician())
    for length in (8, 30):
        note = sealer.note("page", bytes(length), b"", clinician())
        with pytest.raises(NotFound):
            sealer.open_patient_token(note, clinician(), at_s=AT_S)
        with pytest.raises(NotFound):
            sealer.open_document_token(note, clinician(), at_s=AT_S)


@pytest.mark.parametrize("text", ["", "A", "abc", "A" * 24, "_" * 30, "é" * 30, "A" * 29])
def test_what_has_not_the_form_of_a_note_is_not_found(sealer: RingSealer, text: str) -> None:
    """Too short, another alphabet, or a length that base64 never has."""
    with pytest.raises(NotFound):
        sealer.open_note("page", text, b"", clinician())


def test_a_note_survives_rotation_and_is_gone_with_its_key(tmp_path: Path) -> None:
    """The retired key opens it; where that is taken out of the ring, nothing does."""
    old = demonstration_ring(tmp_path / "old")
    token = RingSealer(old).note("page", b"plain", b"", clinician())
    rotate_key(old.path, Purpose.TOKEN, environment="demonstration")
    rotated = RingSealer(read_key_ring(old.path, environment="demonstration"))
    assert rotated.open_note("page", token, b"", clinician()) == b"plain"
    assert rotated.note("page", b"plain", b"", clinician()) != token
    with pytest.raises(Gone):
        RingSealer(demonstration_ring(tmp_path / "other")).open_note("page", token, b"", clinician())
