from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest

from broker.cli.audit import command
from tests.support.desk import BY, Desk, make_desk
from tests.support.stores import intent


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    """A store with Ada's requests in it."""
    return make_desk(tmp_path)


def test_a_whole_trail_is_verified(desk: Desk) -> None:
    """Exit code 0, and an honest word about what is not anchored."""
    result = desk.run(command, "verify")
    assert result.exit_code == 0
    assert "4 records in one chain" in result.stdout
    assert "4 records stand without an anchor" in result.stdout


def test_a_changed_record_is_named(desk: Desk) -> None:
    """Exit code 1, in words and as JSON."""
    with sqlite3.connect(desk.store_path) as database:
        database.execute("DROP TRIGGER record_update")
        database.execute("UPDATE record SET kind = 'refusal' WHERE id = 3")
    result = desk.run(command, "verify")
    assert result.exit_code == 1
    assert "record 3 (chain `broker`, sequence 3) was changed" in result.stdout
    assert desk.run(command, "verify", "--json").exit_code == 1


def test_an_earlier_verdict_is_the_anchor_of_the_next(desk: Desk, tmp_path: Path) -> None:
    """Only what came after it rests on the chain key alone."""
    kept = tmp_path / "heads.json"
    kept.write_text(desk.run(command, "verify", "--json").stdout)

    async def one_more(store: object) -> None:
        await store.record_intent(intent())  # type: ignore[attr-defined] # a store

    desk.with_store(one_more)
    verdict = desk.json(command, "verify", "--anchors", str(kept))
    assert (verdict["records"], verdict["unanchored"], verdict["fault"]) == (5, 1, None)
    kept.write_text("{}")
    assert desk.run(command, "verify", "--anchors", str(kept)).exit_code == 2


def test_a_person_is_shown_who_looked(desk: Desk) -> None:
    """When, organisation, role, what and outcome, one line for each request; staff are not named."""
    result = desk.run(command, "patient", *BY, typed="9990000018")
    released, refused = [line for line in result.stdout.splitlines() if "D81001" in line]
    for word in ("2026-11-22T12:00:00", "R8000", "direct-care", "Condition, Observation"):
        assert word in released
        assert word in refused
    assert "released sent: practices 2, acute 1" in released
    assert "refused Forbidden" in refused
    assert "Willow" not in result.output
    assert "9990000018" not in result.output
    assert "Willow" in desk.run(command, "patient", *BY, "--names", typed="9990000018").stdout


def test_nobody_else_is_shown(desk: Desk) -> None:
    """Another person's trail is empty but for this look into it."""
    assert desk.json(command, "patient", *BY, typed="9990000026") == []
    (look,) = desk.json(command, "patient", *BY, typed="9990000026")
    assert (look["outcome"], look["roles"]) == ("audit-read", ["privacy officer"])


def test_the_proof_is_shown_where_its_key_is(desk: Desk) -> None:
    """Each released item's type, id, version and digest; without the key, everything else."""
    released, *_ = desk.json(command, "patient", *BY, typed="9990000018")
    assert released["proof"][0] == {
        "partner": "practices",
        "type": "Observation",
        "id": "local-00000",
        "version": "1",
        "digest": "00" * 32,
    }
    (key,) = desk.keys_path.parent.glob("proof-*.key")
    ring = desk.keys_path.read_text()
    desk.keys_path.write_text(ring.replace(f"    file: {key.name}\n", ""))
    released, *_ = desk.json(command, "patient", *BY, typed="9990000018")
    assert (released["outcome"], released["proof"]) == ("released", None)


def test_a_store_that_is_not_there_is_named_and_not_called_whole(desk: Desk) -> None:
    """Exit code 1, with the place that was looked at."""
    desk.store_path.unlink()
    result = desk.run(command, "verify")
    assert result.exit_code == 1
    assert f"{desk.store_path}: there is no store" in result.stderr
