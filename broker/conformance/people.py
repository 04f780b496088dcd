"""A signed list of invented people into whom the kit may ask a partner for.

# test-people/addenbury.yaml; its signature stands beside it, with `.sig` behind its name
asked_from: RX901                     # the organisation that the kit asks as
people:
  - number: "9990000018"
    birth_date: "1958-04-12"
    family: Thurlow
    given: [Margaret]
    practice: D99001                  # where the index would say that they are registered
    is: known                         # known, empty (known, nothing recorded) or unknown there
    holds: {allergies: 1, results: 3} # at least so many items of each category
    sensitive: true                   # at least one item carries a confidentiality label

The signature is Ed25519 over the file's bytes, in base64, by a key that trust.yaml names. So nobody adds a
real person to a list by editing it; numbers outside the 999 range are refused whoever signed.
"""

from __future__ import annotations

import base64
import binascii
import enum
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import load_pem_private_key, load_pem_public_key

from broker.domain.category import Category
from broker.domain.errors import InvalidNhsNumber
from broker.domain.identity import NhsNumber, PatientIdentity
from broker.files import FileFault, Section, read_file

BIRTH_DATE_PATTERN = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", re.ASCII)


class Standing(enum.StrEnum):
    """How a person stands at the partner."""

    KNOWN = "known"
    EMPTY = "empty"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True, kw_only=True)
class TestPerson:
    """One invented person. `holds` is the least that the partner has of each category."""

    __test__ = False  # a person, and no test of pytest's

    identity: PatientIdentity
    standing: Standing
    holds: Mapping[Category, int] = field(default_factory=dict)
    sensitive: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class TestPeople:
    """A list whose signature holds. `asked_from` is an ODS code."""

    __test__ = False  # people, and no test of pytest's

    asked_from: str
    people: tuple[TestPerson, ...]


def signature_path(path: Path) -> Path:
    """Where the signature of a list stands."""
    return path.with_name(path.name + ".sig")


def sign(path: Path, key: Path) -> Path:
    """Write the list's signature; returns its path. Raises ValueError for a key that is none, OSError."""
    loaded = load_pem_private_key(key.read_bytes(), password=None)
    if not isinstance(loaded, Ed25519PrivateKey):
        raise ValueError("the key is not Ed25519")  # noqa: TRY004 - a file of another kind, not a wrong call
    written = signature_path(path)
    written.write_text(base64.b64encode(loaded.sign(path.read_bytes())).decode() + "\n", encoding="ascii")
    return written


def read_test_people(path: Path, keys: Iterable[Path]) -> TestPeople:
    """The list, once one of `keys` has signed it as it stands. Raises FileFault."""
    listed = read_unsigned(path)
    _check_signature(path, tuple(keys))
    return listed


def read_unsigned(path: Path) -> TestPeople:
    """What a list says, for whoever is about to sign it: nobody is asked by it. Raises FileFault."""
    top = read_file(path)
    people = tuple(_person(section) for section in top.sections("people"))
    found = TestPeople(asked_from=top.text("asked_from"), people=people)
    top.finish()
    for standing in (Standing.KNOWN, Standing.UNKNOWN):
        if not any(person.standing is standing for person in people):
            raise top.fault(f"no person is `{standing}` there.", "Add one: both must be tried.", at="people")
    return found


def _check_signature(path: Path, keys: tuple[Path, ...]) -> None:
    beside = signature_path(path)
    if not keys:
        remedy = "List the PEM files of those who may sign under `test_people_keys` in trust.yaml."
        raise FileFault(path, 1, 1, "cannot be believed: nobody may sign such lists.", remedy)
    remedy = "Read it through, then run: watersmeet partner sign"
    try:
        signature = base64.b64decode(beside.read_text(encoding="ascii"), validate=False)
    except (OSError, UnicodeDecodeError, binascii.Error):
        raise FileFault(path, 1, 1, f"has no signature {beside.name}.", remedy) from None
    if not any(_signed(path.read_bytes(), signature, _public_key(key)) for key in keys):
        raise FileFault(path, 1, 1, "is not as any of the trusted keys signed it.", remedy)


def _public_key(path: Path) -> Ed25519PublicKey:
    try:
        key = load_pem_public_key(path.read_bytes())
    except (OSError, ValueError):
        key = None
    if not isinstance(key, Ed25519PublicKey):
        raise FileFault(path, 1, 1, "is no Ed25519 public key (PEM).", "Mend `test_people_keys`.")
    return key


def _signed(text: bytes, signature: bytes, key: Ed25519PublicKey) -> bool:
    try:
        key.verify(signature, text)
    except InvalidSignature:
        return False
    return True


def _person(section: Section) -> TestPerson:
    number, birth_date = _number(section), section.text("birth_date")
    if not BIRTH_DATE_PATTERN.fullmatch(birth_date):
        raise section.fault("`birth_date` is not a day.", "Write it as 1958-04-12, quoted.", at="birth_date")
    identity = PatientIdentity(
        number=number,
        numbers=frozenset({number}),
        birth_date=birth_date,
        family=section.text("family", ""),
        given=section.words("given", default=()),
        practice_ods=section.text("practice", "") or None,
    )
    person = TestPerson(
        identity=identity,
        standing=Standing(section.word("is", tuple(Standing))),
        holds=_holds(section),
        sensitive=section.flag("sensitive", default=False),
    )
    section.finish()
    return person


def _number(section: Section) -> NhsNumber:
    try:
        number = NhsNumber.parse(section.text("number"))
    except InvalidNhsNumber:
        raise section.fault("`number` is no valid NHS number.", "Use the 999 range.", at="number") from None
    if not number.is_synthetic:
        raise section.fault("`number` may be somebody's.", "Use the 999 range alone.", at="number")
    return number


def _holds(section: Section) -> Mapping[Category, int]:
    if "holds" not in section:
        return {}
    holds = section.section("holds")
    found = {}
    for name in holds.names():
        if name not in tuple(Category):
            raise holds.fault(f"`{name}` is no category.", "See docs/reference/settings.md.", at=name)
        found[Category(name)] = holds.integer(name, least=1)
    holds.finish()
    return found
