from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from broker.adapters.keys import KeyRing, Purpose, make_development_keys, read_key_ring
from broker.adapters.keys.development import make_keys
from broker.adapters.keys.proof import NotThisBox, open_proof, seal_proof
from broker.adapters.keys.rotation import rotate_key
from broker.domain.errors import ServiceDown
from broker.files import FileFault
from tests.support.stores import demonstration_ring


@pytest.fixture
def ring(tmp_path: Path) -> KeyRing:
    """Fresh keys of a demonstration."""
    return demonstration_ring(tmp_path)


def test_a_new_ring_has_one_usable_key_for_each_purpose(ring: KeyRing) -> None:
    """Made, read and complete; the proof key with both halves, because it is a demonstration's."""
    ring.check()
    assert ring.complaints() == ()
    assert {entry.purpose for entry in ring.entries} == set(Purpose)
    assert ring.proof_opener(ring.proof_seal().key_id) is not None


def test_new_key_files_are_for_their_owner_alone(ring: KeyRing) -> None:
    """And hold no key twice."""
    files = list(ring.path.parent.iterdir())
    assert all(file.stat().st_mode & 0o077 == 0 for file in files)
    assert len({file.read_text() for file in files}) == len(files)


def test_a_demonstration_that_starts_again_keeps_its_keys(tmp_path: Path) -> None:
    """What it sealed before still opens."""
    first = make_development_keys(tmp_path).read_text()
    assert make_development_keys(tmp_path).read_text() == first


def test_a_production_ring_does_not_refer_to_governance(tmp_path: Path) -> None:
    """Its operators can seal a proof and never open it."""
    path = make_keys(tmp_path / "keys", environment="production", governance=tmp_path / "safe")
    ring = read_key_ring(path, environment="production")
    ring.check()
    sealing = ring.proof_seal()
    assert ring.proof_opener(sealing.key_id) is None
    assert len(list((tmp_path / "safe").glob("proof-*.key"))) == 1
    with pytest.raises(FileExistsError):
        make_keys(tmp_path / "keys", environment="production", governance=tmp_path / "safe")


@pytest.mark.parametrize(
    ("made_for", "used_for"), [("demonstration", "production"), ("production", "demonstration")]
)
def test_a_demonstration_and_a_service_share_no_keys(tmp_path: Path, made_for: str, used_for: str) -> None:
    """Neither way round."""
    path = make_keys(tmp_path, environment=made_for, governance=tmp_path)
    with pytest.raises(FileFault, match=f"for `{made_for}`.*`{used_for}`"):
        read_key_ring(path, environment=used_for)


def _missing(key: Path) -> None:
    key.unlink()


def _short(key: Path) -> None:
    key.write_text("abcdef\n")


def _readable(key: Path) -> None:
    key.chmod(0o644)


def _garbled(key: Path) -> None:
    key.write_text("not a key at all\n")


@pytest.mark.parametrize("spoil", [_missing, _short, _readable, _garbled])
@pytest.mark.parametrize("purpose", ["index", "seal", "token", "item", "digest", "chain"])
def test_a_spoilt_key_is_complained_of_and_never_used(
    tmp_path: Path, spoil: Callable[[Path], None], purpose: str
) -> None:
    """At start with file, line and remedy; at use as our own service that is down."""
    path = make_development_keys(tmp_path)
    (key,) = tmp_path.glob(f"{purpose}-*.key")
    secret = key.read_text().strip()
    spoil(key)
    ring = read_key_ring(path, environment="demonstration")
    (complaint,) = ring.complaints()
    assert path.read_text().splitlines()[complaint.line - 1].strip().startswith(f"- id: {purpose}-")
    assert complaint.remedy
    assert secret not in str(complaint)
    with pytest.raises(ServiceDown, match="keys"):
        ring.active(Purpose(purpose))
    with pytest.raises(ServiceDown, match="keys"):
        ring.check()


def test_a_key_may_come_from_the_environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """By the name of a variable; until that is set, the key is not there."""
    path = make_development_keys(tmp_path)
    (key,) = tmp_path.glob("index-*.key")
    path.write_text(path.read_text().replace(f"file: {key.name}", "variable: WATERSMEET_TEST_INDEX_KEY"))
    ring = read_key_ring(path, environment="demonstration")
    with pytest.raises(ServiceDown):
        ring.active(Purpose.INDEX)
    monkeypatch.setenv("WATERSMEET_TEST_INDEX_KEY", key.read_text())
    assert ring.active(Purpose.INDEX).secret.hex() == key.read_text().strip()


@pytest.mark.parametrize(
    ("old", "new", "problem"),
    [
        ("state: active", "state: activ", "Did you mean `active`"),
        ("purpose: index", "purpose: indx", "Did you mean `index`"),
        ("    state: active\n", "    state: retired\n", "0 active keys"),
        ("    file: seal", "    value: abc\n    file: seal", "not a setting here"),
        ("    file: seal", "    variable: SEAL\n    file: seal", "needs one reference"),
        ("environment: demonstration\n", "", "`environment` is missing"),
        ('public: "', 'public: "zz', "not a sealing key"),
    ],
)
def test_a_wrong_ring_file_stops_the_start(tmp_path: Path, old: str, new: str, problem: str) -> None:
    """With file and line."""
    path = make_development_keys(tmp_path)
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new))
    with pytest.raises(FileFault, match=problem):
        read_key_ring(path, environment="demonstration")


def test_no_repr_shows_a_secret(ring: KeyRing) -> None:
    """Nor does a traceback that prints one."""
    key = ring.active(Purpose.SEAL)
    shown = repr(key) + repr(ring) + repr(ring.entries)
    assert key.secret.hex() not in shown
    assert repr(key.secret) not in shown


@pytest.mark.parametrize("purpose", list(Purpose))
def test_rotation_retires_the_old_key_and_keeps_the_file(ring: KeyRing, purpose: Purpose) -> None:
    """The new key writes, the old one opens, and a comment stays where it was."""
    ring.path.write_text("# looked after by A. Ash\n" + ring.path.read_text())
    new = rotate_key(ring.path, purpose, environment="demonstration")
    rotated = read_key_ring(ring.path, environment="demonstration")
    rotated.check()
    assert rotated.every(purpose)[0].key_id == new
    assert len(rotated.every(purpose)) == 2
    assert "looked after by" in ring.path.read_text()
    assert ring.path.read_text().count("\n  - id: ") == len(rotated.entries)
    assert ring.path.stat().st_mode & 0o077 == 0


def test_a_proof_opens_only_for_its_key_beside_its_record(ring: KeyRing) -> None:
    """A changed byte, another record or another key opens nothing."""
    sealing = ring.proof_seal()
    opener = ring.proof_opener(sealing.key_id)
    assert opener is not None
    box = seal_proof(b"proof", public=sealing.secret, bound_to=b"record 1")
    assert open_proof(box, private=opener.secret, bound_to=b"record 1") == b"proof"
    assert box != seal_proof(b"proof", public=sealing.secret, bound_to=b"record 1")
    for place in range(len(box)):
        changed = bytearray(box)
        changed[place] ^= 1
        with pytest.raises(NotThisBox):
            open_proof(bytes(changed), private=opener.secret, bound_to=b"record 1")
    with pytest.raises(NotThisBox):
        open_proof(box, private=opener.secret, bound_to=b"record 2")
    with pytest.raises(NotThisBox):
        open_proof(box, private=bytes(range(32)), bound_to=b"record 1")
    with pytest.raises(NotThisBox):
        open_proof(b"", private=opener.secret, bound_to=b"record 1")
