"""A list of invented people is believed as somebody who may sign it signed it, and not otherwise."""

from __future__ import annotations

from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, generate_private_key
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat

from broker.conformance.people import Standing, TestPeople, read_test_people, sign, signature_path
from broker.domain.category import Category
from broker.files import FileFault
from tests.support.patients import number_outside_999

LIST = """\
asked_from: RX901
people:
  - {number: "9990000018", birth_date: "1951-04-09", family: Patel, given: [Asha], practice: D99001,
     is: known, holds: {allergies: 1}, sensitive: true}
  - {number: "9990000034", birth_date: "1960-01-01", is: unknown}
"""


def key_pair(folder: Path, name: str) -> tuple[Path, Path]:
    """A private and a public key, as PEM files."""
    key = Ed25519PrivateKey.generate()
    private, public = folder / f"{name}.pem", folder / f"{name}.pub.pem"
    private.write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    public.write_bytes(key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo))
    return private, public


def signed(folder: Path, text: str = LIST) -> tuple[Path, Path]:
    """A list that is signed as it stands, and the public key."""
    private, public = key_pair(folder, "steward")
    path = folder / "test-people.yaml"
    path.write_text(text)
    sign(path, private)
    return path, public


def read(folder: Path, text: str) -> TestPeople:
    """A list that is signed and read."""
    path, public = signed(folder, text)
    return read_test_people(path, [public])


def test_a_signed_list_is_read(tmp_path: Path) -> None:
    """Who is asked for, as whom the index would know them, and what is expected."""
    path, public = signed(tmp_path)
    listed = read_test_people(path, [key_pair(tmp_path, "other")[1], public])
    asha, nobody = listed.people
    assert listed.asked_from == "RX901"
    assert (asha.standing, asha.holds, asha.sensitive) == (Standing.KNOWN, {Category.ALLERGIES: 1}, True)
    assert (asha.identity.family, asha.identity.given, asha.identity.practice_ods) == (
        "Patel",
        ("Asha",),
        "D99001",
    )
    assert nobody.standing is Standing.UNKNOWN


@pytest.mark.parametrize("change", ["edited", "unsigned", "another key", "no key", "nonsense"])
def test_a_list_that_nobody_trusted_signed_is_not_believed(tmp_path: Path, change: str) -> None:
    """So nobody is added to it by an editor."""
    path, public = signed(tmp_path)
    keys = [public]
    if change == "edited":
        path.write_text(LIST.replace("9990000034", "9990000042"))
    elif change == "unsigned":
        signature_path(path).unlink()
    elif change == "another key":
        keys = [key_pair(tmp_path, "other")[1]]
    elif change == "no key":
        keys = []
    else:
        signature_path(path).write_text("c2lnbmVk\n")
    with pytest.raises(FileFault) as refused:
        read_test_people(path, keys)
    assert "9990000018" not in str(refused.value)


@pytest.mark.parametrize(
    ("old", "new", "complaint"),
    [
        ('"9990000018"', '"9990000019"', "no valid NHS number"),
        ('"9990000018"', f'"{number_outside_999()}"', "may be somebody's"),
        ("is: unknown", "is: unkown", "Did you mean `unknown`?"),
        ("is: unknown", "is: empty", "no person is `unknown` there"),
        ("is: known", "is: empty", "no person is `known` there"),
        ("allergies: 1", "allergy: 1", "`allergy` is no category"),
        ('"1951-04-09"', '"9 April 1951"', "`birth_date` is not a day"),
        ("family: Patel", "famly: Patel", "`famly` is not a setting here"),
    ],
)
def test_a_list_at_fault_is_refused_whoever_signed_it(
    tmp_path: Path, old: str, new: str, complaint: str
) -> None:
    """With its place, and without a person in the sentence."""
    with pytest.raises(FileFault) as refused:
        read(tmp_path, LIST.replace(old, new, 1))
    assert complaint in str(refused.value)
    assert "999000" not in str(refused.value)


def test_only_an_ed25519_key_signs_and_is_believed(tmp_path: Path) -> None:
    """Another kind of key is refused on both sides."""
    path, _ = signed(tmp_path)
    other = tmp_path / "other.pem"
    key = generate_private_key(SECP256R1())
    other.write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    with pytest.raises(ValueError, match="not Ed25519"):
        sign(path, other)
    public = tmp_path / "other.pub.pem"
    public.write_bytes(key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo))
    with pytest.raises(FileFault, match="is no Ed25519 public key"):
        read_test_people(path, [public])
