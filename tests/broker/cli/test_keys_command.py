from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from broker.adapters.keys import Purpose, read_key_ring
from broker.cli.audit import command as audit
from broker.cli.keys import command
from broker.cli.objection import command as objection
from tests.support.desk import BY, Desk, make_desk


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    """A store with Ada's requests in it."""
    return make_desk(tmp_path)


def test_a_new_ring_is_made_for_a_service(tmp_path: Path) -> None:
    """Only with a place of governance's own for the key that opens proofs."""
    arguments = ["new", str(tmp_path / "keys"), "--environment", "production"]
    assert CliRunner().invoke(command, arguments).exit_code == 2
    made = CliRunner().invoke(command, [*arguments, "--governance", str(tmp_path / "safe"), "--json"])
    assert made.exit_code == 0
    ring = read_key_ring(Path(json.loads(made.stdout)["ring"]), environment="production")
    ring.check()
    assert ring.proof_opener(ring.proof_seal().key_id) is None
    again = CliRunner().invoke(command, [*arguments, "--governance", str(tmp_path / "safe")])
    assert again.exit_code == 1
    assert "keys rotate" in again.stderr


def test_keys_are_rotated_and_everything_resealed(desk: Desk) -> None:
    """Look-up, the person's trail and the chain are as before."""
    record = (
        "record",
        *BY,
        "--channel",
        "form",
        "--identity-check",
        "documents",
        "--identifier",
        "address",
        "--consequences-explained",
    )
    desk.json(objection, *record, typed="9990000018")
    before = desk.json(objection, "list", "--one-person", *BY, typed="9990000018")
    heads = desk.json(audit, "verify")["heads"]
    for purpose in Purpose:
        assert desk.json(command, "rotate", purpose.value)["key"].startswith(f"{purpose}-")
        assert desk.json(audit, "verify")["fault"] is None
    assert desk.json(command, "reseal") == {"resealed": 6}
    assert desk.json(command, "reseal") == {"resealed": 0}
    verdict = desk.json(audit, "verify")
    assert (verdict["fault"], verdict["heads"]) == (None, heads)
    assert desk.json(objection, "list", "--one-person", *BY, typed="9990000018") == before
    assert len(desk.json(audit, "patient", *BY, typed="9990000018")) == 4


def test_a_proof_key_opens_only_where_governance_keeps_it(desk: Desk, tmp_path: Path) -> None:
    """The folder is made when it is not there; the ring does not refer to what is in it."""
    safe = tmp_path / "media" / "safe"
    made = desk.json(command, "rotate", "proof", "--governance", str(safe))["key"]
    assert [path.stem for path in safe.iterdir()] == [made]
    assert safe.stat().st_mode & 0o077 == 0
    ring = read_key_ring(desk.keys_path, environment="demonstration")
    assert (ring.proof_seal().key_id, ring.proof_opener(made)) == (made, None)


def test_a_folder_that_cannot_be_made_is_named(desk: Desk, tmp_path: Path) -> None:
    """And the ring stays as it was."""
    before = desk.keys_path.read_text()
    (tmp_path / "file").write_text("")
    result = desk.run(command, "rotate", "proof", "--governance", str(tmp_path / "file" / "safe"))
    assert result.exit_code == 1
    assert "cannot be written" in result.stderr
    assert desk.keys_path.read_text() == before


def test_a_partners_secret_stays_when_another_key_is_rotated(desk: Desk) -> None:
    """Its entry is the partner's, and is left as it is."""
    secret = desk.keys_path.parent / "trust.secret"
    secret.touch(0o600)
    secret.write_text("the-partner-gave-this")
    entry = "  - id: trust-token\n    purpose: partner\n    state: active\n    file: trust.secret\n"
    desk.keys_path.write_text(desk.keys_path.read_text() + entry)
    desk.json(command, "rotate", "seal")
    ring = read_key_ring(desk.keys_path, environment="demonstration")
    assert ring.partner_secrets["trust-token"].text() == "the-partner-gave-this"
    assert ring.complaints() == ()


def test_a_ring_that_is_wrong_is_not_rotated(desk: Desk) -> None:
    """File and line, and the file stays as it was."""
    text = desk.keys_path.read_text().replace("purpose: seal", "purpose: seel")
    desk.keys_path.write_text(text)
    result = desk.run(command, "rotate", "seal")
    assert result.exit_code == 1
    assert "Did you mean `seal`" in result.stderr
    assert desk.keys_path.read_text() == text
